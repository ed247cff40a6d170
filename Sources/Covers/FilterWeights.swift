/// The numbers of a layer with constant weights, or of one branch of it.
package struct FilterWeights: Sendable {
  /// Filters × taps.
  package var matrix: FilterMatrix
  /// One for each filter.
  package var bias: [Float]

  package init(matrix: FilterMatrix, bias: [Float]) {
    self.matrix = matrix
    self.bias = bias
  }
}
