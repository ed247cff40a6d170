internal import Runtime
internal import Tensors

extension EngineChoice {
  /// The most nanoseconds that a prediction may claim: thirty years.
  private static let greatestTime = 1e18

  /// Checks the facts that reports are made from.
  ///
  /// - Parameters:
  ///   - rows: filters of the layer.
  ///   - taps: of the branch with the most taps.
  ///   - weights: filters × taps, summed over the branches.
  /// - Throws: `invalidFile`.
  func check(rows: Int, taps: Int, weights: Int) throws(HewnError) {
    try matrix.check(rows: rows, taps: taps, weights: weights)
    guard boundFlops ?? 0 >= 0 else {
      throw HewnError(.invalidFile, "a bound of \(boundFlops ?? 0) operations")
    }
    for time in [sparseNanoseconds ?? 0, denseNanoseconds] {
      guard (0...Self.greatestTime).contains(time) else {
        throw HewnError(.invalidFile, "a predicted time of \(time) ns")
      }
    }
  }
}
