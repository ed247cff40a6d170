package import CPUKernels
internal import Covers
package import Graphs
package import Tensors

extension Conv: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? {
    node.convolutionObstacle
      ?? (addsResidual && node.constant(ofInput: 3) != nil ? "a constant residual" : nil)
  }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    let geometry = try planeGeometry(node)
    var inputs: [LayoutDemands.Input] = node.inputs.map { _ in .plain }
    let lanes = node.lanes
    if lanes > 1 {
      inputs[0] = .planes(halo: geometry.halo(phases: [1, 1]), lanes: lanes)
      if addsResidual { inputs[3] = .planes(lanes: lanes) }
      return LayoutDemands(inputs: inputs, outputs: [.planes(lanes: lanes)])
    }
    if usesDepthwiseKernel(node, geometry) {
      inputs[0] = .planes(
        halo: geometry.halo(phases: [1, 1]),
        pitch: geometry.strides == [1, 1] ? .sharedWithOutput : .free)
    } else {
      inputs[0] = .planes(
        halo: geometry.halo(phases: geometry.strides), verticalPhases: geometry.strides[0],
        horizontalPhases: geometry.strides[1], pitch: .sharedWithOutput,
        read: Set(geometry.taps(channelPlane: 0, phases: geometry.strides).map(\.plane)))
    }
    if addsResidual { inputs[3] = .planes(pitch: .sharedWithOutput) }
    return LayoutDemands(inputs: inputs, outputs: [.planes])
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let geometry = try planeGeometry(node)
    guard let input = inputs[0] else {
      throw HewnError(.internal, "a convolution of a constant was not folded")
    }
    let residual = addsResidual ? inputs[3] : nil
    if usesDepthwiseKernel(node, geometry) {
      let weights = try constantWeights(node)
      return try DepthwiseStep(
        geometry, weights: weights, bias: try bias(node, rows: weights.shape[0]),
        activation: activation, input: input, output: outputs[0], kernels: kernels)
    }
    let problem = problem(
      geometry, input: input.buffer, output: outputs[0].buffer, residual: residual?.buffer)
    return try node.convolutionStep(
      problem, kernels: kernels, input: input.placement, output: outputs[0].placement,
      residual: residual?.placement
    ) { () throws(HewnError) in try filterWeights(node) }
  }

  private func problem(
    _ geometry: PlaneGeometry, input: Buffer, output: Buffer, residual: Buffer?
  ) -> ConvolutionProblem {
    let hasSteps = input.planes.lanes > 1
    return ConvolutionProblem(
      input: input.planes, output: output.planes, residual: residual?.planes,
      branches: branches(
        geometry, filters: output.shape[1] / groups, channels: input.shape[1] / groups,
        phases: hasSteps ? [1, 1] : geometry.strides, hasResidual: residual != nil),
      activation: activation,
      step: hasSteps
        ? .init(vertical: geometry.strides[0], horizontal: geometry.strides[1]) : .init())
  }

  /// Whether every filter reads a single channel, with nothing that the depthwise kernel lacks.
  private func usesDepthwiseKernel(_ node: NodeContext, _ geometry: PlaneGeometry) -> Bool {
    guard let weight = node.shape(ofInput: 1), let input = node.shape(ofInput: 0) else {
      return false
    }
    return groups > 1 && groups == input[1] && weight[1] == 1 && !addsResidual
      && (geometry.strides == [1, 1] || geometry.strides == [2, 2])
  }

  private func planeGeometry(_ node: NodeContext) throws(HewnError) -> PlaneGeometry {
    guard let input = node.shape(ofInput: 0), let weight = node.shape(ofInput: 1) else {
      throw HewnError(.internal, "a convolution without input or weights", node: node.label)
    }
    return PlaneGeometry(try geometry(input: input, weight: weight))
  }

  /// One branch for each group of `filters` filters and `channels` channels.
  private func branches(
    _ geometry: PlaneGeometry, filters: Int, channels: Int, phases: [Int], hasResidual: Bool
  ) -> [ConvolutionProblem.Branch] {
    let phaseCount = phases[0] * phases[1]
    return (0..<groups).map { group in
      let rows = Array(group * filters..<(group + 1) * filters)
      return ConvolutionProblem.Branch(
        taps: (0..<channels).flatMap { channel in
          geometry.taps(
            channelPlane: (group * channels + channel) * phaseCount, phases: phases)
        },
        outputPlanes: rows, residualPlanes: hasResidual ? rows : [],
        tapsPerChannel: geometry.kernelTaps)
    }
  }

  /// The weights of each group.
  private func filterWeights(_ node: NodeContext) throws(HewnError) -> [FilterWeights] {
    let weights = try constantWeights(node)
    let values = weights.floats()
    let bias = try bias(node, rows: weights.shape[0])
    let filters = weights.shape[0] / groups
    let taps = weights.shape.elementCount / weights.shape[0]
    return try (0..<groups).map { (group) throws(HewnError) in
      let rows = group * filters..<(group + 1) * filters
      let matrix = try FilterMatrix(
        rows: filters, taps: taps,
        values: Array(values[rows.lowerBound * taps..<rows.upperBound * taps]))
      return FilterWeights(matrix: matrix, bias: Array(bias[rows]))
    }
  }
}

extension Conv: CoveredOperator {
  func layerCosts(
    for node: NodeContext, inputs: [Buffer?], outputs: [Buffer], kernels: KernelSet
  ) throws(HewnError) -> LayerCosts? {
    let geometry = try planeGeometry(node)
    if usesDepthwiseKernel(node, geometry) { return nil }
    guard let input = inputs[0] else { return nil }
    let problem = problem(
      geometry, input: input, output: outputs[0], residual: addsResidual ? inputs[3] : nil)
    let nonZeroCount = try constantWeights(node).floats().count { $0 != 0 }
    return try ConvolutionPlanner(target: node.target, kernels: kernels)
      .costs(problem, nonZeroCount: nonZeroCount)
  }
}

extension NodeContext {
  /// Why no convolution kernel computes a node with inputs X, W, B.
  var convolutionObstacle: String? {
    if let rank = shape(ofInput: 0)?.rank, rank > 4 { return "\(rank - 2) spatial axes" }
    if outputs[0].shape.elementCount == 0 { return "no output elements" }
    return weightObstacle
  }

  /// Why no kernel packs the weights and the bias of a node with inputs X, W, B.
  var weightObstacle: String? {
    if constant(ofInput: 0) != nil { return "a constant input" }
    if constant(ofInput: 1) == nil { return "weights computed at run time" }
    if shape(ofInput: 2) != nil, constant(ofInput: 2) == nil {
      return "a bias computed at run time"
    }
    return nil
  }
}

extension CPUOperator {
  /// The weights; a node without them has an obstacle.
  func constantWeights(_ node: NodeContext) throws(HewnError) -> Tensor {
    guard let weights = node.constant(ofInput: 1) else {
      throw HewnError(.internal, "weights computed at run time", node: node.label)
    }
    return weights
  }

  /// The bias input, or zeros.
  func bias(_ node: NodeContext, rows: Int) throws(HewnError) -> [Float] {
    guard node.shape(ofInput: 2) != nil else { return [Float](repeating: 0, count: rows) }
    guard let bias = node.constant(ofInput: 2) else {
      throw HewnError(.internal, "a bias computed at run time", node: node.label)
    }
    return bias.floats()
  }
}

/// A window over planes: one spatial axis is seen as two, the first of extent 1.
struct PlaneGeometry {
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let padBegin: [Int]
  let input: [Int]
  let output: [Int]

  init(_ geometry: WindowGeometry) {
    let window = geometry.rowsAndColumns
    kernel = window.kernel
    strides = window.strides
    dilations = window.dilations
    padBegin = window.padBegin
    input = window.inputExtents
    output = window.outputExtents
  }

  var kernelTaps: Int { kernel[0] * kernel[1] }

  /// The taps of one channel whose first plane is `channelPlane`, by kernel row and column.
  ///
  /// - Parameter phases: those of the input's planes.
  func taps(channelPlane: Int, phases: [Int]) -> [ConvolutionProblem.Tap] {
    (0..<kernel[0]).flatMap { r in
      let (py, dy) = phaseAndShift(of: r * dilations[0] - padBegin[0], stride: phases[0])
      return (0..<kernel[1]).map { s in
        let (px, dx) = phaseAndShift(of: s * dilations[1] - padBegin[1], stride: phases[1])
        return ConvolutionProblem.Tap(
          plane: channelPlane + py * phases[1] + px, dy: dy, dx: dx)
      }
    }
  }

  /// The zero cells that taps reach around planes split into `phases`.
  ///
  /// With phases (1, 1) the halo is that of the unsplit input.
  func halo(phases: [Int]) -> PlanesLayout.Halo {
    func reach(_ axis: Int) -> (before: Int, after: Int) {
      var (before, after) = (0, 0)
      let extent = (input[axis] + phases[axis] - 1) / phases[axis]
      let step = strides[axis] / phases[axis]
      for r in 0..<kernel[axis] {
        let index = r * dilations[axis] - padBegin[axis]
        let shift = phaseAndShift(of: index, stride: phases[axis]).shift
        before = max(before, -shift)
        after = max(after, (output[axis] - 1) * step + shift - (extent - 1))
      }
      return (before, after)
    }
    let (vertical, horizontal) = (reach(0), reach(1))
    return PlanesLayout.Halo(
      top: vertical.before, left: horizontal.before, bottom: vertical.after,
      right: horizontal.after)
  }
}
