package import CPUKernels
internal import Covers
package import Graphs
package import Tensors

/// A transposed convolution with stride s is s · s convolutions of stride 1, one for each output
/// phase, over the taps whose index has that phase. Output (s·q + a) takes tap r of input
/// q + (a + pad − r·dilation) / s wherever that divides.
extension ConvTranspose: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? { node.convolutionObstacle }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    let window = try planeWindow(node)
    var inputs: [LayoutDemands.Input] = node.inputs.map { _ in .plain }
    inputs[0] = .planes(halo: window.halo, pitch: .sharedWithOutput)
    return LayoutDemands(
      inputs: inputs,
      outputs: [
        .planes(
          verticalPhases: window.strides[0],
          horizontalPhases: window.strides[1])
      ])
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let window = try planeWindow(node)
    guard let input = inputs[0] else {
      throw HewnError(.internal, "a convolution of a constant was not folded")
    }
    let problem = ConvolutionProblem(
      input: input.planes, output: outputs[0].planes, residual: nil,
      branches: branches(
        window, filters: outputs[0].shape[1] / groups, channels: input.shape[1] / groups),
      activation: activation)
    return try node.convolutionStep(
      problem, kernels: kernels, input: input.placement, output: outputs[0].placement,
      residual: nil
    ) { () throws(HewnError) in try filterWeights(node, window) }
  }

  private func planeWindow(_ node: NodeContext) throws(HewnError) -> TransposedWindow {
    guard let input = node.shape(ofInput: 0), let weight = node.shape(ofInput: 1) else {
      throw HewnError(.internal, "a convolution without input or weights", node: node.label)
    }
    return TransposedWindow(try geometry(input: input, weight: weight))
  }

  /// One branch for each output phase of each group of `filters` filters and `channels` channels.
  private func branches(
    _ window: TransposedWindow, filters: Int, channels: Int
  ) -> [ConvolutionProblem.Branch] {
    let strides = window.strides
    let phases = window.phases
    return (0..<groups).flatMap { group in
      phases.map { phase in
        ConvolutionProblem.Branch(
          taps: (group * channels..<(group + 1) * channels).flatMap { channel in
            phase.taps.map { ConvolutionProblem.Tap(plane: channel, dy: $0.dy, dx: $0.dx) }
          },
          outputPlanes: (group * filters..<(group + 1) * filters).map {
            $0 * strides[0] * strides[1] + phase.vertical * strides[1] + phase.horizontal
          },
          verticalPhase: phase.vertical, horizontalPhase: phase.horizontal,
          tapsPerChannel: max(1, phase.taps.count))
      }
    }
  }

  /// The weights of each branch.
  private func filterWeights(
    _ node: NodeContext, _ window: TransposedWindow
  ) throws(HewnError) -> [FilterWeights] {
    let weights = try constantWeights(node)
    let values = weights.floats()
    let (channels, filters) = (weights.shape[0] / groups, weights.shape[1])
    let bias = try bias(node, rows: filters * groups)
    let kernelTaps = window.tapCount
    let phases = window.phases
    var branches: [FilterWeights] = []
    for group in 0..<groups {
      for phase in phases {
        let columns = (group * channels..<(group + 1) * channels).flatMap { channel in
          phase.taps.map { channel * filters * kernelTaps + $0.index }
        }
        let matrix = try FilterMatrix(
          rows: filters, taps: columns.count,
          values: (0..<filters).flatMap { filter in
            columns.map { values[$0 + filter * kernelTaps] }
          })
        branches.append(
          FilterWeights(
            matrix: matrix, bias: Array(bias[group * filters..<(group + 1) * filters])))
      }
    }
    return branches
  }
}

extension TransposedWindow {
  var halo: PlanesLayout.Halo {
    func reach(_ axis: Int) -> (before: Int, after: Int) {
      var (before, after) = (0, 0)
      let stride = strides[axis]
      let outputs = (window.outputExtents[axis] + stride - 1) / stride
      for (_, shift) in taps[axis].joined() {
        before = max(before, -shift)
        after = max(after, outputs - 1 + shift - (window.inputExtents[axis] - 1))
      }
      return (before, after)
    }
    let (vertical, horizontal) = (reach(0), reach(1))
    return PlanesLayout.Halo(
      top: vertical.before, left: horizontal.before, bottom: vertical.after,
      right: horizontal.after)
  }
}
