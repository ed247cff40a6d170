package import Graphs
internal import Tensors

/// Moves spatial padding into the windows that read it.
///
/// A `Pad` goes only where all its readers can take it over: convolutions and averages take zeros;
/// maxima take −∞, and zeros where no element is negative.
package struct FoldPad: Pass {
  package var name: String { "FoldPad" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    if view.node(node).op is Pad {
      guard let obstacle = try obstacle(to: node, in: view) else { return .noMatch }
      return .blocked(obstacle)
    }
    guard view.node(node).op is any WindowOperator,
      let pad = view.producer(of: view.input(node, 0)), view.node(pad).op is Pad,
      try obstacle(to: pad, in: view) == nil,
      case .padded(let op) = try absorb(pad, into: node, in: view)
    else { return .noMatch }
    var patch = Patch("absorbs \(view.node(pad).label)", in: view)
    let inputs = [view.input(pad, 0)] + view.node(node).inputs.dropFirst()
    try patch.replaceNode(node, with: op, inputs, name: view.node(node).name)
    return .patch(patch)
  }

  /// What keeps a `Pad` from going away.
  private func obstacle(to pad: Int, in view: GraphView) throws -> String? {
    guard let op = view.node(pad).op as? Pad else { return nil }
    if op.mode != .constant { return "its mode is \(op.mode.rawValue)" }
    if paddingValue(of: pad, in: view) == nil { return "its value is not constant" }
    let geometry = try op.geometry(for: view.operands(pad))
    let pads = zip(geometry.begin, geometry.end)
    if pads.contains(where: { min($0, $1) < 0 }) { return "it crops" }
    if pads.prefix(2).contains(where: { $0 != (0, 0) }) {
      return "it pads other axes than the spatial ones"
    }
    let output = view.node(pad).outputs[0]
    if view.isGraphOutput(output) { return "its output is an output of the graph" }
    for reader in view.readers(of: output) {
      let node = view.node(reader)
      if node.inputs.dropFirst().contains(output) || !(node.op is any WindowOperator) {
        return "\(node.label) cannot pad"
      }
      if case .obstacle(let reason) = try absorb(pad, into: reader, in: view) {
        return "\(node.label) \(reason)"
      }
    }
    return nil
  }

  private enum Absorption {
    case padded(any WindowOperator)
    case obstacle(String)
  }

  /// The reader with the padding added to its own.
  private func absorb(_ pad: Int, into reader: Int, in view: GraphView) throws -> Absorption {
    guard let op = view.node(pad).op as? Pad, let x = view.input(pad, 0),
      var window = view.node(reader).op as? any WindowOperator,
      let value = paddingValue(of: pad, in: view)
    else { return .obstacle("cannot pad") }
    let geometry = try op.geometry(for: view.operands(pad))
    let own = try window.resolvedWindow(for: view.operands(reader).compactMap { $0?.shape })
    if let reason = window.obstacleToPadding(
      with: value, own: own, isNonNegative: view.isNonNegative(x))
    {
      return .obstacle(reason)
    }
    let begin = zip(own.padBegin, geometry.begin.dropFirst(2)).map { $0 + $1 }
    let end = zip(own.padEnd, geometry.end.dropFirst(2)).map { $0 + $1 }
    for (limit, pads) in zip(window.exclusivePadLimits(own), zip(begin, end))
    where max(pads.0, pads.1) >= limit {
      return .obstacle("pads by less than \(limit), not \(max(pads.0, pads.1))")
    }
    window.pad(begin: begin, end: end)
    return .padded(window)
  }

  /// The number that a `Pad` inserts; `nil` where it is not known.
  private func paddingValue(of pad: Int, in view: GraphView) -> Double? {
    view.input(pad, 2) == nil ? 0 : view.constant(pad, 2)?.floatingPointScalar
  }
}

extension GraphView {
  /// Whether a value holds no negative element for certain.
  func isNonNegative(_ id: ValueID) -> Bool {
    guard let producer = producer(of: id) else { return false }
    let activation: Activation? =
      if case .activation(let activation)? = (node(producer).op as? Unary)?.function {
        activation
      } else {
        (node(producer).op as? any ActivatingOperator)?.activation
      }
    return switch activation {
    case .relu, .sigmoid, .hardSigmoid: true
    case .clip(let lower, let upper): lower >= 0 && upper >= 0
    default: false
    }
  }
}
