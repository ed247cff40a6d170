internal import CPUKernels
internal import Graphs
internal import Runtime
internal import Tensors

/// A depthwise convolution with equal strides of 1 or 2; a part is some channels of an image.
package struct DepthwiseStep: Step {
  private let input: Located
  private let output: Located
  private let kernels: KernelSet
  private let stride: Int
  /// Floats of a cell.
  private let cellLanes: Int
  /// Outputs of one input channel.
  private let multiplier: Int
  private let offsets: AlignedArray<Int32>
  private let weights: AlignedArray<Float>
  private let bias: AlignedArray<Float>
  private let mask: AlignedArray<UInt32>
  private let runCount: Int
  private let vectorCount: Int
  private let lower: Float
  private let upper: Float
  /// An activation that is no clamp, applied to stored planes.
  private let activation: Activation?
  /// Whether the activation leaves no zero in the gaps between rows.
  private let movesZero: Bool
  private let channelsPerPart: Int
  package let decision: StepDecision?

  /// Outputs that a part should at least compute.
  private static let outputsPerPart = 1 << 14

  init(
    _ geometry: PlaneGeometry, weights: Tensor, bias: [Float],
    activation: Activation, input: Located, output: Located, kernels: KernelSet
  ) throws(HewnError) {
    self.input = input
    self.output = output
    self.kernels = kernels
    stride = geometry.strides[0]
    cellLanes = input.planes.lanes
    multiplier = output.planes.channels / input.planes.channels
    let pitch = input.planes.pitch
    var offsets: [Int32] = []
    for r in 0..<geometry.kernel[0] {
      for s in 0..<geometry.kernel[1] {
        offsets.append(
          try tapOffset(
            ((r * geometry.dilations[0] - geometry.padBegin[0]) * pitch
              + s * geometry.dilations[1] - geometry.padBegin[1]) * cellLanes))
      }
    }
    self.offsets = try AlignedArray(offsets)
    let values = weights.floats()
    self.weights = try AlignedArray(values)
    self.bias = try AlignedArray(bias)
    (lower, upper) = activation.clampBounds ?? (-.infinity, .infinity)
    self.activation = activation.clampBounds == nil ? activation : nil
    movesZero = activation(0) != 0
    let plane = output.planes
    let lanes = kernels.lanes
    if cellLanes > 1 {
      runCount = plane.planeHeight
      vectorCount = plane.planeWidth
      mask = try AlignedArray([UInt32](repeating: .max, count: vectorCount * lanes))
    } else if stride == 1 {
      runCount = 1
      vectorCount = (plane.planeHeight * plane.pitch + lanes - 1) / lanes
      let masks = plane.flatMasks()
      mask = try AlignedArray(
        masks.isEmpty ? [UInt32](repeating: .max, count: plane.span) : masks)
    } else {
      runCount = plane.planeHeight
      vectorCount = (plane.planeWidth + lanes - 1) / lanes
      mask = try AlignedArray(
        (0..<vectorCount * lanes).map { $0 < plane.planeWidth ? .max : 0 })
    }
    channelsPerPart = max(1, Self.outputsPerPart / max(1, plane.height * plane.width * cellLanes))
    let zeros = values.count { $0 == 0 }
    decision = StepDecision(
      matrix: MatrixReport(
        rows: weights.shape[0], taps: geometry.kernelTaps, weights: values.count, zeros: zeros),
      engine: "dense", reason: "depthwise", weightByteCount: self.weights.byteCount)
  }

  private var partsPerImage: Int {
    (output.planes.channels + channelsPerPart - 1) / channelsPerPart
  }

  package var partCount: Int { output.planes.imageGroups * partsPerImage }

  package func run(part: Int, in memory: StepMemory) {
    let image = part / partsPerImage * cellLanes
    let first = part % partsPerImage * channelsPerPart
    let (source, target) = (input.planes, output.planes)
    let (from, to) = (memory.pointer(input.placement), memory.pointer(output.placement))
    for channel in first..<min(first + channelsPerPart, target.channels) {
      let start = to + target.planeStart(image: image, plane: channel) * cellLanes
      kernels.depthwise(
        Depthwise(
          input: from + source.planeStart(image: image, plane: channel / multiplier) * cellLanes,
          inputRunStride: stride * source.pitch * cellLanes, output: start,
          outputRunStride: target.pitch * cellLanes, runCount: runCount,
          vectorCount: vectorCount, inputStep: stride * kernels.lanes,
          readsEvenFloats: stride == 2 && cellLanes == 1,
          offsets: offsets.pointer, weights: weights.pointer + channel * offsets.count,
          tapCount: offsets.count, mask: mask.pointer, bias: bias.pointer[channel],
          lower: lower, upper: upper))
      if let activation {
        apply(activation, to: start, count: target.planeHeight * target.pitch * cellLanes)
      }
      zeroGaps(channel, image, to)
      target.zeroTail(ofPlane: channel, image: image, at: to)
    }
    if first == 0 { target.zeroHead(of: image, at: to) }
  }

  /// Zeroes what the kernel or the activation left between the rows.
  private func zeroGaps(_ plane: Int, _ image: Int, _ base: UnsafeMutablePointer<Float>) {
    let layout = output.planes
    // A flat run writes its gaps, single rows what their last vector reaches.
    let written =
      cellLanes > 1
      ? layout.planeWidth : stride == 1 ? layout.pitch : vectorCount * kernels.lanes
    let width = activation != nil && movesZero ? layout.planeWidth : written
    guard layout.pitch > width else { return }
    for y in 0..<layout.planeHeight {
      layout.zeroGap(afterRow: y, plane: plane, image: image, width: width, at: base)
    }
  }
}
