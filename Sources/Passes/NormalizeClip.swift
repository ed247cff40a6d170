package import Graphs
internal import Tensors

/// Turns `Clip` with constant bounds into an activation, which fusion can place into a kernel;
/// bounds 0 and +∞ give `Relu`.
package struct NormalizeClip: Pass {
  package var name: String { "NormalizeClip" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard view.node(node).op is Clip, let x = view.input(node, 0) else { return .noMatch }
    guard view[x].type.element.isFloatingPoint else {
      return .blocked("it clips integers")
    }
    var bounds: [Float] = [-.infinity, .infinity]
    for side in 0..<2 where view.input(node, side + 1) != nil {
      guard let tensor = view.constant(node, side + 1) else {
        return .blocked("its bounds are not constant")
      }
      guard let bound = tensor.floatingPointScalar, let rounded = Float(exactly: bound) else {
        return .blocked("its bounds are not single-precision numbers")
      }
      // Older files say "unbounded" by the largest finite numbers.
      let isOpen =
        side == 0
        ? rounded <= -Float.greatestFiniteMagnitude : rounded >= Float.greatestFiniteMagnitude
      if !isOpen { bounds[side] = rounded }
    }
    var patch = Patch("now an activation", in: view)
    let name = view.node(node).name
    let op: any Operator =
      switch (bounds[0], bounds[1]) {
      case (-.infinity, .infinity): Identity()
      case (0, .infinity): Unary(.activation(.relu))
      case (let lower, let upper): Unary(.activation(.clip(lower: lower, upper: upper)))
      }
    try patch.replaceNode(node, with: op, [x], name: name)
    return .patch(patch)
  }
}
