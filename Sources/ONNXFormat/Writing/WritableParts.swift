internal import Tensors

/// What of a file's graph can be written anew: the tensors that it states itself, and the biases that
/// its nodes lack. Functions stay as they are, since all of their calls share them.
struct WritableParts: Sendable {
  /// The initializers, and the outputs of `Constant`.
  private(set) var tensorNames: Set<String> = []
  /// The bias that a node could have, by the node's first output.
  private(set) var missingBiases: [String: TensorType] = [:]

  init() {}

  /// - Parameters:
  ///   - opset: the version of the standard operator set that the graph is written in.
  ///   - constants: the tensors of the file by name.
  init(of model: ONNXModelProto, opset: Int, constants: [String: Tensor]) {
    tensorNames.formUnion(model.graph.initializer.map(\.name))
    tensorNames.formUnion(model.graph.sparseInitializer.map(\.values.name))
    let functions = Set(model.functions.map { FunctionKey($0) })
    for node in model.graph.node where !functions.contains(FunctionKey(calledBy: node)) {
      guard let output = node.output.first else { continue }
      if node.opType == "Constant" { tensorNames.insert(output) }
      missingBiases[output] = Self.missingBias(of: node, opset: opset, constants: constants)
    }
  }

  /// The type of the third input of a node that has none: one element for each filter.
  ///
  /// - Returns: `nil` for a node that takes no bias or has one, or whose weights are computed.
  private static func missingBias(
    of node: ONNXNodeProto, opset: Int, constants: [String: Tensor]
  ) -> TensorType? {
    guard node.input.count >= 2, node.input.dropFirst(2).allSatisfy(\.isEmpty),
      let weights = constants[node.input[1]]
    else { return nil }
    let shape = weights.shape
    switch node.opType {
    case "Conv" where shape.rank > 2: return TensorType(weights.element, [shape[0]])
    // Before operator set 7, a vector is added to each row only where an attribute says so.
    case "Gemm" where shape.rank == 2 && opset >= 7:
      let isTransposed = node.attribute.contains { $0.name == "transB" && $0.i != 0 }
      return TensorType(weights.element, [shape[isTransposed ? 0 : 1]])
    default: return nil
    }
  }
}
