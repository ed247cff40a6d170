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
          verticalPhases: window.geometry.strides[0],
          horizontalPhases: window.geometry.strides[1])
      ])
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let window = try planeWindow(node)
    let weights = try constantWeights(node)
    guard let input = inputs[0] else {
      throw HewnError(.internal, "a convolution of a constant was not folded")
    }
    let bias = try bias(node, rows: weights.shape[1] * groups)
    let problem = ConvolutionProblem(
      input: input.planes, output: outputs[0].planes, residual: nil,
      branches: try branches(window, weights: weights, bias: bias), activation: activation)
    return try ConvolutionPlanner(target: node.target, kernels: kernels).step(
      problem, input: input.placement, output: outputs[0].placement, residual: nil)
  }

  private func planeWindow(_ node: NodeContext) throws(HewnError) -> TransposedWindow {
    guard let input = node.shape(ofInput: 0), let weight = node.shape(ofInput: 1) else {
      throw HewnError(.internal, "a convolution without input or weights", node: node.label)
    }
    return TransposedWindow(PlaneGeometry(try geometry(input: input, weight: weight)))
  }

  /// One branch for each group and output phase.
  private func branches(
    _ window: TransposedWindow, weights: Tensor, bias: [Float]
  ) throws(HewnError) -> [ConvolutionProblem.Branch] {
    let values = weights.floats()
    let (channels, filters) = (weights.shape[0] / groups, weights.shape[1])
    let geometry = window.geometry
    let phaseCount = geometry.strides[0] * geometry.strides[1]
    var branches: [ConvolutionProblem.Branch] = []
    for group in 0..<groups {
      let rows = group * filters..<(group + 1) * filters
      for py in 0..<geometry.strides[0] {
        for px in 0..<geometry.strides[1] {
          let vertical = window.taps[0][py]
          let horizontal = window.taps[1][px]
          var taps: [ConvolutionProblem.Tap] = []
          var columns: [Int] = []
          for channel in group * channels..<(group + 1) * channels {
            for (r, dy) in vertical {
              for (s, dx) in horizontal {
                taps.append(ConvolutionProblem.Tap(plane: channel, dy: dy, dx: dx))
                columns.append(
                  channel * filters * geometry.kernelTaps + r * geometry.kernel[1] + s)
              }
            }
          }
          let matrix = try FilterMatrix(
            rows: filters, taps: taps.count,
            values: (0..<filters).flatMap { filter in
              columns.map { values[$0 + filter * geometry.kernelTaps] }
            })
          branches.append(
            ConvolutionProblem.Branch(
              taps: taps, matrix: matrix, bias: Array(bias[rows]),
              outputPlanes: rows.map { $0 * phaseCount + py * geometry.strides[1] + px },
              verticalPhase: py, horizontalPhase: px,
              tapsPerChannel: max(1, vertical.count * horizontal.count)))
        }
      }
    }
    return branches
  }
}

/// The taps of a transposed convolution by output phase.
private struct TransposedWindow {
  let geometry: PlaneGeometry
  /// Kernel index and input shift of the taps that reach outputs of a phase, by axis, then phase.
  let taps: [[[(index: Int, shift: Int)]]]

  init(_ geometry: PlaneGeometry) {
    self.geometry = geometry
    taps = (0..<2).map { axis in
      var taps = [[(index: Int, shift: Int)]](repeating: [], count: geometry.strides[axis])
      for index in 0..<geometry.kernel[axis] {
        let (phase, shift) = phaseAndShift(
          of: index * geometry.dilations[axis] - geometry.padBegin[axis],
          stride: geometry.strides[axis])
        taps[phase].append((index, -shift))
      }
      return taps
    }
  }

  var halo: PlanesLayout.Halo {
    func reach(_ axis: Int) -> (before: Int, after: Int) {
      var (before, after) = (0, 0)
      let stride = geometry.strides[axis]
      let outputs = (geometry.output[axis] + stride - 1) / stride
      for (_, shift) in taps[axis].joined() {
        before = max(before, -shift)
        after = max(after, outputs - 1 + shift - (geometry.input[axis] - 1))
      }
      return (before, after)
    }
    let (vertical, horizontal) = (reach(0), reach(1))
    return PlanesLayout.Halo(
      top: vertical.before, left: horizontal.before, bottom: vertical.after,
      right: horizontal.after)
  }
}
