import CPUBackend
import Tensors
import Testing

/// Properties of planes over seeded random parameters.
@Suite struct LayoutTests {
  private static func random(seed: UInt64) -> PlanesLayout {
    var generator = SplitMix64(seed: seed)
    func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }
    let halo = PlanesLayout.Halo(
      top: below(4), left: below(4), bottom: below(4), right: below(4))
    let phases = (1 + below(3), 1 + below(3))
    let width = 1 + below(20)
    let least = PlanesLayout.minimumPitch(width: width, halo: halo, phases: phases.1)
    return PlanesLayout(
      images: 1 + below(10), channels: 1 + below(4), height: 1 + below(12), width: width,
      halo: halo, pitch: below(2) == 0 ? nil : least + below(20), phases: phases,
      lanes: [1, 1, 4, 8, 16][below(5)])
  }

  /// Calls `body` with image, channel, y and x of every pixel.
  private static func forEachPixel(
    _ layout: PlanesLayout, _ body: (_ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Void
  ) {
    for image in 0..<layout.images {
      for channel in 0..<layout.channels {
        for y in 0..<layout.height {
          for x in 0..<layout.width { body(image, channel, y, x) }
        }
      }
    }
  }

  /// Every pixel has a float of its own inside the tensor.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func pixelsAreDistinct(seed: UInt64) {
    let layout = Self.random(seed: seed)
    var offsets = Set<Int>()
    Self.forEachPixel(layout) { image, channel, y, x in
      let offset = layout.offset(image: image, channel: channel, y: y, x: x)
      if offset < 0 || offset >= layout.floatCount || !offsets.insert(offset).inserted {
        Issue.record("seed \(seed), \(layout): \(image), \(channel), \(y), \(x) at \(offset)")
      }
    }
  }

  /// Whatever lies in the halo of a plane's cells is inside the tensor and no pixel.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func haloHoldsNoPixel(seed: UInt64) {
    let layout = Self.random(seed: seed)
    var pixels = Set<Int>()
    Self.forEachPixel(layout) { image, channel, y, x in
      pixels.insert(layout.offset(image: image, channel: channel, y: y, x: x))
    }
    let halo = layout.halo
    for image in 0..<layout.images {
      for plane in 0..<layout.planeCount {
        let start = layout.planeStart(image: image, plane: plane)
        for y in -halo.top..<layout.planeHeight + halo.bottom {
          for x in -halo.left..<layout.planeWidth + halo.right
          where y < 0 || y >= layout.planeHeight || x < 0 || x >= layout.planeWidth {
            let float = (start + y * layout.pitch + x) * layout.lanes + image % layout.lanes
            if float < 0 || float >= layout.floatCount || pixels.contains(float) {
              Issue.record("seed \(seed), \(layout): plane \(plane), \(y), \(x) at \(float)")
            }
          }
        }
      }
    }
  }

  /// What kernels rely on: aligned planes, and room for whole vectors from the start of any row.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func planesAreAlignedAndRoomy(seed: UInt64) {
    let layout = Self.random(seed: seed)
    // A cache line, or one cell.
    let unit = max(1, 16 / layout.lanes)
    for image in 0..<layout.images {
      for plane in 0..<layout.planeCount {
        let start = layout.planeStart(image: image, plane: plane)
        #expect(start % unit == 0, "seed \(seed), \(layout)")
        let end = start + layout.channelStride
        let lastRow = start + (layout.planeHeight - 1) * layout.pitch
        #expect(start + layout.span <= end, "seed \(seed), \(layout)")
        #expect(lastRow + layout.planeWidth.roundedUp(to: unit) <= end, "seed \(seed), \(layout)")
        #expect(end <= layout.floatCount / layout.lanes, "seed \(seed), \(layout)")
      }
    }
    #expect(layout.channelStride / unit % 2 == 1, "seed \(seed): all planes in the same sets")
  }

  /// Pixels of one phase are neighbours, and phase (i, j) of a channel is its plane i · q + j.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func phases(seed: UInt64) {
    let layout = Self.random(seed: seed)
    let (p, q) = (layout.verticalPhases, layout.horizontalPhases)
    Self.forEachPixel(layout) { image, channel, y, x in
      let plane = channel * p * q + y % p * q + x % q
      let cell =
        layout.planeStart(image: image, plane: plane) + y / p * layout.pitch + x / q
      let got = layout.offset(image: image, channel: channel, y: y, x: x)
      if got != cell * layout.lanes + image % layout.lanes {
        Issue.record("seed \(seed), \(layout): \(image), \(channel), \(y), \(x) at \(got)")
      }
    }
  }

  @Test func minimumPitch() {
    typealias Halo = PlanesLayout.Halo
    let cases: [(width: Int, halo: Halo, phases: Int, want: Int)] = [
      (7, Halo(), 1, 7), (7, Halo(left: 2, right: 3), 1, 10), (7, Halo(left: 4, right: 3), 1, 11),
      (7, Halo(top: 5, bottom: 5), 1, 7), (7, Halo(left: 1), 2, 5), (8, Halo(), 3, 3),
    ]
    for (width, halo, phases, want) in cases {
      let got = PlanesLayout.minimumPitch(width: width, halo: halo, phases: phases)
      #expect(got == want, "width \(width), \(halo), \(phases) phases")
    }
  }

  /// Zeroing the head, the gaps and the tails leaves exactly the pixels.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func zeroing(seed: UInt64) {
    let layout = Self.random(seed: seed)
    guard !layout.isSplit else { return }
    var floats = [Float](repeating: 1, count: layout.floatCount)
    floats.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for image in stride(from: 0, to: layout.images, by: layout.lanes) {
        layout.zeroHead(of: image, at: base)
        for plane in 0..<layout.planeCount {
          layout.zeroTail(ofPlane: plane, image: image, at: base)
          for y in 0..<layout.planeHeight {
            layout.zeroGap(
              afterRow: y, plane: plane, image: image, width: layout.planeWidth, at: base)
          }
        }
      }
    }
    var want = [Float](repeating: 0, count: layout.floatCount)
    let cells = PlanesLayout(
      images: layout.imageGroups * layout.lanes, channels: layout.channels,
      height: layout.height, width: layout.width, halo: layout.halo, pitch: layout.pitch,
      lanes: layout.lanes)
    Self.forEachPixel(cells) { image, channel, y, x in
      want[cells.offset(image: image, channel: channel, y: y, x: x)] = 1
    }
    #expect(floats == want, "seed \(seed), \(layout)")
  }
}
