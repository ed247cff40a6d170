package import Graphs
internal import Tensors

/// Replaces nodes whose results are known by those results: nodes with constant inputs only, as the
/// masks that pruning tools multiply into weights, and nodes whose outputs follow from shapes.
package struct FoldConstants: Pass {
  package var name: String { "FoldConstants" }
  private let evaluate: Evaluator
  /// The largest constant that is computed: the weights of the largest layers of known networks fit.
  private let maximumByteCount: Int

  package init(evaluate: @escaping Evaluator, maximumByteCount: Int = 1 << 29) {
    self.evaluate = evaluate
    self.maximumByteCount = maximumByteCount
  }

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    let matched = view.node(node)
    let known = matched.outputs.filter(view.isNeeded).map { ($0, view[$0].constant) }
    if known.isEmpty { return .noMatch }
    if known.allSatisfy({ $0.1 != nil }) {
      return .patch(replacing(known.map(\.0), of: matched, by: known.compactMap(\.1), in: view))
    }
    let inputs = matched.inputs.map(view.constant)
    guard zip(matched.inputs, inputs).allSatisfy({ $0 == nil || $1 != nil }) else {
      return .noMatch
    }
    let types = matched.outputs.map { view[$0].type }
    if let type = types.first(where: { $0.byteCount > maximumByteCount }) {
      return .blocked(
        "its constant output \(type) takes \(type.byteCount) bytes, above the limit of "
          + "\(maximumByteCount)")
    }
    do {
      let outputs = try evaluate(matched.op, inputs, types)
      return .patch(replacing(matched.outputs, of: matched, by: outputs, in: view))
    } catch let error as HewnError where [.unsupported, .outOfMemory].contains(error.code) {
      return .blocked(error.message)
    }
  }

  private func replacing(
    _ outputs: [ValueID], of node: Node, by constants: [Tensor], in view: GraphView
  ) -> Patch {
    var patch = Patch("computed", in: view)
    for (output, constant) in zip(outputs, constants) {
      patch.replace(output, with: patch.addConstant(view[output].name, constant))
    }
    return patch
  }
}
