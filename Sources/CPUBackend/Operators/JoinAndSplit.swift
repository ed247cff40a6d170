package import CPUKernels
package import Graphs
package import Tensors

extension Concat: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    let shape = node.outputs[0].shape
    let isOfChannels = try shape.normalized(axis: axis) == 1 && shape.isSpatial
    // Every input a tensor in planes: others would be row-major constants.
    let isComputed = node.inputs.indices.allSatisfy {
      node.constant(ofInput: $0) == nil && node.shape(ofInput: $0)?.isSpatial == true
    }
    let lanes = isOfChannels && isComputed ? node.lanes : 1
    return LayoutDemands(
      inputs: node.inputs.indices.map { node.planesOrPlain(input: $0, lanes: lanes) },
      outputs: [node.planesOrPlain(output: 0, lanes: lanes)])
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let shape = outputs[0].shape
    let axis = try shape.normalized(axis: axis)
    let output = GridTarget(outputs[0])
    let sources = try node.inputs.indices.map { (index) throws(HewnError) in
      try node.source(ofInput: index, inputs)
    }
    if axis == 1 && shape.isSpatial { return try ConcatChannelsStep(sources, output: output) }

    let target = StridedTensor(shape, output.grid)
    var moves: [Move] = []
    var start = output.offset + target.origin
    for (index, source) in sources.enumerated() {
      let part = StridedTensor(node.shape(ofInput: index) ?? [], source.grid)
      guard part.shape.elementCount > 0 else { continue }
      let axes = part.shape.dimensions.enumerated().map { axis, extent in
        MoveAxis(
          extent: extent, source: .stride(part.strides[axis]),
          targetStride: target.strides[axis])
      }
      moves.append(
        try Move(axes, source: source.floats, sourceStart: part.origin, targetStart: start))
      start += part.shape[axis] * target.strides[axis]
    }
    return try MoveStep(moves, targets: [output])
  }
}

extension Split: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.spatialLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let input = try node.source(ofInput: 0, inputs)
    let whole = StridedTensor(node.shape(ofInput: 0) ?? [], input.grid)
    let axis = try whole.shape.normalized(axis: axis)
    var moves: [Move] = []
    var start = whole.origin
    for output in outputs where output.shape.elementCount > 0 {
      let place = GridTarget(output)
      let target = StridedTensor(output.shape, place.grid)
      let axes = target.shape.dimensions.enumerated().map { axis, extent in
        MoveAxis(
          extent: extent, source: .stride(whole.strides[axis]),
          targetStride: target.strides[axis])
      }
      moves.append(
        try Move(
          axes, source: input.floats, sourceStart: start,
          targetStart: place.offset + target.origin))
      start += target.shape[axis] * whole.strides[axis]
    }
    return try MoveStep(moves, targets: outputs.map { GridTarget($0) })
  }
}
