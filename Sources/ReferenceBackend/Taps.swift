internal import Tensors

/// An element of an image that a position between the elements blends, and its weight.
struct Tap {
  var place: Int
  var weight: Double
}

extension [Tap] {
  /// All combinations of the taps of an image's axes, first axis outermost.
  init(axes: [[Tap]], of spatial: Shape) {
    self = zip(axes, spatial.strides).reduce([Tap(place: 0, weight: 1)]) { taps, axis in
      taps.flatMap { tap in
        axis.0.map { Tap(place: tap.place + $0.place * axis.1, weight: tap.weight * $0.weight) }
      }
    }
  }

  /// The two elements beside a position along an axis; what lies outside is 0 and left out.
  init(linearlyAt position: Double, extent: Int) {
    guard position > -1, position < Double(extent) else {
      self = []
      return
    }
    let base = Int(position.rounded(.down))
    let fraction = position - Double(base)
    self = [Tap(place: base, weight: 1 - fraction), Tap(place: base + 1, weight: fraction)]
      .filter { (0..<extent).contains($0.place) }
  }
}
