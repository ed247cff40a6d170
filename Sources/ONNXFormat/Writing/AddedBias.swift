package import Tensors

/// A bias for a `Conv` or `Gemm` of the file's graph that has none, as a new initializer.
package struct AddedBias: Sendable {
  /// The node's first output.
  package var output: String
  /// The initializer's name, which nothing in the graph has.
  package var name: String
  /// One element for each filter, of the type of the weights. `Gemm` adds it times its beta.
  package var tensor: Tensor

  package init(output: String, name: String, tensor: Tensor) {
    self.output = output
    self.name = name
    self.tensor = tensor
  }
}

extension ONNXModel {
  /// Whether ``write(to:replacing:adding:)`` adds a bias to the node whose first output this is.
  ///
  /// It does so for a `Conv` or `Gemm` of the graph itself, without a third input and with constant
  /// weights; before operator set 7, for `Conv` alone.
  package func canAddBias(toNodeWithOutput output: String) -> Bool {
    file.parts.missingBiases[output] != nil
  }

  /// Names for new initializers: the given ones, with a number added to those that the graph has
  /// or that are given twice.
  ///
  /// - Throws: `io`; `invalidFile` and `unsupported` for graphs in attributes that are malformed or nested
  ///   too deeply.
  /// - Complexity: O(fields of the file), however many names are given.
  package func unusedNames(_ preferred: [String]) throws(HewnError) -> [String] {
    var names = UniqueNames()
    _ = names.reserve("")
    for name in try GraphNames.all(in: file.source) { _ = names.reserve(name) }
    return preferred.map { names.unique($0) }
  }

  /// - Throws: `invalidArgument` for biases that cannot be added, and what ``unusedNames(_:)`` throws.
  func check(_ biases: [AddedBias]) throws(HewnError) {
    guard !biases.isEmpty else { return }
    var names = try GraphNames.all(in: file.source)
    var outputs: Set<String> = []
    for bias in biases {
      guard let type = file.parts.missingBiases[bias.output] else {
        throw HewnError(
          .invalidArgument,
          "no Conv or Gemm of the graph with the output \"\(bias.output)\" has constant weights and"
            + " lacks a bias")
      }
      guard bias.tensor.type == type else {
        throw HewnError(
          .invalidArgument,
          "the bias for \"\(bias.output)\" must be \(type), not \(bias.tensor.type)")
      }
      guard outputs.insert(bias.output).inserted else {
        throw HewnError(.invalidArgument, "a second bias for \"\(bias.output)\"")
      }
      guard !bias.name.isEmpty, names.insert(bias.name).inserted else {
        throw HewnError(
          .invalidArgument,
          "the bias for \"\(bias.output)\" cannot be named \"\(bias.name)\": "
            + (bias.name.isEmpty ? "it needs a name" : "the graph has that name"))
      }
    }
  }
}
