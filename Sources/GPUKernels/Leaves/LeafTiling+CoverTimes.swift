internal import Covers
package import Tensors

extension LeafTiling {
  /// The tiling for expected covers, and what covers of a layer cost with it.
  ///
  /// The expected covers are segments, or leaves, of the height that costs least.
  ///
  /// - Parameter densities: the share of the pairs of 1, 2, 4 and 8 rows and a tap that have a weight, by the number
  ///   of rows; above 0.
  /// - Throws: `unsupported` as ``best(_:_:on:)``.
  package static func coverTimes(
    _ problem: BlockProblem, branches: [(rows: Int, taps: [BlockTap])],
    densities: [Int: Double], on figures: GPUFigures
  ) throws(HewnError) -> (tiling: LeafTiling, times: CoverTimes) {
    let costs = coverCosts(on: figures)
    var least: (taps: [Int: Int], time: Double)?
    for (height, density) in densities.sorted(by: { $0.key < $1.key }) {
      let pairs = branches.reduce(0) {
        $0 + $1.rows.dividedRoundingUp(by: height) * $1.taps.count
      }
      let count = max(1, Int((density * Double(pairs)).rounded()))
      let time = Double(count) * (costs.entry(height: height)?.perTap ?? costs.leaf)
      if time < least?.time ?? .infinity { least = ([height: count], time) }
    }
    guard let least else { preconditionFailure("no densities") }
    let load = LeafLoad(branches, taps: least.taps)
    let best = try best(problem, load, on: figures)
    let empty = ConvolutionPrediction(
      problem, best.tiling, load: LeafLoad(branches, taps: [:]), on: figures)
    return (
      best.tiling,
      CoverTimes(costs, coverTime: least.time, loaded: best.prediction, empty: empty)
    )
  }
}
