package import Tensors

/// Which inputs each output of an axis blends, and with which weights.
package struct ResizeTable: Hashable, Sendable {
  package let inputExtent: Int
  package let outputExtent: Int
  /// Inputs of an output.
  package let tapCount: Int
  /// Whether some outputs are not read from the input.
  package let extrapolates: Bool
  /// What kernels read: for each output, its taps as an index and the bits of a weight of f32.
  package let words: [UInt32]

  /// The index of outputs that are not read from the input.
  private static let outside = UInt32.max

  /// - Parameters:
  ///   - indices: `tapCount` inputs for each output, one output after the other.
  ///   - weights: likewise.
  ///   - extrapolated: outputs that are not read from the input.
  /// - Throws: `invalidArgument` where the lists do not have whole outputs, or indices are no inputs.
  package init(
    inputExtent: Int, tapCount: Int, indices: [Int], weights: [Double], extrapolated: [Int] = []
  ) throws(HewnError) {
    guard tapCount > 0, !indices.isEmpty, indices.count.isMultiple(of: tapCount),
      weights.count == indices.count
    else {
      throw HewnError(
        .invalidArgument,
        "\(indices.count) indices and \(weights.count) weights are no outputs of \(tapCount) taps")
    }
    for (index, weight) in zip(indices, weights) {
      guard (0..<inputExtent).contains(index), weight.isFinite else {
        throw HewnError(
          .invalidArgument, "a tap of weight \(weight) at \(index), of \(inputExtent) inputs")
      }
    }
    let outputExtent = indices.count / tapCount
    guard extrapolated.allSatisfy({ (0..<outputExtent).contains($0) }) else {
      throw HewnError(
        .invalidArgument, "\(extrapolated) are to be extrapolated, of \(outputExtent) outputs")
    }
    var words = zip(indices, weights).flatMap { [UInt32($0), Float($1).bitPattern] }
    for output in extrapolated { words[2 * tapCount * output] = Self.outside }
    self.inputExtent = inputExtent
    self.outputExtent = outputExtent
    self.tapCount = tapCount
    extrapolates = !extrapolated.isEmpty
    self.words = words
  }

  /// Outputs that copy an input each, or none.
  ///
  /// - Throws: `invalidArgument` where there are no outputs, or indices are no inputs.
  package init(inputExtent: Int, nearest: [Int?]) throws(HewnError) {
    try self.init(
      inputExtent: inputExtent, tapCount: 1, indices: nearest.map { $0 ?? 0 },
      weights: nearest.map { _ in 1 },
      extrapolated: nearest.indices.filter { nearest[$0] == nil })
  }
}
