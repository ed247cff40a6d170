internal import Graphs
internal import Tensors

/// Finds activations that exporters write as products: SiLU as x · sigmoid(x), hard swish as
/// x · hardSigmoid(x) or as x · min(max(x + 3, 0), 6) / 6 with the division at either place.
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
    case .hardSigmoid(let alpha, let beta) where input == x && scale == 1:
      return isClose(Double(alpha), 1.0 / 6) && beta == 0.5 ? (.hardSwish, [outer]) : nil
    case .clip(lower: 0, upper: 6) where isClose(scale, 1.0 / 6):
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

  private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-6 * abs(b) }
}

/// A tree of multiplications, and divisions by constants, seen as scale · Π factors.
private struct Product {
  var scale = 1.0
  var factors: [ValueID] = []
  /// The nodes of the tree below its root; nothing else reads them.
  var inner: [Int] = []

  /// - Returns: `nil` where the node is no multiplication or division by a constant.
  init?(_ root: Int, in view: GraphView) {
    guard expand(root, in: view) else { return nil }
  }

  private mutating func expand(_ node: Int, in view: GraphView) -> Bool {
    guard let op = view.node(node).op as? Binary, op.activation == .identity,
      op.kind == .multiply || op.kind == .divide,
      let left = view.input(node, 0), let right = view.input(node, 1)
    else { return false }
    if op.kind == .divide {
      guard let divisor = view.constant(right)?.floatingPointScalar, divisor != 0 else {
        return false
      }
      scale /= divisor
      add(left, in: view)
    } else {
      add(left, in: view)
      add(right, in: view)
    }
    return true
  }

  private mutating func add(_ value: ValueID, in view: GraphView) {
    if let number = view.constant(value)?.floatingPointScalar {
      scale *= number
      return
    }
    // Two levels are all that is looked for; deeper trees are no activation.
    if let node = view.producer(of: value), view.hasOneUse(value), inner.count < 2 {
      inner.append(node)
      if expand(node, in: view) { return }
      inner.removeLast()
    }
    factors.append(value)
  }
}
