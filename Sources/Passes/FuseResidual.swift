package import Graphs
internal import Tensors

/// Moves the addition of a tensor into the convolution before it:
/// Y = activation(W ∗ X + B + residual).
///
/// The convolution moves to the place of the addition, where the other operand is computed. Where
/// both operands come from convolutions, the later one takes the addition if it can.
package struct FuseResidual: Pass {
  package var name: String { "FuseResidual" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard let add = view.node(node).op as? Binary, add.kind == .add,
      let a = view.input(node, 0), let b = view.input(node, 1)
    else { return .noMatch }
    let candidates = [Candidate(a, b, in: view), Candidate(b, a, in: view)].compactMap { $0 }
      .sorted { $0.node > $1.node }
    guard let latest = candidates.first else { return .noMatch }
    guard let chosen = candidates.first(where: { $0.obstacle(in: view) == nil }) else {
      return .blocked(latest.obstacle(in: view) ?? "")
    }
    var conv = chosen.conv
    conv.addsResidual = true
    conv.activation = add.activation
    let before = view.node(chosen.node)
    var patch = Patch("into \(before.label)", in: view, absorbing: [chosen.node])
    let inputs = [0, 1, 2].map { view.input(chosen.node, $0) } + [chosen.residual]
    try patch.replaceNode(node, with: conv, inputs, name: before.name)
    return .patch(patch)
  }

  /// A convolution whose output is one of the two operands.
  private struct Candidate {
    let node: Int
    let conv: Conv
    let sum: ValueID
    let residual: ValueID

    init?(_ sum: ValueID, _ residual: ValueID, in view: GraphView) {
      guard let node = view.producer(of: sum), let conv = view.node(node).op as? Conv else {
        return nil
      }
      self.node = node
      self.conv = conv
      self.sum = sum
      self.residual = residual
    }

    func obstacle(in view: GraphView) -> String? {
      let label = view.node(node).label
      if view[sum].type != view[residual].type { return "its operands differ in shape" }
      if view.constant(residual) != nil { return "its other operand is constant" }
      if !view.hasOneUse(sum) { return "\(label) is used elsewhere" }
      if conv.activation != .identity { return "\(label) has an activation already" }
      if conv.addsResidual { return "\(label) adds a residual already" }
      return nil
    }
  }
}
