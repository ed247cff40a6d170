import Tensors
import Testing

@Suite struct SplitMix64Tests {
  @Test func seedsRepeat() {
    var (a, b, c) = (SplitMix64(seed: 1), SplitMix64(seed: 1), SplitMix64(seed: 2))
    let first = (0..<100).map { _ in a.uniform() }
    #expect(first == (0..<100).map { _ in b.uniform() })
    #expect(first != (0..<100).map { _ in c.uniform() })
    #expect(first.allSatisfy { $0 >= -1 && $0 < 1 })
  }

  /// Reports name seeds, so that what these give has to stay.
  @Test func drawsOfASeedStay() {
    var generator = SplitMix64(seed: 7)
    let draws = (0..<8).map { _ in generator.draw(below: 1000) }
    #expect(draws == [389, 16, 900, 582, 452, 249, 467, 328])
    generator = SplitMix64(seed: 7)
    #expect(generator.permutation(of: 10) == [3, 1, 9, 7, 6, 4, 0, 5, 8, 2])
    // A quarter of the products is left over.
    generator = SplitMix64(seed: 7)
    let large = (0..<6).map { _ in generator.draw(below: 3 << 61) }
    #expect(
      large == [
        2_696_658_600_334_640_432,
        116_133_514_723_108_426,
        6_231_038_155_055_853_504,
        3_129_779_942_062_771_377,
        1_725_449_795_799_580_614,
        3_237_078_490_283_576_924,
      ])
  }

  @Test func drawsOfOneAreZero() {
    var generator = SplitMix64(seed: 1)
    #expect((0..<100).allSatisfy { _ in generator.draw(below: 1) == 0 })
    #expect((0..<100).allSatisfy { _ in generator.draw(below: .max) >= 0 })
    #expect(generator.permutation(of: 0) == [] && generator.permutation(of: 1) == [0])
  }

  /// A range that is 3/8 of 2^64: products alone would give some of it three times, some of it twice.
  @Test func drawsAreFair() {
    var generator = SplitMix64(seed: 3)
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[generator.draw(below: 3 << 61) % 3] += 1 }
    // 10,000 expected of each, with a deviation of 82; products alone give 11,250, 11,250 and 7,500.
    #expect(counts.allSatisfy { (9600...10_400).contains($0) }, "\(counts)")
  }

  @Test func permutationsAreFair() {
    var generator = SplitMix64(seed: 5)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 { counts[generator.permutation(of: 4), default: 0] += 1 }
    #expect(counts.count == 24 && counts.keys.allSatisfy { $0.sorted() == [0, 1, 2, 3] })
    // 1000 expected of each, with a deviation of 31.
    #expect(counts.values.allSatisfy { (850...1150).contains($0) }, "\(counts)")
  }
}
