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
    of node: Int, behind scale: OutputScale?, in view: GraphView, rows: Int, filterCount: Int
  ) {
    var value = scale?.output ?? view.node(node).outputs[0]
    let addition = view.addition(of: value, before: node)
    if let addition { value = addition.sum }
    clamp = view.clamp(of: value)
    addend = addition.map {
      Addend(
        value: $0.other,
        window: InputWindow(pixelsOf: view[$0.other].type.shape, channelCount: rows))
    }
    guard addend != nil || clamp != nil else { return nil }
    signs = scale?.signs ?? [Float](repeating: 1, count: filterCount)
    offsets = scale?.offsets ?? [Float](repeating: 0, count: filterCount)
  }
}

extension GraphView {
  /// The addition that alone reads the output of a convolution.
  ///
  /// - Returns: `nil` where the other operand has another shape, is constant, or comes later: the layers
  ///   before it may then still change.
  fileprivate func addition(
    of value: ValueID, before convolution: Int
  ) -> (other: ValueID, sum: ValueID)? {
    guard node(convolution).op is Conv, let next = onlyReader(of: value),
      let op = node(next).op as? Binary, op.kind == .add, op.activation == .identity,
      let other = node(next).inputs.first(where: { $0 != value }), let other,
      constant(other) == nil, self[other].type == self[value].type,
      self[other].type.element == .float32,
      producer(of: other).map({ $0 < convolution }) ?? true
    else { return nil }
    return (other, node(next).outputs[0])
  }

  /// The clamp that alone reads a value.
  fileprivate func clamp(of value: ValueID) -> ClosedRange<Float>? {
    guard let next = onlyReader(of: value) else { return nil }
    switch node(next).op {
    case let op as Unary:
      switch op.function {
      case .activation(.relu): return 0...(.infinity)
      case .activation(.clip(let lower, let upper)) where lower <= upper: return lower...upper
      default: return nil
      }
    case is Clip:
      guard input(next, 0) == value, let lower = bound(next, 1, missing: -.infinity),
        let upper = bound(next, 2, missing: .infinity), lower <= upper
      else { return nil }
      return lower...upper
    default: return nil
    }
  }

  /// A bound of a `Clip`; `nil` where it is computed.
  private func bound(_ clip: Int, _ index: Int, missing: Float) -> Float? {
    input(clip, index) == nil ? missing : constant(clip, index)?.floats().first
  }
}
