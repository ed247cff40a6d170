internal import Graphs
internal import Tensors

/// What the outputs of a layer go through before anything else reads them: a BatchNormalization, the addition
/// of another value, a clamp such as a ReLU; any of them, in this order.
///
/// With y the output of a filter as its ``PrunableLayer`` has it, what the network goes on with is
///
///     clamp(z)        z = sign · y + offset + r
///
/// where r is what is added. So it is z that a changed layer has to give back rather than y, and that only where
/// the clamp lets it through: see ``target(original:added:fitted:addedNow:filter:)``.
package struct OutputPath: Sendable {
  /// A value of the outputs' shape that is computed before the layer, and where it has what belongs to a
  /// position.
  struct Addend: Sendable {
    let value: ValueID
    let window: InputWindow
  }

  let addend: Addend?
  /// The bounds of the clamp, of which one may be infinite; `nil` without one.
  package let clamp: ClosedRange<Float>?
  /// Of each filter, over all groups: −1 where the BatchNormalization turns it, 0 where it leaves nothing of it.
  package let signs: [Float]
  package let offsets: [Float]

  /// Whether another value is added to the outputs.
  package var hasAddend: Bool { addend != nil }

  /// What a filter is to give, so that the network goes on with what the original one has.
  ///
  /// That is z of the original network where the clamp lets it through. Where it does not, any z will do that
  /// does not come through either: the one that the filter gives now, or else the bound. With that y has the
  /// errors that matter, no others; and what is added in the changed network may have errors of its own, for which
  /// y makes up.
  ///
  /// Sources: He, Zhang and Sun, Channel Pruning for Accelerating Very Deep Neural Networks, ICCV 2017,
  /// section 3.2, for what is added; Zhang, Zou, He and Sun, Accelerating Very Deep Convolutional Networks for
  /// Classification and Detection, IEEE TPAMI 2016, section 3.2, for the clamp.
  ///
  /// Where r is not finite, or nothing of the filter is left, it is y of the original network.
  ///
  /// - Parameters:
  ///   - original: y in the original network.
  ///   - added: r in the original network; 0 without.
  ///   - fitted: y in the changed network; `nil` takes the clamp to let all through.
  ///   - addedNow: r in the changed network; 0 without.
  ///   - filter: counted over all groups.
  package func target(
    original: Float, added: Float, fitted: Float?, addedNow: Float, filter: Int
  ) -> Float {
    let sign = signs[filter]
    guard sign != 0, added.isFinite, addedNow.isFinite else { return original }
    guard let fitted, let clamp else { return original + sign * (added - addedNow) }
    let offset = offsets[filter]
    var wanted = sign * original + offset + added
    let given = sign * fitted + offset + addedNow
    if wanted <= clamp.lowerBound {
      wanted = min(given, clamp.lowerBound)
    } else if wanted >= clamp.upperBound {
      wanted = max(given, clamp.upperBound)
    }
    return sign * (wanted - offset - addedNow)
  }
}

extension OutputPath {
  /// - Parameters:
  ///   - node: a convolution, or a product of a matrix.
  ///   - scale: the BatchNormalization behind it.
  ///   - rows: the filters of a group.
  /// - Returns: `nil` where other nodes read the outputs too, or do something else to them.
  init?(
    of node: Int, behind scale: OutputScale?, in graph: Graph, readers: GraphReaders, rows: Int,
    filterCount: Int
  ) {
    var value = scale?.output ?? graph.nodes[node].outputs[0]
    let addition = readers.addition(of: value, before: node, in: graph)
    if let addition { value = addition.sum }
    clamp = readers.clamp(of: value, in: graph)
    addend = addition.map {
      Addend(
        value: $0.other,
        window: InputWindow(pixelsOf: graph[$0.other].type.shape, channelCount: rows))
    }
    guard addend != nil || clamp != nil else { return nil }
    signs = scale?.signs ?? [Float](repeating: 1, count: filterCount)
    offsets = scale?.offsets ?? [Float](repeating: 0, count: filterCount)
  }
}

extension GraphReaders {
  /// The addition that alone reads the output of a convolution.
  ///
  /// - Returns: `nil` where the other operand has another shape, is constant, or comes later: the layers
  ///   before it may then still change.
  fileprivate func addition(
    of value: ValueID, before node: Int, in graph: Graph
  ) -> (other: ValueID, sum: ValueID)? {
    guard graph.nodes[node].op is Conv, let next = only(value),
      let op = graph.nodes[next].op as? Binary, op.kind == .add, op.activation == .identity,
      let other = graph.nodes[next].inputs.first(where: { $0 != value }), let other,
      graph[other].constant == nil, graph[other].type == graph[value].type,
      graph[other].type.element == .float32, producers[other.index].map({ $0 < node }) ?? true
    else { return nil }
    return (other, graph.nodes[next].outputs[0])
  }

  /// The clamp that alone reads a value.
  fileprivate func clamp(of value: ValueID, in graph: Graph) -> ClosedRange<Float>? {
    guard let next = only(value) else { return nil }
    let inputs = graph.nodes[next].inputs
    switch graph.nodes[next].op {
    case let op as Unary:
      switch op.function {
      case .activation(.relu): return 0...(.infinity)
      case .activation(.clip(let lower, let upper)) where lower <= upper: return lower...upper
      default: return nil
      }
    case is Clip:
      guard inputs[0] == value, let lower = bound(1, inputs, -.infinity, graph),
        let upper = bound(2, inputs, .infinity, graph), lower <= upper
      else { return nil }
      return lower...upper
    default: return nil
    }
  }

  /// A bound of a `Clip`: `missing` where it has none, and `nil` where that is computed.
  private func bound(
    _ index: Int, _ inputs: [ValueID?], _ missing: Float, _ graph: Graph
  ) -> Float? {
    guard index < inputs.count, let value = inputs[index] else { return missing }
    return graph[value].constant?.floats().first
  }
}
