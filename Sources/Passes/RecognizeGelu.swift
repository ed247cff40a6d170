package import Graphs
internal import Tensors

/// Finds Gelu and Mish where exporters write them out: x/2 · (1 + erf(x / √2)),
/// x/2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) and x · tanh(softplus(x)).
package struct RecognizeGelu: Pass {
  package var name: String { "RecognizeGelu" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard let product = Product(node, in: view), product.factors.count == 2 else {
      return .noMatch
    }
    let type = view[view.node(node).outputs[0]].type
    guard type.element.isFloatingPoint else { return .noMatch }
    for (first, second) in [(0, 1), (1, 0)] {
      let (x, gate) = (product.factors[first], product.factors[second])
      var search = GateSearch(view: view, x: x)
      guard view[x].type == type, let activation = search.activation(gate, scale: product.scale)
      else { continue }
      var patch = Patch(
        "now \(activation.name)", in: view, absorbing: product.inner + search.nodes)
      try patch.replaceNode(
        node, with: Unary(.activation(activation)), [x], name: view.node(node).name)
      return .patch(patch)
    }
    return .noMatch
  }
}

/// Looks for the nodes that compute an activation's factor beside x. Nothing else may read them.
private struct GateSearch {
  let view: GraphView
  let x: ValueID
  private(set) var nodes: [Int] = []

  init(view: GraphView, x: ValueID) {
    self.view = view
    self.x = x
  }

  /// Which activation scale · x · gate is.
  mutating func activation(_ gate: ValueID, scale: Double) -> Activation? {
    if scale == 1, let argument = argument(of: .activation(.tanh), gate) {
      return isSoftplus(argument) ? .mish : nil
    }
    guard scale == 0.5, let term = sum(gate, with: 1) else { return nil }
    if let argument = argument(of: .erf, term) {
      guard let (factor, node) = view.multiple(argument, of: x), factor.states(0.5.squareRoot())
      else { return nil }
      nodes.append(node)
      return .gelu(approximates: false)
    }
    guard let argument = argument(of: .activation(.tanh), term), isCubic(argument) else {
      return nil
    }
    return .gelu(approximates: true)
  }

  private mutating func isSoftplus(_ value: ValueID) -> Bool {
    if argument(of: .activation(.softplus), value) == x { return true }
    guard let sum = argument(of: .log, value), let power = self.sum(sum, with: 1) else {
      return false
    }
    return argument(of: .exp, power) == x
  }

  /// Whether a value is √(2/π) · (x + 0.044715 · x³).
  private mutating func isCubic(_ value: ValueID) -> Bool {
    guard let outer = take(value), let product = Product(outer, in: view),
      product.scale.states((2 / Double.pi).squareRoot()), product.factors.count == 1,
      let sum = take(product.factors[0]), view.node(sum).op as? Binary == Binary(.add),
      let a = view.input(sum, 0), let b = view.input(sum, 1)
    else { return false }
    nodes += product.inner
    guard a == x || b == x, let term = take(a == x ? b : a),
      let cube = Product(term, in: view), cube.scale.states(0.044715)
    else { return false }
    nodes += cube.inner
    if cube.factors == [x, x, x] { return true }
    guard cube.factors.count == 1, let power = take(cube.factors[0]) else { return false }
    return view.node(power).op as? Binary == Binary(.power) && view.input(power, 0) == x
      && view.constant(power, 1)?.doubles() == [3]
  }

  /// The input of the function that gives a value.
  private mutating func argument(of function: Unary.Function, _ value: ValueID) -> ValueID? {
    guard let node = view.producer(of: value), view.node(node).op as? Unary == Unary(function),
      take(value) != nil
    else { return nil }
    return view.input(node, 0)
  }

  /// The other term of a sum with a constant.
  private mutating func sum(_ value: ValueID, with constant: Double) -> ValueID? {
    guard let node = view.producer(of: value), view.node(node).op as? Binary == Binary(.add),
      let index = [0, 1].first(where: {
        view.constant(node, $0)?.floatingPointScalar == constant
      }), take(value) != nil
    else { return nil }
    return view.input(node, 1 - index)
  }

  /// The node that gives a value which nothing else reads.
  private mutating func take(_ value: ValueID) -> Int? {
    guard view.hasOneUse(value), let node = view.producer(of: value) else { return nil }
    nodes.append(node)
    return node
  }
}
