package import Graphs
internal import Tensors

/// A tree of multiplications, and divisions by constants, seen as scale · Π factors.
struct Product {
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

extension GraphView {
  /// The factor by which a value is a multiple of `x`, and the node that multiplies; nothing else
  /// reads it.
  func multiple(_ value: ValueID, of x: ValueID) -> (factor: Double, node: Int)? {
    guard let producer = producer(of: value), hasOneUse(value),
      let product = Product(producer, in: self), product.inner.isEmpty, product.factors == [x]
    else { return nil }
    return (product.scale, producer)
  }
}

extension Double {
  /// Whether this is a known constant as a file states it, or states its reciprocal: in single
  /// precision, or rounded to half precision, which leaves at most 11 significant bits.
  func states(_ constant: Double) -> Bool {
    let error = (self - constant).magnitude / constant.magnitude
    if error < 1e-6 { return true }
    let isRounded = [self, 1 / self].contains { Float($0).significandBitPattern & 0x1fff == 0 }
    return isRounded && error < 0x1p-9
  }
}
