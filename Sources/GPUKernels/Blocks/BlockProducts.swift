internal import KernelIR

/// What a warp multiplies of a chunk: sums[row, pixel, image] += Σ_tap weight[row, tap] · x[tap, pixel, image].
///
/// A product of `mma.sync` has a band of 16 rows along M, the 8 images of a pixel along N, and a step of 16 (f32: 8)
/// taps along K. The taps of a segment lie anywhere in the planes; lanes have their places from the
/// packet, a step ahead. Of 16-bit elements, `ldmatrix` transposes 16 taps' vectors of two pixels to two
/// fragments of B. Of f32, each lane loads the two elements that it needs and rounds them to tf32. A lies in the
/// packet as fragments.
///
/// Sums are added in the order of chunks, segments and steps.
struct BlockProducts {
  private let place: BlockPlace
  private let variant: BlockVariant
  private let stages: SharedPointer<U32>
  /// [bands][pixels][4]
  let sums: [[[Variable<F32>]]]
  /// Where the lane reads the pixels, or pairs of pixels, of a plane by a tap.
  private let pixelOffsets: [Value<U32>]

  private var k: KernelBuilder { place.k }
  private var precision: BlockPrecision { variant.precision }
  private var isHalf: Bool { precision.element != .f32 }
  /// Bytes of a fragment of A, and of a band's in a step.
  private var partBytes: Int { BlockTiling.secondPartOffset }
  private var bandBytes: Int { precision.partCount * partBytes }

  init(_ place: BlockPlace, _ variant: BlockVariant, in stages: SharedPointer<U32>) {
    self.place = place
    self.variant = variant
    self.stages = stages
    let k = place.k
    sums = (0..<variant.bandCount).map { _ in
      (0..<variant.pixelsPerWarp).map { _ in k.variables(4, F32.self, initially: 0) }
    }
    if variant.precision.element != .f32 {
      // Lanes 0 to 15 address the taps at the first pixel of a pair, the others those at the second.
      pixelOffsets = stride(from: 0, to: variant.pixelsPerWarp, by: 2).map {
        place.stageOffset(k.laneIndex / 16 + Value($0))
      }
    } else {
      // Lane l has image l / 4.
      pixelOffsets = (0..<variant.pixelsPerWarp).map {
        place.stageOffset(Value($0)) + k.laneIndex / 4 * 4
      }
    }
  }

  /// Adds the products of the chunk in the stage that begins so many bytes from the first.
  func add(stage: Value<U32>) {
    let packet = stages.advanced(byBytes: stage + place.a.packetOffset)
    let header = packet.advanced(byBytes: place.root * Value(BlockPacket.headerByteCount))
    let counts = header.loadVector(4)
    let starts = header.advanced(by: 4).loadVector(2)
    let base = stages.advanced(byBytes: stage).address
    let pixels = pixelOffsets.map { base + $0 }
    let taps = TapReader(
      k, variant, at: packet.advanced(byBytes: starts[0]))
    let weights = k.variable(U32.self, "weights", initially: packet.address + starts[1])
    for (index, segment) in variant.segmentPlaces.enumerated() {
      let count = index % 2 == 0 ? counts[index / 2] & 0xffff : counts[index / 2] >> 16
      let firstBand = segment.firstRow / BlockTiling.bandRows
      let bands = firstBand..<firstBand + segment.bandCount
      let stepBytes = bands.count * bandBytes
      let first = weights.value
      k.loop(from: first, to: first + count * Value(stepBytes), by: Value(stepBytes)) { address in
        step(bands, taps.next(), weights: stages.at(address: address + k.laneIndex * 16), pixels)
      }
      weights.value = first + count * Value(stepBytes)
    }
  }

  /// - Parameters:
  ///   - taps: the places of the lane's taps in planes.
  ///   - pixels: where the lane reads pixels or pairs of them by a tap at 0.
  private func step(
    _ bands: Range<Int>, _ taps: [Value<U32>], weights: SharedPointer<U32>, _ pixels: [Value<U32>]
  ) {
    let b = pixels.flatMap { fragments(of: $0, taps) }  // [pixels][parts]
    let a = bands.indices.map { band in
      (0..<precision.partCount).map { part in
        weights.advanced(byBytes: (band - bands.lowerBound) * bandBytes + part * partBytes)
          .loadVector(4)
      }
    }  // [bands][parts]
    for (pixel, b) in b.enumerated() {
      for (band, a) in zip(bands, a) {
        for (partA, partB) in precision.partProducts {
          k.multiplyAdd(sums[band][pixel], a[partA], b[partB], precision.matrixShape)
        }
      }
    }
  }

  /// The fragments of B of a pixel, or of a pair of pixels, each in as many parts as the precision has.
  private func fragments(of pixel: Value<U32>, _ taps: [Value<U32>]) -> [[[Value<U32>]]] {
    if isHalf {
      let pair = stages.at(address: pixel + taps[0]).loadMatrices(4, transposed: true)
      return [[Array(pair[..<2])], [Array(pair[2...])]]
    }
    let numbers = taps.map { stages.at(address: pixel + $0).cast(to: F32.self)[0] }
    let high = numbers.map { Value<U32>(tf32: $0) }
    if precision == .tf32 { return [[high]] }
    let low = zip(numbers, high).map { Value<U32>(tf32: $0 - Value<F32>(bitPattern: $1)) }
    return [[high, low]]
  }
}

/// Reads places of taps, those of a step ahead. Behind the last one's lie weights, so that this reads nothing
/// that was not copied.
private struct TapReader {
  private let stepBytes: Int
  private let pointer: SharedPointer<U32>
  private let address: Variable<U32>
  /// Of the lane: of 16-bit elements one tap, of f32 two.
  private let places: [Variable<U32>]

  init(_ k: KernelBuilder, _ variant: BlockVariant, at pointer: SharedPointer<U32>) {
    let isHalf = variant.precision.element != .f32
    stepBytes = 4 * variant.precision.stepTaps
    self.pointer = pointer
    address = k.variable(
      U32.self, "taps", initially: pointer.address + k.laneIndex % (isHalf ? 16 : 4) * 4)
    places = k.variables(isHalf ? 1 : 2, U32.self)
    load()
  }

  private func load() {
    for (index, place) in places.enumerated() {
      place.value = pointer.at(address: address.value)[4 * index]
    }
    address += Value(stepBytes)
  }

  /// The places of the next step's taps.
  func next() -> [Value<U32>] {
    let taps = places.map(\.value)
    load()
    return taps
  }
}

extension BlockPrecision {
  var matrixShape: MatrixShape { MatrixShape(k: stepTaps, type: matrixType) }

  /// Parts of each number: the nearest tf32, and the nearest to what that leaves.
  var partCount: Int { self == .tf32x3 ? 2 : 1 }

  /// Which parts of A and B are multiplied, the smallest products first.
  var partProducts: [(Int, Int)] { self == .tf32x3 ? [(1, 0), (0, 1), (0, 0)] : [(0, 0)] }
}
