internal import CPUKernels

/// A convolution as F(T×T, 3×3) computes it, where it can: 3×3 taps of stride 1 and dilation 1 over
/// consecutive planes.
package struct WinogradProblem: Sendable {
  /// Filters that share their channels.
  struct Branch: Sendable {
    /// The first of `channels` consecutive input planes.
    var firstPlane: Int
    var channels: Int
    var rows: Int
    /// Where the branch's rows start among those of all branches.
    var firstRow: Int
    /// The branch's transformed weights: floats from the first one's.
    var firstWeight: Int
  }

  /// T.
  let tile: Int
  let branches: [Branch]
  let input: PlanesLayout
  let output: PlanesLayout
  let residual: PlanesLayout?
  /// The shift of the window's first row and column against an output pixel.
  let top: Int
  let left: Int
  /// The place in the window, 3 · row + column, of each tap of a channel.
  let taps: [Int]

  /// - Returns: `nil` where the convolution is another one.
  package init?(_ problem: ConvolutionProblem, tile: Int) {
    guard problem.step == ConvolutionProblem.Step(), !problem.input.isSplit,
      !problem.output.isSplit, let first = problem.branches.first,
      problem.branches.allSatisfy({ $0.tapsPerChannel == 9 && $0.taps.count >= 9 })
    else { return nil }
    let window = first.taps.prefix(9)
    let top = window.reduce(Int.max) { min($0, $1.dy) }
    let left = window.reduce(Int.max) { min($0, $1.dx) }
    let places = window.map { (row: $0.dy - top, column: $0.dx - left) }
    guard places.allSatisfy({ $0.row <= 2 && $0.column <= 2 }) else { return nil }
    let taps = places.map { 3 * $0.row + $0.column }
    guard Set(taps).count == 9 else { return nil }
    self.tile = tile
    (input, output, residual) = (problem.input, problem.output, problem.residual)
    (self.top, self.left, self.taps) = (top, left, taps)

    let products = (tile + 2) * (tile + 2)
    var branches: [Branch] = []
    var (row, weight) = (0, 0)
    for branch in problem.branches {
      guard branch.taps.count.isMultiple(of: 9) else { return nil }
      let plane = branch.taps[0].plane
      for (index, tap) in branch.taps.enumerated() {
        guard tap.plane == plane + index / 9, tap.dy - top == taps[index % 9] / 3,
          tap.dx - left == taps[index % 9] % 3
        else { return nil }
      }
      let channels = branch.taps.count / 9
      branches.append(
        Branch(
          firstPlane: plane, channels: channels, rows: branch.rowCount, firstRow: row,
          firstWeight: weight))
      row += branch.rowCount
      weight += products * branch.rowCount * channels
    }
    self.branches = branches
    (rowCount, weightCount) = (row, weight)
  }

  /// All filters.
  let rowCount: Int
  /// Transformed weights of all branches.
  let weightCount: Int

  /// E: the inputs of a tile along one axis.
  var extent: Int { tile + 2 }
  /// E².
  var productCount: Int { extent * extent }
  /// Images in one cell.
  var lanes: Int { output.lanes }
  var tileRows: Int { (output.height + tile - 1) / tile }
  var tileColumns: Int { (output.width + tile - 1) / tile }
  /// Tiles of all images, or of all groups of images that share cells.
  var tileCount: Int { output.imageGroups * tileRows * tileColumns }
  /// Tiles of one vector.
  func tilesPerVector(_ kernels: KernelSet) -> Int { lanes == 1 ? kernels.lanes : 1 }
  /// Vectors of all tiles.
  func vectorCount(_ kernels: KernelSet) -> Int {
    let width = tilesPerVector(kernels)
    return (tileCount + width - 1) / width
  }

  /// F(2×2, 3×3), as reports name it.
  var name: String { "Winograd F(\(tile)×\(tile), 3×3)" }
}
