internal import GPUKernels
package import Graphs
package import Tensors

extension LRN: GPUOperator {
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let (input, output) = (try lowering.input(0), try lowering.output(0))
    let channels = input.shape[1]
    let kernel = LocalResponseKernel(
      try LocalResponseProblem(
        groups: input.groups, channels: channels, area: input.vectorCount / channels, size: size,
        alpha: alpha, beta: beta, bias: bias, element: output.element))
    try lowering.launch(kernel, reads: [input.memory], writes: [output.memory]) { addresses in
      kernel.arguments(input: addresses[input], output: addresses[output])
    }
    return nil
  }
}

extension InstanceNormalization: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? { node.parameterObstacle }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    try lowering.normalize(epsilon: epsilon) { (input) throws(HewnError) in
      try .channels(
        groups: input.groups, channels: input.shape[1], area: input.vectorCount / input.shape[1],
        channelGroups: input.shape[1], epsilon: epsilon, element: input.element)
    }
    return nil
  }
}

extension GroupNormalization: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? { node.parameterObstacle }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    try lowering.normalize(epsilon: epsilon) { (input) throws(HewnError) in
      try .channels(
        groups: input.groups, channels: input.shape[1], area: input.vectorCount / input.shape[1],
        channelGroups: groups, sharesScale: scalesGroups, epsilon: epsilon, element: input.element)
    }
    return nil
  }
}

extension LayerNormalization: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if statistics != nil { return "no GPU kernel for Mean and InvStdDev" }
    if let obstacle = node.parameterObstacle { return obstacle }
    guard let shape = node.shape(ofInput: 0), let first = try? shape.normalized(axis: axis) else {
      return nil
    }
    if first == 0 { return "statistics across images" }
    let row = shape.dimensions[first...].drop { $0 == 1 }
    for index in node.inputs.indices.dropFirst() {
      guard let parameter = node.shape(ofInput: index) else { continue }
      if !parameter.dimensions.drop(while: { $0 == 1 }).elementsEqual(row) {
        return "parameters of shape \(parameter) for rows of shape \(Shape(Array(row)))"
      }
    }
    return nil
  }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let hasShift = node.shape(ofInput: 2) != nil
    let first = try node.outputs[0].shape.normalized(axis: axis)
    try lowering.normalize(epsilon: epsilon) { (input) throws(HewnError) in
      let row = input.shape.dimensions[first...].reduce(1, *)
      return try .layer(
        outer: input.groups * input.vectorCount / row, axis: row, shift: hasShift, epsilon: epsilon,
        element: input.element)
    }
    return nil
  }
}

extension GPUNode {
  /// Why no kernel reads the scale and the shift of a normalization.
  fileprivate var parameterObstacle: String? {
    for index in inputs.indices.dropFirst() where inputs[index] != nil {
      if constant(ofInput: index) == nil { return "parameters computed at run time" }
    }
    return nil
  }
}

extension GPULowering {
  /// Normalizes input 0 with a scale (input 1) and perhaps a shift (input 2).
  fileprivate func normalize(
    epsilon: Float, _ problem: (GPUTensor) throws(HewnError) -> NormalizeProblem
  ) throws(HewnError) {
    let (input, output) = (try input(0), try output(0))
    let kernel = NormalizeKernel(try problem(input))
    let parameters = (1...2).map { index in
      constant(ofInput: index).map { constant($0.floats()) }
    }
    let reads = [input.memory] + parameters.compactMap { $0 }
    try launch(kernel, reads: reads, writes: [output.memory]) { addresses in
      kernel.arguments(
        input: addresses[input], scale: parameters[0].map { addresses[$0] },
        shift: parameters[1].map { addresses[$0] }, output: addresses[output])
    }
  }
}
