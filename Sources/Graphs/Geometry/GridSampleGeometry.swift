extension GridSample {
  /// The most pixels that a position blends along one axis.
  package var tapsPerAxis: Int {
    switch mode {
    case .nearest: 1
    case .linear: 2
    case .cubic: 4
    }
  }

  /// Calls `body` with every pixel of one axis that a position of the grid blends, and its weight.
  /// Pixels of zero padding are left out; others may come twice.
  package func forEachTap(at position: Float, extent: Int, _ body: (Int, Double) -> Void) {
    // In single precision, as other runtimes compute it: halves decide which pixel is nearest.
    let length = Float(extent)
    var x =
      alignsCorners ? (position + 1) / 2 * (length - 1) : ((position + 1) * length - 1) / 2
    if mode == .nearest { x = x.rounded(.toNearestOrEven) }
    let (low, high): (Float, Float) = alignsCorners ? (0, length - 1) : (-0.5, length - 0.5)
    if x < low || x > high {
      switch padding {
      case .zeros: break
      case .border: x = min(max(x, 0), length - 1)
      case .reflection: x = reflected(x, low, high)
      }
    }
    func tap(_ pixel: Int, _ weight: Double) {
      if let pixel = inside(pixel, extent, low, high) { body(pixel, weight) }
    }
    // What is not a number, or beyond all pixels, lies outside.
    guard x.magnitude < 0x1p31 else { return tap(-100, 1) }
    let base = Int(x.rounded(.down))
    let fraction = Double(x) - Double(base)
    switch mode {
    case .nearest: tap(base, 1)
    case .linear:
      tap(base, 1 - fraction)
      tap(base + 1, fraction)
    case .cubic:
      for step in -1...2 { tap(base + step, cubicWeight(abs(fraction - Double(step)))) }
    }
  }

  /// The pixel that stands for another one by the padding mode; `nil` for a zero.
  private func inside(_ pixel: Int, _ extent: Int, _ low: Float, _ high: Float) -> Int? {
    if pixel >= 0, pixel < extent { return pixel }
    switch padding {
    case .zeros: return nil
    case .border: return min(max(pixel, 0), extent - 1)
    case .reflection: return min(max(Int(reflected(Float(pixel), low, high)), 0), extent - 1)
    }
  }

  /// Mirrors a position at the borders until it lies between them.
  private func reflected(_ x: Float, _ low: Float, _ high: Float) -> Float {
    let range = high - low
    guard range > 0, x.isFinite else { return low }
    let distance = x < low ? low - x : x - high
    guard distance > 0 else { return x }
    let rest = distance.truncatingRemainder(dividingBy: range)
    let isEven = (distance / range).rounded(.towardZero).truncatingRemainder(dividingBy: 2) == 0
    return (x < low) == isEven ? low + rest : high - rest
  }

  /// Keys' weight of a pixel at a distance of up to 2, with the coefficient −0.75.
  private func cubicWeight(_ d: Double) -> Double {
    let a = -0.75
    return d <= 1
      ? ((a + 2) * d - (a + 3)) * d * d + 1
      : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  }
}
