internal import GPUKernels
package import Graphs
package import Tensors

extension Conv {
  /// A convolution whose every filter reads a single channel.
  func lowerDepthwise(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let (input, output) = (try lowering.channels(ofInput: 0), try lowering.output(0))
    let residual = addsResidual ? try lowering.channels(ofInput: 3) : nil
    let window = try window(node)
    let lanes = try LanesWindow(
      window, input: input, output: output, multiplier: output.shape[1] / input.shape[1])
    let known = BlockActivation(activation)
    let kernel = DepthwiseKernel(
      DepthwiseProblem(
        lanes, element: output.element, hasBias: true, residualGroupStride: residual?.groupStride,
        activation: known ?? .identity))
    let weights = lowering.constant(try node.constantWeights().floats())
    let bias = lowering.constant(try node.bias(rows: output.shape[1]))
    let reads = [input.memory, weights, bias] + (residual.map { [$0.memory] } ?? [])
    try lowering.launch(kernel, reads: reads, writes: [output.memory]) { addresses in
      kernel.arguments(
        input: addresses[input], weights: addresses[weights], bias: addresses[bias],
        residual: residual.map { addresses[$0] }, output: addresses[output])
    }
    if known == nil { try lowering.apply(activation, to: output) }
    return GPUDecision(reason: "depthwise")
  }
}

extension LanesWindow {
  /// A window of rows and columns over tensors whose groups may lie apart.
  init(
    _ window: WindowGeometry, input: GPUTensor, output: GPUTensor, multiplier: Int = 1
  ) throws(HewnError) {
    func spatial(_ extents: [Int]) -> Spatial { Spatial(extents[0], extents[1]) }
    try self.init(
      groups: input.groups, channels: input.shape[1], input: spatial(window.inputExtents),
      output: spatial(window.outputExtents), kernel: spatial(window.kernel),
      stride: spatial(window.strides), dilation: spatial(window.dilations),
      paddingBefore: spatial(window.padBegin),
      paddingAfter: spatial(window.padEnd.map { max($0, 0) }),
      multiplier: multiplier, inputGroupStride: input.groups == 1 ? nil : input.groupStride,
      outputGroupStride: output.groups == 1 ? nil : output.groupStride)
  }
}

extension MaxPool: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    indices == nil ? node.poolObstacle : "positions of the maxima"
  }

  package func writesChannels(of node: GPUNode) -> Bool { true }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    try lowering.pool(.maximum, try window.geometry(input: node.shape(ofInput: 0) ?? []))
    return nil
  }
}

extension AveragePool: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? { node.poolObstacle }

  package func writesChannels(of node: GPUNode) -> Bool { true }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    try lowering.pool(
      .average(countsPadding: countsPadding),
      try window.geometry(input: node.shape(ofInput: 0) ?? []))
    return nil
  }
}

extension GlobalAveragePool: GPUOperator {
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    try lowering.poolPlanes(maximum: false)
    return nil
  }
}

extension GlobalMaxPool: GPUOperator {
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    try lowering.poolPlanes(maximum: true)
    return nil
  }
}

extension GPUNode {
  /// Why no pooling kernel computes a node.
  fileprivate var poolObstacle: String? {
    guard let rank = shape(ofInput: 0)?.rank, rank > 4 else { return nil }
    return "\(rank - 2) spatial axes"
  }
}

extension GPULowering {
  fileprivate func pool(_ kind: PoolKind, _ window: WindowGeometry) throws(HewnError) {
    let (input, output) = (try channels(ofInput: 0), try output(0))
    let lanes = try LanesWindow(window.rowsAndColumns, input: input, output: output)
    let kernel = PoolKernel(PoolProblem(kind, lanes, element: output.element))
    try launch(kernel, reads: [input.memory], writes: [output.memory]) { addresses in
      kernel.arguments(input: addresses[input], output: addresses[output])
    }
  }

  /// The mean or the maximum over all axes behind the second.
  func poolPlanes(maximum isMaximum: Bool) throws(HewnError) {
    let (input, output) = (try input(0), try output(0))
    let channels = input.shape[1]
    let kernel = GlobalPoolKernel(
      try GlobalPoolProblem(
        maximum: isMaximum, planes: input.groups * channels, area: input.vectorCount / channels,
        element: output.element))
    try launch(kernel, reads: [input.memory], writes: [output.memory]) { addresses in
      kernel.arguments(input: addresses[input], output: addresses[output])
    }
  }
}
