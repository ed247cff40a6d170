extension CoverProgram {
  /// What the slots of each node's rows may win back at each tap, at `node * tapCount + tap`: λ · Σ g
  /// over the entries that are zero, and at most what the tap takes.
  ///
  /// The rows of a tap are filters of their own, whose gains add up. Those of a filter's taps do not where
  /// inputs are correlated: many slots may promise the same part of the outputs. So slots may pay for a
  /// segment's tap, but not for more, and no tap without a weight is worth one for its gains alone.
  ///
  /// - Parameter perTap: what a tap takes at each node.
  static func credits(
    _ matrix: FilterMatrix, rows: ArraySlice<Int>, taps: Range<Int>, prices: DropPrices,
    perTap: (_ node: Int) -> Double
  ) -> [Double] {
    guard let gains = prices.slotGains else { return [] }
    let (height, tapCount) = (rows.count, taps.count)
    var sums = [Double](repeating: 0, count: 2 * height * tapCount)
    for (r, row) in rows.enumerated() {
      for (t, tap) in taps.enumerated() where matrix[row, tap] == 0 {
        let gain = prices.lambda * Double(gains[row * matrix.taps + tap])
        sums[(height + r) * tapCount + t] = min(gain, .greatestFiniteMagnitude)
      }
    }
    for node in stride(from: height - 1, through: 1, by: -1) {
      for t in 0..<tapCount {
        let sum = sums[2 * node * tapCount + t] + sums[(2 * node + 1) * tapCount + t]
        sums[node * tapCount + t] = min(sum, .greatestFiniteMagnitude)
      }
    }
    for node in 1..<2 * height {
      // A row has leaves, and no leaf is a slot.
      let most = node < height ? perTap(node) : 0
      for index in node * tapCount..<(node + 1) * tapCount { sums[index] = min(sums[index], most) }
    }
    return sums
  }

  /// What filling the slots of one more tap at a node may win back.
  func credit(_ node: Int, _ tap: Int) -> Double {
    credits.isEmpty ? 0 : credits[node * tapCount + tap]
  }

  /// What one more tap takes at a node, less what its slots may win back.
  func cost(_ node: Int, _ tap: Int) -> Double { perTap(node) - credit(node, tap) }

  /// What a node saves below by taking a tap, and what its slots may win back there.
  func worth(_ node: Int, _ tap: Int) -> Double { below(node, tap) + credit(node, tap) }
}
