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
    let axes = zip(position, spatial.dimensions).map { position, extent in
      var taps: [Tap] = []
      forEachTap(at: position, extent: extent) { taps.append(Tap(place: $0, weight: $1)) }
      return taps
    }
    return [Tap](axes: axes, of: spatial)
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
