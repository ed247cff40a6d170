package import Graphs
internal import Tensors

/// Moves an activation into the operator before it: Y = activation(Conv(X)).
package struct FuseActivation: Pass {
  package var name: String { "FuseActivation" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard case .activation(let activation)? = (view.node(node).op as? Unary)?.function,
      activation != .identity, let x = view.input(node, 0), let producer = view.producer(of: x),
      var op = view.node(producer).op as? any ActivatingOperator
    else { return .noMatch }
    let before = view.node(producer)
    guard op.activation == .identity else {
      return .blocked("\(before.label) has an activation already")
    }
    guard view.hasOneUse(x) else { return .blocked("\(before.label) is used elsewhere") }
    guard view[x].type.element.isFloatingPoint else { return .blocked("it acts on integers") }
    op.activation = activation
    var patch = Patch("into \(before.label)", in: view, absorbing: [producer])
    try patch.replaceNode(node, with: op, before.inputs, name: before.name)
    return .patch(patch)
  }
}

/// An operator that can apply an activation to what it computes.
protocol ActivatingOperator: Operator {
  var activation: Activation { get set }
}

extension Conv: ActivatingOperator {}
extension ConvTranspose: ActivatingOperator {}
extension Gemm: ActivatingOperator {}
extension Binary: ActivatingOperator {}
