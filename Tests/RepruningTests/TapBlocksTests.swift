import Repruning
import Testing

@Suite struct TapBlocksTests {
  @Test func filtersWithinTheLimitAreOneBlock() {
    #expect(TapBlocks(channels: 64, tapsPerChannel: 9).ranges == [0..<576])
    #expect(TapBlocks(channels: 8192, tapsPerChannel: 1).ranges == [0..<8192])
    #expect(TapBlocks(channels: 0, tapsPerChannel: 9).ranges == [])
  }

  @Test func blocksAreWholeChannelsOfAboutTheSameNumber() {
    for (channels, taps, limit) in [(1024, 9, 8192), (25_088, 1, 8192), (7, 3, 6), (10, 4, 4)] {
      let blocks = TapBlocks(channels: channels, tapsPerChannel: taps, limit: limit)
      let counts = blocks.ranges.map { $0.count / taps }
      let label = "\(channels) channels of \(taps), limit \(limit): \(blocks.ranges)"
      #expect(blocks.tapCount == channels * taps, "\(label)")
      #expect(blocks.ranges.allSatisfy { $0.count <= limit && $0.count % taps == 0 }, "\(label)")
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(label)")
      #expect(blocks.ranges.count == (channels + limit / taps - 1) / (limit / taps), "\(label)")
    }
  }

  @Test func channelsAboveTheLimitAreCut() {
    #expect(
      TapBlocks(channels: 2, tapsPerChannel: 5, limit: 4).ranges == [0..<3, 3..<6, 6..<10])
  }
}
