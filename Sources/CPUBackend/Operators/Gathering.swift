package import Graphs
package import Tensors

extension Gather: MovingOperator {
  /// Several axes of indices are one axis here, which the strides of planes do not allow.
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    var demands = node.spatialLayouts()
    if (node.shape(ofInput: 1)?.rank ?? 0) > 1 { demands.outputs = [.plain] }
    return demands
  }

  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    guard let indices = try node.integers(ofInput: 1, "indices") else {
      throw HewnError(.invalidFile, "input indices is missing")
    }
    let axis = try source.shape.normalized(axis: axis)
    var offsets: [Int] = []
    for index in indices {
      offsets.append(
        try source.shape.normalized(index: index, axis: axis) * source.strides[axis])
    }
    // The output has the axes of the indices in place of the gathered one.
    let indexRank = target.shape.rank - source.shape.rank + 1
    var axes = source.shape.dimensions.indices.map { input in
      let output = input < axis ? input : input - 1 + indexRank
      return MoveAxis(
        extent: source.shape[input], source: .stride(source.strides[input]),
        targetStride: input == axis ? 1 : target.strides[output])
    }
    axes[axis] = MoveAxis(
      extent: offsets.count, source: .offsets(offsets),
      targetStride: indexRank > 0 ? target.strides[axis + indexRank - 1] : 1)
    return MovePlan(axes: axes)
  }
}

/// Indices are known here: those computed at run time are int64, and kernels compute in float32.
extension GatherElements: MovingOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands { .plain(node) }

  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    guard let indices = node.constant(ofInput: 1) else { throw node.notConstant("indices") }
    let axis = try source.shape.normalized(axis: axis)
    let places = try source.shape.places(along: axis, indices)
    return MovePlan(axes: [
      MoveAxis(extent: places.count, source: .offsets(places), targetStride: 1)
    ])
  }
}
