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
  /// Pixels of each place that a lane reads.
  private var pixelsPerPlace: Int { isHalf ? 2 : 1 }
  /// Places of which fragments are read together.
  private static let placeLimit = 4
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
    let offset = place.stageOffset(place.pixelOfLane)
    if variant.precision.element != .f32 {
      // Lanes 0 to 15 address the taps at the first pixel of a pair, the others those at the second.
      pixelOffsets = stride(from: 0, to: variant.pixelsPerWarp, by: 2).map {
        k.broadcast(offset, from: k.laneIndex / 16 + Value($0))
      }
    } else {
      // Lane l has image l / 4.
      pixelOffsets = (0..<variant.pixelsPerWarp).map {
        k.broadcast(offset, from: Value($0)) + k.laneIndex / 4 * 4
      }
    }
  }

  /// Adds the products of the chunk in the stage that begins so many bytes from the first.
  func add(stage: Value<U32>) {
    let packet = stages.advanced(byBytes: stage + place.a.packetOffset)
    let header = packet.advanced(byBytes: place.root * Value(BlockPacket.headerByteCount))
    let counts = header.loadVector(4)
    let starts = header.advanced(byBytes: BlockPacket.tapsOffsetPlace).loadVector(2)
    let base = stages.advanced(byBytes: stage).address
    let pixels = pixelOffsets.map { base + $0 }
    let ofLane = k.laneIndex * 16
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
        step(bands, taps, weights: stages.at(address: address + ofLane), pixels)
      }
      weights.value = first + count * Value(stepBytes)
    }
  }

  /// - Parameters:
  ///   - weights: the lane's part of the first fragment.
  ///   - pixels: where the lane reads pixels, or pairs of them, by a tap at 0.
  private func step(
    _ bands: Range<Int>, _ taps: TapReader, weights: SharedPointer<U32>, _ pixels: [Value<U32>]
  ) {
    let a = bands.indices.map { band in
      (0..<precision.partCount).map { part in
        weights.advanced(byBytes: (band - bands.lowerBound) * bandBytes + part * partBytes)
          .loadVector(4)
      }
    }  // [bands][parts]
    // Some pixels at a time, as there are not registers for all of B.
    for first in stride(from: 0, to: pixels.count, by: Self.placeLimit) {
      let group = first..<min(first + Self.placeLimit, pixels.count)
      let b = pixels[group].flatMap { pixel in
        fragments(at: taps.places.map { pixel + $0 })
      }  // [pixels][parts]
      if group.upperBound == pixels.count { taps.advance() }
      for (index, b) in b.enumerated() {
        let pixel = first * pixelsPerPlace + index
        for (band, a) in zip(bands, a) {
          for (partA, partB) in precision.partProducts {
            k.multiplyAdd(sums[band][pixel], a[partA], b[partB], precision.matrixShape)
          }
        }
      }
    }
  }

  /// The fragments of B of a pixel, or of a pair of pixels, each in as many parts as the precision has.
  private func fragments(at places: [Value<U32>]) -> [[[Value<U32>]]] {
    if isHalf {
      let pair = stages.at(address: places[0]).loadMatrices(4, transposed: true)
      return [[Array(pair[..<2])], [Array(pair[2...])]]
    }
    let numbers = places.map { stages.at(address: $0).cast(to: F32.self)[0] }
    let high = numbers.map { Value<U32>(tf32: $0) }
    if precision == .tf32 { return [[high]] }
    let low = zip(numbers, high).map { Value<U32>(tf32: $0 - Value<F32>(bitPattern: $1)) }
    return [[high, low]]
  }
}

/// The places of a step's taps in planes, read a step ahead. Behind the last ones lie weights, so that this reads
/// nothing that was not copied.
private struct TapReader {
  private let stepBytes: Int
  private let pointer: SharedPointer<U32>
  private let address: Variable<U32>
  /// Of the lane: of 16-bit elements one tap, of f32 two.
  private let variables: [Variable<U32>]

  init(_ k: KernelBuilder, _ variant: BlockVariant, at pointer: SharedPointer<U32>) {
    let isHalf = variant.precision.element != .f32
    stepBytes = 4 * variant.precision.stepTaps
    self.pointer = pointer
    address = k.variable(
      U32.self, "taps", initially: pointer.address + k.laneIndex % (isHalf ? 16 : 4) * 4)
    variables = k.variables(isHalf ? 1 : 2, U32.self)
    advance()
  }

  /// Of the step that was read last.
  var places: [Value<U32>] { variables.map(\.value) }

  /// Reads those of the next step.
  func advance() {
    for (index, variable) in variables.enumerated() {
      variable.value = pointer.at(address: address.value)[4 * index]
    }
    address += Value(stepBytes)
  }
}

extension BlockPrecision {
  var matrixShape: MatrixShape { MatrixShape(k: stepTaps, type: matrixType) }

  /// Parts of each number: the nearest tf32, and the nearest to what that leaves.
  var partCount: Int { self == .tf32x3 ? 2 : 1 }

  /// Which parts of A and B are multiplied, the smallest products first.
  var partProducts: [(Int, Int)] { self == .tf32x3 ? [(1, 0), (0, 1), (0, 0)] : [(0, 0)] }
}
