internal import GPUKernels
package import Graphs
package import Tensors

extension Concat: GPUOperator {
  /// Whether parts are channels of the whole.
  func isOfChannels(_ node: GPUNode) -> Bool {
    (try? node.outputs[0].shape.normalized(axis: axis)) == 1
  }

  package func gpuObstacle(for node: GPUNode) -> String? {
    if node.inputs.contains(where: { $0?.constant.map { $0.element != .float32 } ?? false }) {
      return "a constant that is not float32"
    }
    return (try? node.outputs[0].shape.normalized(axis: axis)) == 0 ? "it joins images" : nil
  }

  package func writesChannels(of node: GPUNode) -> Bool { true }

  /// Copies the parts that do not lie in the whole already.
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let whole = try lowering.output(0)
    let axis = try whole.shape.normalized(axis: axis)
    let strides = ImageStrides(whole.shape).strides
    var first = 0
    var copiedCount = 0
    for (index, operand) in node.inputs.enumerated() {
      guard let operand, operand.shape.elementCount > 0 else { continue }
      let extent = operand.shape[axis]
      defer { first += extent }
      let part: GPUTensor
      if let constant = operand.constant {
        part = try lowering.tensor(of: constant, images: whole.shape[0])
      } else {
        part = try lowering.channels(ofInput: index)
      }
      let place = axis == 1 ? whole.channels(first..<first + extent) : nil
      if let place, place.memory == part.memory { continue }
      copiedCount += 1
      let source = ImageStrides(part.shape)
      let axes = (1..<part.shape.rank).map { axis in
        MoveAxis(
          extent: part.shape[axis], inputStride: source.strides[axis], outputStride: strides[axis])
      }
      var target = whole
      target.memory = whole.memory.advanced(
        byBytes: first * strides[axis] * whole.vectorByteCount)
      try lowering.move(ImageMove(axes: axes), from: part, to: target)
    }
    return copiedCount == 0
      ? nil : GPUDecision(reason: "copies \(copiedCount) of \(node.inputs.count) parts")
  }
}

extension Split: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    (try? node.shape(ofInput: 0)?.normalized(axis: axis)) == 0 ? "it parts images" : nil
  }

  package func writesChannels(of node: GPUNode) -> Bool { true }

  /// Channels stay where they are; parts of other axes are copied.
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let whole = try lowering.channels(ofInput: 0)
    let axis = try whole.shape.normalized(axis: axis)
    let strides = ImageStrides(whole.shape).strides
    var first = 0
    for (index, type) in node.outputs.enumerated() {
      let extent = type.shape[axis]
      defer { first += extent }
      if axis == 1 {
        try lowering.setOutput(index, to: whole.channels(first..<first + extent))
        continue
      }
      let part = try lowering.output(index)
      let target = ImageStrides(part.shape)
      let axes = (1..<part.shape.rank).map { axis in
        MoveAxis(
          extent: part.shape[axis], inputStride: strides[axis], outputStride: target.strides[axis])
      }
      try lowering.move(
        ImageMove(axes: axes, inputStart: first * strides[axis]), from: whole, to: part)
    }
    return nil
  }
}

extension GPULowering {
  /// Uploads a constant as a tensor in lanes.
  func tensor(of constant: Tensor, images: Int) throws(HewnError) -> GPUTensor {
    let floats = constant.floats().inLanes(images: images)
    let memory: GPUMemory
    switch target.element {
    case .f32: memory = self.constant(floats)
    case .f16: memory = self.constant(floats.map { HalfFormat.float16.bits(Double($0)) })
    case .bf16: memory = self.constant(floats.map { HalfFormat.bfloat16.bits(Double($0)) })
    }
    return GPUTensor(memory, target.element, constant.shape)
  }
}
