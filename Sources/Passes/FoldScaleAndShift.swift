package import Graphs
internal import Tensors

/// Folds arithmetic with one constant for each channel into the convolution or matrix product
/// before it, as ``FoldBatchNormalization`` does with its statistics.
package struct FoldScaleAndShift: Pass {
  package var name: String { "FoldScaleAndShift" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard let op = view.node(node).op as? Binary, op.activation == .identity else {
      return .noMatch
    }
    for (x, other, isReversed) in [(0, 1, false), (1, 0, true)] {
      guard let constant = view.constant(node, other), let value = view.input(node, x),
        let producer = view.producer(of: value),
        view.node(producer).op is any ChannelwiseOperator
      else { continue }
      let output = view[view.node(node).outputs[0]].type
      guard view[value].type == output,
        let numbers = perChannel(constant, of: output.shape)
      else { return .blocked("its constant is not one number for each channel") }
      guard let affine = ChannelAffine(op.kind, by: numbers, isReversed: isReversed) else {
        return .noMatch
      }
      return try affine.folded(into: value, at: node, in: view)
    }
    return .noMatch
  }

  /// The numbers that a constant, broadcast to `shape`, holds along axis 1; `nil` where it varies
  /// along another axis.
  private func perChannel(_ constant: Tensor, of shape: Shape) -> [Double]? {
    guard shape.rank >= 2, constant.shape.rank <= shape.rank else { return nil }
    let channelAxis = 1 - (shape.rank - constant.shape.rank)
    for axis in 0..<constant.shape.rank where constant.shape[axis] != 1 {
      guard axis == channelAxis else { return nil }
    }
    let numbers = constant.doubles()
    return numbers.count == shape[1] ? numbers : [Double](repeating: numbers[0], count: shape[1])
  }
}
