package import Graphs
internal import Tensors

extension Pad: MovingOperator {
  package func obstacle(for node: NodeContext) -> String? {
    let hasValue = mode == .constant && node.shape(ofInput: 2) != nil
    return hasValue && node.constant(ofInput: 2) == nil
      ? "no kernel for a value computed at run time" : nil
  }

  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    let geometry = try geometry(for: node.inputs)
    let axes = target.shape.dimensions.indices.map { axis in
      let (begin, end) = (geometry.begin[axis], geometry.end[axis])
      let stride = source.strides[axis]
      guard begin != 0 || end != 0 else {
        return MoveAxis(
          extent: target.shape[axis], source: .stride(stride), targetStride: target.strides[axis])
      }
      let cropped = max(-begin, 0)
      let kept = source.shape[axis] - cropped - max(-end, 0)
      let offsets = (0..<target.shape[axis]).map { index in
        self.source(of: index - max(begin, 0), extent: kept).map { ($0 + cropped) * stride }
          ?? Move.outside
      }
      return MoveAxis(
        extent: target.shape[axis], source: .offsets(offsets),
        targetStride: target.strides[axis])
    }
    var filler: Float = 0
    if mode == .constant, node.shape(ofInput: 2) != nil {
      let value = try node.floats(ofInput: 2, "constant_value")
      guard value.count == 1 else {
        throw HewnError(
          .invalidFile, "constant_value has \(value.count) elements, expected one")
      }
      filler = value[0]
    }
    return MovePlan(axes: axes, filler: filler)
  }
}
