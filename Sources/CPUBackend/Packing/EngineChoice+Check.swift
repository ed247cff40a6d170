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
    guard matrix.rows == rows, matrix.taps == taps, matrix.weights == weights else {
      throw HewnError(
        .invalidFile,
        "the report is of \(matrix.rows)×\(matrix.taps), \(matrix.weights) weights; the layer has"
          + " \(rows)×\(taps), \(weights) weights")
    }
    let counts =
      [matrix.zeros, matrix.leaves, matrix.filledSlots] + matrix.segmentsByHeight.values
    guard boundFlops ?? 0 >= 0 else {
      throw HewnError(.invalidFile, "a bound of \(boundFlops ?? 0) operations")
    }
    let heights = matrix.segmentsByHeight.keys
    guard counts.allSatisfy({ (0...weights).contains($0) }),
      heights.allSatisfy({ $0 >= 1 && $0 <= rows })
    else { throw HewnError(.invalidFile, "the report counts more than \(weights) weights") }
    for time in [sparseNanoseconds ?? 0, denseNanoseconds] {
      guard (0...Self.greatestTime).contains(time) else {
        throw HewnError(.invalidFile, "a predicted time of \(time) ns")
      }
    }
  }
}
