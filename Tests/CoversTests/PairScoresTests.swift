import Covers
import Tensors
import Testing

@Suite struct PairScoresTests {
  @Test(arguments: [0, 1, 2, 3, 4, 7, 20, 33])
  func everyGroupIsPairedOnce(_ count: Int) {
    for seed in UInt64(0)..<4 {
      let scores = randomScores(count, seed: seed)
      let (pairs, left) = scores.matching()
      let all = pairs.flatMap { [$0.0, $0.1] } + (left.map { [$0] } ?? [])
      #expect(all.sorted() == Array(0..<count), "\(count) groups, seed \(seed)")
      #expect((left == nil) == (count % 2 == 0), "\(count) groups, seed \(seed)")
    }
  }

  /// The best pair first leaves a bad one: 10 + 0 against 9 + 9.
  @Test func swapsRepairTheGreedyChoice() {
    var scores = PairScores(count: 4)
    scores[0, 1] = 10
    scores[0, 2] = 9
    scores[1, 3] = 9
    let (pairs, _) = scores.matching()
    #expect(pairs.reduce(0) { $0 + scores[$1.0, $1.1] } == 18)
  }

  /// A swap frees group 1, which then pairs better with the group that was left.
  @Test func theLeftGroupIsSwappedToo() {
    var scores = PairScores(count: 5)
    scores[0, 1] = 10
    scores[0, 2] = 9
    scores[1, 3] = 2
    scores[1, 4] = 5
    let (pairs, left) = scores.matching()
    #expect(pairs.reduce(0) { $0 + scores[$1.0, $1.1] } == 14)
    #expect(left == 3)
  }

  @Test func levelSetsCountBends() {
    let (groupCount, tapCount, stride, levelCount) = (5, 75, 80, 4)
    var generator = SplitMix64(seed: 9)
    var counts = [UInt16](repeating: 0, count: groupCount * stride)
    for group in 0..<groupCount {
      for tap in 0..<tapCount {
        counts[group * stride + tap] = UInt16(generator.next() % UInt64(levelCount + 1))
      }
    }
    func value(_ n: Int) -> Float { Float(max(0, n - 3) * max(0, n - 3)) }
    func total(_ a: Int, _ b: Int?) -> Float {
      (0..<tapCount).reduce(0) { sum, tap in
        let other = b.map { Int(counts[$0 * stride + tap]) } ?? 0
        return sum + value(Int(counts[a * stride + tap]) + other)
      }
    }
    let sets = LevelSets(
      counts: counts[...], stride: stride, groupCount: groupCount, levelCount: levelCount)
    let scores = sets.scores { value($0 + 1) - 2 * value($0) + value($0 - 1) }
    for a in 0..<groupCount {
      for b in 0..<groupCount where b != a {
        let want = total(a, b) - total(a, nil) - total(b, nil)
        #expect(scores[a, b] == want, "groups \(a), \(b)")
      }
    }
  }

  private func randomScores(_ count: Int, seed: UInt64) -> PairScores {
    var generator = SplitMix64(seed: seed)
    var scores = PairScores(count: count)
    for a in 0..<count { for b in 0..<a { scores[a, b] = max(0, generator.uniform()) } }
    return scores
  }
}
