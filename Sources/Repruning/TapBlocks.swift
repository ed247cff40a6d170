internal import Tensors

/// Consecutive taps whose inputs are correlated with each other, and not with those of other blocks.
///
/// X̂X̂ᵀ of a filter with many taps is too large to hold and to factor; it is then taken as
/// block-diagonal. A filter of at most ``maximumTapCount`` taps is one block, and exact.
package struct TapBlocks: Hashable, Sendable {
  /// The taps of each block; consecutive, and none is empty.
  package let ranges: [Range<Int>]

  /// The most taps of a block that `init(channels:tapsPerChannel:)` makes: 256 MiB of sums.
  package static let maximumTapCount = 8192

  /// - Precondition: the blocks follow each other from tap 0 on.
  package init(_ ranges: [Range<Int>]) {
    var next = 0
    for range in ranges {
      precondition(range.lowerBound == next && !range.isEmpty, "block \(range) after tap \(next)")
      next = range.upperBound
    }
    self.ranges = ranges
  }

  /// Cuts the taps of a filter into as few blocks of whole channels as possible, of about the same
  /// number of channels. A channel of more than `limit` taps is cut too.
  package init(channels: Int, tapsPerChannel: Int, limit: Int = maximumTapCount) {
    let taps = channels.saturatingMultiply(tapsPerChannel)
    precondition(0...Int(Int32.max) ~= taps && limit >= 1, "\(taps) taps in blocks of \(limit)")
    let unit = tapsPerChannel <= limit ? max(1, tapsPerChannel) : 1
    let unitCount = taps / unit
    let blockCount = unitCount.dividedRoundingUp(by: limit / unit)
    ranges = (0..<blockCount).map { block in
      unitCount * block / blockCount * unit..<unitCount * (block + 1) / blockCount * unit
    }
  }

  /// K, the number of all taps.
  package var tapCount: Int { ranges.last?.upperBound ?? 0 }
}
