package import Graphs
internal import Tensors

/// Finds activations that exporters write as products: SiLU as x · sigmoid(x), Swish as
/// x · sigmoid(alpha · x), hard swish as x · hardSigmoid(x) or as x · min(max(x + 3, 0), 6) / 6 with the division at either place.
package struct RecognizeSwish: Pass {
  package var name: String { "RecognizeSwish" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard let product = Product(node, in: view), product.factors.count == 2 else {
      return .noMatch
    }
    let type = view[view.node(node).outputs[0]].type
    for (x, other) in [(0, 1), (1, 0)] {
      let (x, gate) = (product.factors[x], product.factors[other])
      guard view[x].type == type, type.element.isFloatingPoint,
        let (activation, inside) = recognize(gate, of: x, scale: product.scale, in: view)
      else { continue }
      guard view.hasOneUse(gate) else {
        return .blocked("\"\(view[gate].name)\" is used elsewhere")
      }
      var patch = Patch(
        "now \(Unary(.activation(activation)).name)", in: view,
        absorbing: product.inner + inside)
      try patch.replaceNode(
        node, with: Unary(.activation(activation)), [x], name: view.node(node).name)
      return .patch(patch)
    }
    return .noMatch
  }

  /// Which activation scale · x · gate is, and the nodes that compute the gate.
  private func recognize(
    _ gate: ValueID, of x: ValueID, scale: Double, in view: GraphView
  ) -> (Activation, [Int])? {
    guard let outer = view.producer(of: gate), let input = view.input(outer, 0),
      case .activation(let function)? = (view.node(outer).op as? Unary)?.function
    else { return nil }
    switch function {
    case .sigmoid where input == x && scale == 1:
      return (.silu, [outer])
    case .sigmoid where scale == 1:
      // As in the approximation x · sigmoid(1.702 · x) of Gelu.
      guard let (alpha, inner) = view.multiple(input, of: x) else { return nil }
      return (.swish(alpha: Float(alpha)), [outer, inner])
    case .hardSigmoid(let alpha, let beta) where input == x && scale == 1:
      return Double(alpha).states(1.0 / 6) && beta == 0.5 ? (.hardSwish, [outer]) : nil
    case .clip(lower: 0, upper: 6) where scale.states(1.0 / 6):
      guard let inner = view.producer(of: input), view.hasOneUse(input),
        let add = view.node(inner).op as? Binary, add == Binary(.add)
      else { return nil }
      let operands = [(0, 1), (1, 0)]
      let isSum = operands.contains {
        view.input(inner, $0) == x && view.constant(inner, $1)?.floatingPointScalar == 3
      }
      return isSum ? (.hardSwish, [outer, inner]) : nil
    default: return nil
    }
  }

}
