/// The box around the taps of a convolution.
package struct TapWindow: Hashable, Sendable {
  package var y: ClosedRange<Int>
  package var x: ClosedRange<Int>

  /// Of no taps, the one pixel (0, 0).
  package init(_ taps: some Sequence<BlockTap>) {
    var window: TapWindow?
    for tap in taps {
      guard let known = window else {
        window = TapWindow(y: tap.y...tap.y, x: tap.x...tap.x)
        continue
      }
      window = TapWindow(
        y: min(known.y.lowerBound, tap.y)...max(known.y.upperBound, tap.y),
        x: min(known.x.lowerBound, tap.x)...max(known.x.upperBound, tap.x))
    }
    self = window ?? TapWindow(y: 0...0, x: 0...0)
  }

  private init(y: ClosedRange<Int>, x: ClosedRange<Int>) { (self.y, self.x) = (y, x) }
}
