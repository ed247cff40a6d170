internal import GPUKernels
internal import Graphs
internal import Runtime
internal import Tensors

/// What enters and leaves the device: inputs and outputs of the graph, and of nodes that the host computes.
extension GPULowering {
  /// Gives an input of the graph a buffer of its own, and converts it.
  func takeInput(_ value: ValueID) throws(HewnError) {
    let (name, type) = (graph[value].name, graph[value].type)
    let staging = try scratch(byteCount: type.byteCount)
    program.inputs.append(
      .init(port: Port(name: name, type: type), source: .buffer(staging.buffer)))
    plain[value.index] = staging
    guard type.fitsLanes else { return }
    let tensor = try self.tensor(element: target.element, shape: type.shape)
    layer = program.layers.count
    try convert(plain: staging, to: tensor)
    program.layers.append(.conversion(of: name, "plain to lanes of \(target.element.rawValue)"))
    tensors[value.index] = tensor
  }

  /// Has an output of the graph in row-major order.
  func giveOutput(_ value: ValueID, _ port: Port) throws(HewnError) {
    if let constant = graph[value].constant {
      program.outputs.append(.init(port: port, source: .constant(constant)))
      return
    }
    let isConverted = plain[value.index] == nil
    layer = program.layers.count
    let memory = try plainMemory(of: value)
    program.outputs.append(.init(port: port, source: .buffer(memory.buffer)))
    guard isConverted else { return }
    program.layers.append(
      .conversion(of: port.name, "lanes of \(target.element.rawValue) to plain"))
  }

  /// Lets the host compute the node.
  func evaluate(
    _ op: any Operator, with evaluate: @escaping Evaluator
  ) throws(HewnError) {
    let source = graph.nodes[node.index]
    var inputs: [HostEvaluation.Input?] = []
    var reads: [GPUMemory] = []
    for (value, operand) in zip(source.inputs, node.inputs) {
      guard let value, let operand else {
        inputs.append(nil)
        continue
      }
      if let constant = operand.constant {
        inputs.append(.constant(constant))
        continue
      }
      let memory = try plainMemory(of: value)
      inputs.append(.buffer(memory.buffer, operand.type))
      reads.append(memory)
    }
    var outputs: [HostEvaluation.Output] = []
    var writes: [GPUMemory] = []
    for (value, type) in zip(source.outputs, node.outputs) {
      let memory = try scratch(byteCount: type.byteCount)
      plain[value.index] = memory
      outputs.append(.init(buffer: memory.buffer, type: type))
      writes.append(memory)
    }
    add(
      .evaluate(
        HostEvaluation(
          label: node.label, op: op, inputs: inputs, outputs: outputs, evaluate: evaluate)),
      reads: reads, writes: writes)
    for (index, plain) in writes.enumerated() where node.outputs[index].fitsLanes {
      try convert(plain: plain, to: try output(index))
    }
  }

  /// A value in row-major order: what the host made, or a conversion.
  private func plainMemory(of value: ValueID) throws(HewnError) -> GPUMemory {
    if let memory = plain[value.index] { return memory }
    guard let tensor = tensors[value.index] else {
      throw HewnError(.internal, "value \"\(graph[value].name)\" has no place")
    }
    let memory = try scratch(byteCount: graph[value].type.byteCount)
    try convert(try dense(tensor), toPlain: memory)
    plain[value.index] = memory
    return memory
  }

  /// From row-major float32 to lanes.
  private func convert(plain: GPUMemory, to tensor: GPUTensor) throws(HewnError) {
    let kernel = LayoutKernel(.planesToLanes, try planes(of: tensor), element: tensor.element)
    try launch(kernel, reads: [plain], writes: [tensor.memory]) {
      kernel.arguments(planes: $0[plain], lanes: $0[tensor])
    }
  }

  /// From lanes to row-major float32.
  private func convert(_ tensor: GPUTensor, toPlain plain: GPUMemory) throws(HewnError) {
    let kernel = LayoutKernel(.lanesToPlanes, try planes(of: tensor), element: tensor.element)
    try launch(kernel, reads: [tensor.memory], writes: [plain]) {
      kernel.arguments(planes: $0[plain], lanes: $0[tensor])
    }
  }

  /// A row-major tensor as rows of one image each.
  private func planes(of tensor: GPUTensor) throws(HewnError) -> PlanesGeometry {
    try PlanesGeometry(
      images: tensor.shape[0], channels: 1, height: 1, width: tensor.vectorCount)
  }
}

extension TensorType {
  /// Whether tensors of the type lie in lanes.
  var fitsLanes: Bool { element == .float32 && shape.rank > 0 && shape.elementCount > 0 }
}
