import Repruning
import Testing

@Suite struct PositionSamplerTests {
  @Test(arguments: [(1, 10), (3, 10), (7, 100), (100, 7), (1000, 50_000), (64, 0)])
  func imagesShareTheLimit(_ imageCount: Int, _ limit: Int) {
    let sampler = PositionSampler(seed: 5, imageCount: imageCount, limit: limit)
    var counts: [Int] = []
    for image in 0..<imageCount {
      let positions = sampler.positions(image: image, of: 1 << 20)
      #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }, "image \(image)")
      #expect(positions.allSatisfy { 0..<1 << 20 ~= $0 }, "image \(image)")
      counts.append(positions.count)
    }
    #expect(counts.reduce(0, +) == limit)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }

  @Test func smallImagesGiveAllPositions() {
    let sampler = PositionSampler(seed: 5, imageCount: 10, limit: 1000)
    for count in [0, 1, 99, 100] {
      #expect(sampler.positions(image: 3, of: count) == Array(0..<count))
    }
    #expect(sampler.positions(image: 3, of: 101).count == 100)
  }

  @Test func choicesDependOnSeedAndImageAlone() {
    let sampler = PositionSampler(seed: 5, imageCount: 10, limit: 1000)
    let first = sampler.positions(image: 3, of: 5000)
    _ = sampler.positions(image: 4, of: 70)
    #expect(sampler.positions(image: 3, of: 5000) == first)
    #expect(sampler.positions(image: 4, of: 5000) != first)
    let other = PositionSampler(seed: 6, imageCount: 10, limit: 1000)
    #expect(other.positions(image: 3, of: 5000) != first)
  }

  // Of 40 positions 10 are chosen 4,000 times: each about 1,000 times, with a deviation of 27.
  @Test func allPositionsAreEquallyLikely() {
    let sampler = PositionSampler(seed: 1, imageCount: 4000, limit: 40_000)
    var counts = [Int](repeating: 0, count: 40)
    for image in 0..<4000 {
      for position in sampler.positions(image: image, of: 40) { counts[position] += 1 }
    }
    #expect(counts.allSatisfy { 865...1135 ~= $0 }, "\(counts)")
  }
}
