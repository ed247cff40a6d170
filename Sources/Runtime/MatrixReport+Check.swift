package import Tensors

extension MatrixReport {
  /// Checks a report that comes from a file against the layer that it is of.
  ///
  /// - Parameters:
  ///   - rows: filters of the layer.
  ///   - taps: of the branch with the most taps.
  ///   - weights: filters × taps, summed over the branches.
  /// - Throws: `invalidFile`.
  package func check(rows: Int, taps: Int, weights: Int) throws(HewnError) {
    guard self.rows == rows, self.taps == taps, self.weights == weights else {
      throw HewnError(
        .invalidFile,
        "the report is of \(self.rows)×\(self.taps), \(self.weights) weights; the layer has"
          + " \(rows)×\(taps), \(weights) weights")
    }
    let counts = [zeros, leaves, filledSlots] + segmentsByHeight.values
    guard counts.allSatisfy({ (0...weights).contains($0) }),
      segmentsByHeight.keys.allSatisfy({ $0 >= 1 && $0 <= rows })
    else { throw HewnError(.invalidFile, "the report counts more than \(weights) weights") }
  }
}
