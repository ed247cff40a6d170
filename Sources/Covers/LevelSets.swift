/// The taps of each row group by how many of its rows have them, as bitsets.
///
/// Bit j of set k of group A says that at least k of its rows have tap j. For a function f of the
/// number of rows of a pair that have a tap,
///
///     Σⱼ f(nA + nB) = Σ over s, t ≥ 1 of bend(s + t − 1) · |A_s ∩ B_t| + terms in A or B alone
///
/// where bend(k) = f(k + 1) − 2f(k) + f(k − 1). The last terms are the same for every pairing.
package struct LevelSets {
  let groupCount: Int
  /// The rows of each group, which is the number of its sets.
  let levelCount: Int
  private let wordCount: Int
  /// `wordCount` words for each set, `levelCount` sets for each group.
  private var words: [UInt64]

  /// - Parameter counts: for each group `stride` counts.
  package init(counts: ArraySlice<UInt16>, stride: Int, groupCount: Int, levelCount: Int) {
    self.groupCount = groupCount
    self.levelCount = levelCount
    wordCount = (stride + 63) / 64
    words = [UInt64](repeating: 0, count: groupCount * levelCount * wordCount)
    for group in 0..<groupCount {
      for tap in 0..<stride {
        let count = Int(counts[counts.startIndex + group * stride + tap])
        for level in 0..<count {
          words[(group * levelCount + level) * wordCount + tap / 64] |= 1 << UInt64(tap % 64)
        }
      }
    }
  }

  /// Scores each pairing by Σ bend(s + t − 1) · |A_s ∩ B_t|.
  ///
  /// - Complexity: O(n² · levels² · K / 64).
  package func scores(bend: (Int) -> Float) -> PairScores {
    var result = PairScores(count: groupCount)
    let bends = (0..<2 * levelCount).map { $0 == 0 ? 0 : bend($0) }
    words.withUnsafeBufferPointer { words in
      for a in 0..<groupCount {
        for b in a + 1..<max(groupCount, a + 1) {
          var score: Float = 0
          for s in 0..<levelCount {
            for t in 0..<levelCount where bends[s + t + 1] > 0 {
              let left = (a * levelCount + s) * wordCount
              let right = (b * levelCount + t) * wordCount
              var common = 0
              for word in 0..<wordCount {
                common += (words[left + word] & words[right + word]).nonzeroBitCount
              }
              score += bends[s + t + 1] * Float(common)
            }
          }
          result[a, b] = score
        }
      }
    }
    return result
  }
}
