import Tensors

/// Where the weights of a layer are not zero.
package enum WeightPattern: Hashable, Sendable, CustomStringConvertible {
  /// Anywhere, so many of a hundred being zero.
  case zeros(percent: Int)
  /// At the same taps in each `rows` neighbouring filters, at so many of a hundred: what pruning for segments
  /// leaves.
  case segments(rows: Int, percent: Int)

  package static let all: [WeightPattern] =
    [0, 80, 90, 95].map { .zeros(percent: $0) } + [.segments(rows: 64, percent: 25)]

  package var description: String {
    switch self {
    case .zeros(let percent): "\(percent) % zeros"
    case .segments(let rows, let percent): "segments of \(rows) rows, \(percent) %"
    }
  }

  /// [filters][taps], from −1 to 1.
  package func weights(filters: Int, taps: Int, seed: UInt64) -> [[Float]] {
    var random = SplitMix64(seed: seed)
    func isIn(_ percent: Int) -> Bool { random.next() % 100 < UInt64(percent) }
    /// Not zero.
    func weight() -> Float {
      let weight = random.uniform()
      return weight == 0 ? 1 : weight
    }
    switch self {
    case .zeros(let percent):
      return (0..<filters).map { _ in (0..<taps).map { _ in isIn(percent) ? 0 : weight() } }
    case .segments(let rows, let percent):
      var weights: [[Float]] = []
      while weights.count < filters {
        let kept = (0..<taps).map { _ in isIn(percent) }
        for _ in 0..<min(rows, filters - weights.count) {
          weights.append(kept.map { $0 ? weight() : 0 })
        }
      }
      return weights
    }
  }
}
