package import CPUKernels
package import Graphs
package import Tensors

extension Resize: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? {
    coordinates == .tfCropAndResize && mode != .nearest
      ? "no kernel for tf_crop_and_resize with \(mode.rawValue) interpolation" : nil
  }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.spatialLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool {
    (try? geometry(for: node.inputs))?.axes.first.map { !$0.isResampled } ?? false
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let axes = try geometry(for: node.inputs).axes
    let input = try node.source(ofInput: 0, inputs)
    let output = GridTarget(outputs[0])
    let source = StridedTensor(node.shape(ofInput: 0) ?? [], input.grid)
    let target = StridedTensor(outputs[0].shape, output.grid)
    guard target.shape.elementCount > 0 else { return try MoveStep([], targets: []) }
    if mode == .nearest || !axes.contains(where: \.isResampled) {
      let moveAxes = axes.enumerated().map { index, axis in
        let stride = source.strides[index]
        return MoveAxis(
          extent: target.shape[index],
          source: axis.isResampled
            ? .offsets(axis.nearest(self).map { $0.map { $0 * stride } ?? Move.outside })
            : .stride(stride),
          targetStride: target.strides[index])
      }
      let move = try Move(
        moveAxes, source: input.floats, sourceStart: source.origin,
        targetStart: output.offset + target.origin, filler: extrapolationValue)
      return try MoveStep([move], targets: [output])
    }
    return try ResampleStep(
      axes.map { $0.isResampled ? $0.taps(self) : nil }, from: source, input.floats, to: target,
      output)
  }
}
