/// How much it is worth to pair each two of n row groups: a symmetric matrix of scores ≥ 0.
package struct PairScores {
  /// The number of row groups.
  package let count: Int
  private(set) var scores: [Float]

  package init(count: Int) {
    self.count = count
    scores = [Float](repeating: 0, count: count * count)
  }

  package subscript(a: Int, b: Int) -> Float {
    get { scores[a * count + b] }
    set {
      scores[a * count + b] = newValue
      scores[b * count + a] = newValue
    }
  }

  /// The greatest number of passes over all two pairs in ``matching(swapPasses:)``.
  package static let maximumSwapPasses = 4

  /// Pairs the row groups, by descending score, then swaps partners while that raises the total.
  ///
  /// Equal scores are taken in the order of the row groups. Where their number is odd, one is left.
  ///
  /// - Parameter swapPasses: how often all two pairs are looked at, at most.
  /// - Complexity: O(n² log n).
  package func matching(
    swapPasses: Int = maximumSwapPasses
  ) -> (pairs: [(Int, Int)], left: Int?) {
    var keys: [UInt64] = []
    keys.reserveCapacity(count * count / 2)
    for a in 0..<count {
      for b in a + 1..<max(count, a + 1) where self[a, b] > 0 {
        // Scores are not negative, so their bits order as they do.
        let position = UInt64(UInt32.max) - UInt64(a * count + b)
        keys.append(UInt64(self[a, b].bitPattern) << 32 | position)
      }
    }
    keys.sort(by: >)
    var isPaired = [Bool](repeating: false, count: count)
    var pairs: [(Int, Int)] = []
    for key in keys {
      let position = Int(UInt64(UInt32.max) - (key & UInt64(UInt32.max)))
      let (a, b) = (position / count, position % count)
      guard !isPaired[a], !isPaired[b] else { continue }
      isPaired[a] = true
      isPaired[b] = true
      pairs.append((a, b))
    }
    let rest = (0..<count).filter { !isPaired[$0] }
    for index in stride(from: 0, to: rest.count - 1, by: 2) {
      pairs.append((rest[index], rest[index + 1]))
    }
    var left = rest.count % 2 == 1 ? rest.last : nil
    swapPartners(&pairs, &left, passes: swapPasses)
    return (pairs, left)
  }

  private func swapPartners(_ pairs: inout [(Int, Int)], _ left: inout Int?, passes: Int) {
    for _ in 0..<passes {
      var hasChanged = false
      for p in pairs.indices {
        if let single = left {
          let (a, b) = pairs[p]
          if self[a, single] > self[a, b], self[a, single] >= self[b, single] {
            (pairs[p], left, hasChanged) = ((a, single), b, true)
          } else if self[b, single] > self[a, b] {
            (pairs[p], left, hasChanged) = ((b, single), a, true)
          }
        }
        for q in pairs.indices.dropFirst(p + 1) {
          let ((a, b), (c, d)) = (pairs[p], pairs[q])
          let kept = self[a, b] + self[c, d]
          let straight = self[a, c] + self[b, d]
          let crossed = self[a, d] + self[b, c]
          if straight > kept, straight >= crossed {
            (pairs[p], pairs[q], hasChanged) = ((a, c), (b, d), true)
          } else if crossed > kept {
            (pairs[p], pairs[q], hasChanged) = ((a, d), (b, c), true)
          }
        }
      }
      if !hasChanged { return }
    }
  }
}
