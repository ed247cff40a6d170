internal import KernelIR

/// What a warpgroup multiplies of a chunk: sums[row, pixel, image] += Σ_tap weight[row, tap] · x[tap, pixel, image].
///
/// A product of `wgmma` has 8 pixels × 8 images along M, rows of a segment along N, and a step of 16 taps along
/// K. Warp w of the warpgroup has pixels 2w and 2w + 1 of each eight. `ldmatrix` transposes 16 taps' vectors at
/// these pixels to its fragment of A, as ``BlockProducts`` does for B; B lies in the packet as `wgmma` takes it.
///
/// - Pipeline: products read A while the warp goes on. Eights of pixels take turns with several sets of
///   registers: one is loaded while the products of the others are computed.
/// - Shapes: all products of a kernel have the same rows, those of the layer's least segment, and a taller
///   segment is several of them. ptxas gives the sums of a product neighbouring registers; where products
///   of several shapes share sums, it serializes them all.
/// - Limiter: a step of V rows and eight pixels takes V / 2 cycles of the tensor cores, and of shared memory
///   16 for A and V / 4 for B.
struct WarpgroupProducts {
  private let place: BlockPlace
  private let variant: BlockVariant
  private let stages: SharedPointer<U32>
  /// Of each eight pixels, [rows / 8][4].
  let sums: [[Variable<F32>]]
  private let fragments: [[Variable<U32>]]
  /// Of each eight pixels, where the lane reads its pixel of a plane by a tap at 0.
  private let pixelOffsets: [Value<U32>]

  private var k: KernelBuilder { place.k }
  private var shape: WarpgroupShape {
    WarpgroupShape(n: variant.productRows, type: variant.precision.matrixType, aInRegisters: true)
  }

  init(_ place: BlockPlace, _ variant: BlockVariant, in stages: SharedPointer<U32>) {
    self.place = place
    self.variant = variant
    self.stages = stages
    let k = place.k
    let eights = variant.pixelsPerWarp / 8
    sums = (0..<eights).map { _ in k.variables(variant.rootRows / 2, F32.self, initially: 0) }
    // As many sets as divide the eights, so that each of these has its own.
    let setCount = (1...4).last { eights % $0 == 0 } ?? 1
    fragments = (0..<setCount).map { _ in k.variables(4, U32.self) }
    // Lanes 8 to 15 and 24 to 31 address the second pixel.
    let pixel = k.warpIndex % 4 * 2 + k.laneIndex / 8 % 2
    pixelOffsets = (0..<eights).map { place.stageOffset(pixel + Value(8 * $0)) }
  }

  /// Adds the products of the chunk in the stage that begins so many bytes from the first.
  func add(stage: Value<U32>) {
    let packet = stages.advanced(byBytes: stage + place.a.packetOffset)
    let header = packet.advanced(byBytes: place.root * Value(BlockPacket.headerByteCount))
    let counts = header.loadVector(4)
    let starts = header.advanced(byBytes: BlockPacket.tapsOffsetPlace).loadVector(2)
    let base = stages.advanced(byBytes: stage).address
    // Lanes 0 to 15 address the first 8 taps, the others the next.
    let laneTap = k.laneIndex % 8 + k.laneIndex / 16 * 8
    let taps = k.variable(
      U32.self, "taps", initially: packet.address + starts[0] + laneTap * 4)
    let weights = k.variable(
      U64.self, "weights", initially: descriptor(at: packet.address + starts[1]))
    for (index, segment) in variant.segmentPlaces.enumerated()
    where segment.height >= variant.productRows {
      let count = index % 2 == 0 ? counts[index / 2] & 0xffff : counts[index / 2] >> 16
      k.loop(to: count) { _ in
        let tap = base + packet.at(address: taps.value)[0]
        step(segment, tap: tap, weights: weights.value)
        taps += Value(4 * variant.precision.stepTaps)
        weights += descriptorStep(rows: segment.height)
      }
    }
    // Its packet may be overwritten from here on.
    k.waitForWarpgroup()
  }

  /// Starts the products of a step.
  ///
  /// - Parameters:
  ///   - tap: the address of the lane's tap.
  ///   - weights: the descriptor of the segment's first rows.
  private func step(
    _ segment: BlockTiling.SegmentPlace, tap: Value<U32>, weights: Value<U64>
  ) {
    for (index, sums) in sums.enumerated() {
      let fragment = fragments[index % fragments.count]
      // Products that read what is loaded now are finished then, those of other sets go on.
      k.waitForWarpgroup(pending: fragments.count - 1)
      stages.at(address: tap + pixelOffsets[index]).loadMatrices(into: fragment, transposed: true)
      k.warpgroupFence()
      for first in stride(from: 0, to: segment.height, by: shape.n) {
        let register = (segment.firstRow + first) / 2
        k.multiplyWarpgroup(
          Array(sums[register..<register + shape.accumulatorCount]),
          aRegisters: fragment.map(\.value), b: weights + descriptorStep(rows: first),
          accumulating: Value(true), shape)
      }
      k.commitWarpgroup()
    }
  }

  /// From a descriptor to that of so many rows further, which in a packet may be another step's.
  private func descriptorStep(rows: Int) -> Value<U64> {
    Value(rows / 8 * BlockTiling.warpgroupWeights.strideOffset / 16)
  }

  /// The descriptor of the weights at an address of shared memory.
  private func descriptor(at address: Value<U32>) -> Value<U64> {
    // Addresses count in units of 16 bytes, and are below 2¹⁸.
    Value<U64>(address >> 4 & 0x3fff) | Value<U64>(bits: BlockTiling.warpgroupWeights.bits)
  }
}
