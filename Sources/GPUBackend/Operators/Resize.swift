internal import GPUKernels
package import Graphs
package import Tensors

extension Resize: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if coordinates == .tfCropAndResize, mode != .nearest {
      return "no GPU kernel for tf_crop_and_resize with \(mode.rawValue) interpolation"
    }
    guard let geometry = try? geometry(for: node.inputs) else { return nil }
    if geometry.axes.first?.isResampled == true { return "it resamples images" }
    let isMove = mode == .nearest || geometry.resampledAxes.isEmpty
    return isMove || geometry.resampledAxes.allSatisfy({ $0 >= geometry.axes.count - 2 })
      ? nil : "interpolation along the axes \(geometry.resampledAxes)"
  }

  package func writesChannels(of node: GPUNode) -> Bool { true }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let (input, output) = (try lowering.channels(ofInput: 0), try lowering.output(0))
    let axes = try geometry(for: node.inputs).axes
    if mode == .nearest || !axes.contains(where: \.isResampled) {
      let (source, target) = (ImageStrides(input.shape), ImageStrides(output.shape))
      let moves = (1..<axes.count).map { index in
        axes[index].isResampled
          ? MoveAxis(
            axes[index].nearest(self), inputStride: source.strides[index],
            outputStride: target.strides[index])
          : MoveAxis(
            extent: output.shape[index], inputStride: source.strides[index],
            outputStride: target.strides[index])
      }
      try lowering.move(
        ImageMove(axes: moves, fill: extrapolationValue), from: input, to: output)
      return nil
    }
    let (rows, columns) = (
      axes.count > 2
        ? try table(axes[axes.count - 2]) : try ResizeTable(inputExtent: 1, nearest: [0]),
      try table(axes[axes.count - 1])
    )
    let problem = try ResizeProblem(
      groups: input.groups,
      channels: input.vectorCount / (rows.inputExtent * columns.inputExtent),
      rows: rows, columns: columns, element: output.element, extrapolation: extrapolationValue,
      inputGroupStride: input.groups == 1 ? nil : input.groupStride,
      outputGroupStride: output.groups == 1 ? nil : output.groupStride)
    let kernel = ResizeKernel(problem)
    let (rowWords, columnWords) = (lowering.constant(rows.words), lowering.constant(columns.words))
    try lowering.launch(
      kernel, reads: [input.memory, rowWords, columnWords], writes: [output.memory]
    ) { addresses in
      kernel.arguments(
        input: addresses[input], rows: addresses[rowWords], columns: addresses[columnWords],
        output: addresses[output])
    }
    return nil
  }

  private func table(_ axis: ResizeAxis) throws(HewnError) -> ResizeTable {
    guard axis.isResampled else {
      return try ResizeTable(inputExtent: axis.inputExtent, nearest: Array(0..<axis.outputExtent))
    }
    let taps = axis.taps(self)
    return try ResizeTable(
      inputExtent: axis.inputExtent, tapCount: taps.tapCount, indices: taps.indices,
      weights: taps.weights, extrapolated: taps.extrapolated)
  }
}
