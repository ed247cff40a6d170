package import Graphs
package import Tensors

extension GridSample: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, grid) = (try inputs.required(0), try inputs.required(1).floats())
    let spatial = Shape(Array(x.shape.dimensions[2...]))
    let (images, channels) = (x.shape[0], x.shape[1])
    let points = Shape(Array(outputs[0].shape.dimensions[2...])).elementCount
    let elements = x.doubles()
    var y = [Double](repeating: 0, count: outputs[0].shape.elementCount)
    for image in 0..<images {
      for point in 0..<points {
        let start = (image * points + point) * spatial.rank
        // The grid names the last axis first.
        let position = grid[start..<start + spatial.rank].reversed()
        let taps = taps(at: Array(position), in: spatial)
        for channel in 0..<channels {
          let plane = image * channels + channel
          let sum = taps.reduce(0) {
            $0 + $1.weight * elements[plane * spatial.elementCount + $1.place]
          }
          y[plane * points + point] = sum
        }
      }
    }
    if x.element.integerType != nil { y = y.map { $0.rounded(.toNearestOrEven) } }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  /// The pixels that a position blends.
  private func taps(at position: [Float], in spatial: Shape) -> [Tap] {
    [Tap](
      axes: zip(position, spatial.dimensions).map { taps(at: $0, extent: $1) }, of: spatial)
  }

  /// The pixels of one axis that a position blends; those that are padding with zeros are left out.
  private func taps(at position: Float, extent: Int) -> [Tap] {
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
    // What is not a number, or beyond all pixels, lies outside.
    guard x.magnitude < 0x1p31 else {
      return taps([Tap(place: -100, weight: 1)], extent, low, high)
    }
    let base = Int(x.rounded(.down))
    let fraction = Double(x) - Double(base)
    switch mode {
    case .nearest: return taps([Tap(place: base, weight: 1)], extent, low, high)
    case .linear:
      return taps(
        [Tap(place: base, weight: 1 - fraction), Tap(place: base + 1, weight: fraction)],
        extent, low, high)
    case .cubic:
      let own = (-1...2).map { step in
        Tap(place: base + step, weight: cubicWeight(abs(fraction - Double(step))))
      }
      return taps(own, extent, low, high)
    }
  }

  /// Brings pixels inside by the padding mode.
  private func taps(_ taps: [Tap], _ extent: Int, _ low: Float, _ high: Float) -> [Tap] {
    taps.compactMap { tap in
      if (0..<extent).contains(tap.place) { return tap }
      switch padding {
      case .zeros: return nil
      case .border: return Tap(place: tap.place.clipped(0, extent - 1), weight: tap.weight)
      case .reflection:
        let place = Int(reflected(Float(tap.place), low, high)).clipped(0, extent - 1)
        return Tap(place: place, weight: tap.weight)
      }
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

extension AffineGrid: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let theta = try inputs.required(0).doubles()
    let shape = outputs[0].shape
    let axes = shape.rank - 2
    let spatial = Shape(Array(shape.dimensions[1...axes]))
    var grid: [Double] = []
    for image in 0..<shape[0] {
      var pixel = [Int](repeating: 0, count: axes)
      for _ in 0..<spatial.elementCount {
        // Positions name the last axis first; the last row of the map is (0, …, 1).
        let position = pixel.indices.reversed().map { self.position(pixel[$0], of: spatial[$0]) }
        for row in 0..<axes {
          let start = (image * axes + row) * (axes + 1)
          let map = theta[start...start + axes]
          grid.append(zip(map, position + [1]).reduce(0) { $0 + $1.0 * $1.1 })
        }
        spatial.advance(&pixel)
      }
    }
    return [try Tensor(rounding: grid, to: outputs[0])]
  }

  /// Where a pixel's centre lies in −1…1.
  private func position(_ pixel: Int, of extent: Int) -> Double {
    if alignsCorners { return extent > 1 ? -1 + 2 * Double(pixel) / Double(extent - 1) : -1 }
    return (2 * Double(pixel) + 1) / Double(extent) - 1
  }
}
