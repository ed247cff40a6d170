internal import CPUKernels
internal import Graphs
internal import Runtime
internal import Tensors

/// A depthwise convolution with equal strides of 1 or 2; a part is some channels of an image.
package struct DepthwiseStep: Step {
  private let input: Placement
  private let output: Placement
  private let source: PlanesLayout
  private let target: PlanesLayout
  private let kernels: KernelSet
  private let stride: Int
  /// Floats of a cell.
  private let cellLanes: Int
  /// Outputs of one input channel.
  private let multiplier: Int
  private let offsets: AlignedArray<Int32>
  /// Neighbours of a kernel row; 0 where its taps are none.
  private let columns: Int
  private let weights: AlignedArray<Float>
  private let bias: AlignedArray<Float>
  private let mask: AlignedArray<UInt32>
  /// Whether the whole plane is one run.
  private let isFlat: Bool
  private let runCount: Int
  private let vectorCount: Int
  /// Runs, or vectors of a flat run.
  private let unitCount: Int
  private let lower: Float
  private let upper: Float
  /// An activation that is no clamp, applied to stored planes.
  private let activation: Activation?
  /// Whether the activation leaves no zero in the gaps between rows.
  private let movesZero: Bool
  /// Bands of units that parts go through as the tiles of other convolutions do.
  private let bandCount: Int
  private let channelGroups: Int
  package let decision: StepDecision?

  /// Outputs that a part should at least compute.
  private static let outputsPerPart = 1 << 13
  private static let mostBands = 8
  /// Runs, or vectors of a flat run, that a band should at least have: a part that takes little of each
  /// of many planes waits for memory.
  private static let unitsPerBand = 256

  init(
    _ geometry: PlaneGeometry, weights: Tensor, bias: [Float],
    activation: Activation, input: Located, output: Located, kernels: KernelSet
  ) throws(HewnError) {
    self.input = input.placement
    self.output = output.placement
    (source, target) = (input.planes, output.planes)
    self.kernels = kernels
    stride = geometry.strides[0]
    cellLanes = source.lanes
    multiplier = target.channels / source.channels
    let pitch = source.pitch
    columns = geometry.dilations[1] == 1 && cellLanes == 1 ? geometry.kernel[1] : 0
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
    let plane = target
    let lanes = kernels.lanes
    isFlat = cellLanes == 1 && stride == 1
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
    let work = plane.channels * plane.height * plane.width * cellLanes
    let parts = max(1, work / Self.outputsPerPart)
    // The gaps of a flat run are zeroed as a whole, and a run whose last vector reaches into the next
    // one must be followed by that one.
    let isCut =
      isFlat
      ? self.activation == nil || !movesZero
      : cellLanes > 1 || vectorCount * lanes <= plane.pitch
    unitCount = isFlat ? vectorCount : runCount
    bandCount =
      isCut ? min(parts, Self.mostBands, unitCount / Self.unitsPerBand).roundedDownToPowerOfTwo : 1
    channelGroups = max(1, min(plane.channels, parts / bandCount))
    let zeros = values.count { $0 == 0 }
    decision = StepDecision(
      matrix: MatrixReport(
        rows: weights.shape[0], taps: geometry.kernelTaps, weights: values.count, zeros: zeros),
      engine: "dense", reason: "depthwise", weightByteCount: self.weights.byteCount)
  }

  package var partCount: Int { target.imageGroups * bandCount * channelGroups }

  package func run(part: Int, in memory: StepMemory) {
    let group = part % channelGroups
    let band = part / channelGroups % bandCount
    let image = part / channelGroups / bandCount * cellLanes
    let units = unitCount * band / bandCount..<unitCount * (band + 1) / bandCount
    let channels = target.channels
    for channel in channels * group / channelGroups..<channels * (group + 1) / channelGroups {
      run(channel, image, units, endsPlane: band == bandCount - 1, memory)
    }
    if group == 0 && band == 0 {
      target.zeroHead(of: image, at: memory.pointer(output))
    }
  }

  private func run(
    _ channel: Int, _ image: Int, _ units: Range<Int>, endsPlane: Bool, _ memory: StepMemory
  ) {
    let (from, to) = (memory.pointer(input), memory.pointer(output))
    let first = units.lowerBound
    let floats = isFlat ? first * kernels.lanes : 0
    let rows = isFlat ? 0 : first
    let inputRunStride = stride * source.pitch * cellLanes
    let start =
      to + target.planeStart(image: image, plane: channel) * cellLanes + floats
      + rows * target.pitch * cellLanes
    kernels.depthwise(
      Depthwise(
        input: from + source.planeStart(image: image, plane: channel / multiplier) * cellLanes
          + floats + rows * inputRunStride,
        inputRunStride: inputRunStride, output: start,
        outputRunStride: target.pitch * cellLanes, runCount: isFlat ? 1 : units.count,
        vectorCount: isFlat ? units.count : vectorCount, inputStep: stride * kernels.lanes,
        readsEvenFloats: stride == 2 && cellLanes == 1, offsets: offsets.pointer,
        weights: weights.pointer + channel * offsets.count, tapCount: offsets.count,
        columns: columns, mask: mask.pointer + floats, bias: bias.pointer[channel], lower: lower,
        upper: upper))
    if let activation {
      let count =
        isFlat ? units.count * kernels.lanes : units.count * target.pitch * cellLanes
      apply(activation, to: start, count: count)
    }
    zeroGaps(channel, image, rows: isFlat ? nil : units, to)
    if endsPlane { target.zeroTail(ofPlane: channel, image: image, at: to) }
  }

  /// Zeroes what the kernel or the activation left between the rows.
  ///
  /// - Parameter rows: `nil` for all, after a flat run.
  private func zeroGaps(
    _ plane: Int, _ image: Int, rows: Range<Int>?, _ base: UnsafeMutablePointer<Float>
  ) {
    // A flat run writes its gaps, single rows what their last vector reaches.
    let written =
      cellLanes > 1
      ? target.planeWidth : stride == 1 ? target.pitch : vectorCount * kernels.lanes
    let width = activation != nil && movesZero ? target.planeWidth : written
    guard target.pitch > width else { return }
    for y in rows ?? 0..<target.planeHeight {
      target.zeroGap(afterRow: y, plane: plane, image: image, width: width, at: base)
    }
  }
}
