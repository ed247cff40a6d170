package import Graphs
package import Tensors

extension MaxPool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let geometry = try window.geometry(input: x.shape)
    let planes = PlaneWindows(x, geometry)
    // Where each maximum stands in its plane; −1 for a window without elements.
    var winners = [Int](repeating: -1, count: outputs[0].shape.elementCount)
    var y = [Double](repeating: -.infinity, count: winners.count)
    planes.forEach { window, plane, positions, _ in
      for position in positions {
        let element = plane[position]
        let isGreater = element > y[window] || (element.isNaN && !y[window].isNaN)
        guard winners[window] < 0 || isGreater else { continue }
        y[window] = element
        winners[window] = position
      }
    }
    let values = try Tensor(rounding: y, to: outputs[0])
    guard let indices else { return [values] }
    let (planeSize, windowCount) = (geometry.inputExtents.product, geometry.outputExtents.product)
    let numbers = winners.enumerated().map { window, position in
      guard position >= 0 else { return Int64(-1) }
      let number =
        switch indices {
        case .rowMajor: position
        case .columnMajor: columnMajor(position, geometry.inputExtents)
        }
      return Int64(window / windowCount * planeSize + number)
    }
    return [values, Tensor(outputs[1].shape, numbers)]
  }

  /// The number of a row-major position where the first axis runs fastest.
  private func columnMajor(_ position: Int, _ extents: [Int]) -> Int {
    var (rest, number) = (position, 0)
    for (axis, extent) in extents.enumerated().reversed() {
      number += rest % extent * extents[..<axis].reduce(1, *)
      rest /= extent
    }
    return number
  }
}

extension AveragePool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    var y = [Double](repeating: 0, count: outputs[0].shape.elementCount)
    PlaneWindows(x, try window.geometry(input: x.shape)).forEach {
      window, plane, positions, count in
      let sum = positions.reduce(0) { $0 + plane[$1] }
      y[window] = sum / Double(countsPadding ? count : positions.count)
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension LpPool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    var y = [Double](repeating: 0, count: outputs[0].shape.elementCount)
    PlaneWindows(x, try window.geometry(input: x.shape)).forEach { window, plane, positions, _ in
      y[window] = norm(positions.lazy.map { plane[$0] }, exponent)
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

/// The windows of every image and channel of a tensor [N, C, spatial…].
private struct PlaneWindows {
  let tensor: Tensor
  let geometry: WindowGeometry

  init(_ tensor: Tensor, _ geometry: WindowGeometry) {
    self.tensor = tensor
    self.geometry = geometry
  }

  /// Calls `body` for every window of every plane, with the window's number in the output, its
  /// plane, the positions of its elements there, and how many taps stand on elements or padding.
  func forEach(
    _ body: (
      _ window: Int, _ plane: UnsafeBufferPointer<Double>, _ positions: [Int],
      _ paddedCount: Int
    ) -> Void
  ) {
    let (size, count) = (geometry.inputExtents.product, geometry.outputExtents.product)
    tensor.withDoubles { x in
      var window = 0
      WindowElements(geometry).forEach { positions, paddedCount in
        for plane in 0..<tensor.shape[0] * tensor.shape[1] {
          let elements = UnsafeBufferPointer(rebasing: x[plane * size..<(plane + 1) * size])
          body(plane * count + window, elements, positions, paddedCount)
        }
        window += 1
      }
    }
  }
}

/// (Σ |x|^exponent)^(1 / exponent)
private func norm(_ elements: some Sequence<Double>, _ exponent: Int) -> Double {
  let exponent = Double(exponent)
  return elements.reduce(0) { $0 + $1.magnitude.power(exponent) }.power(1 / exponent)
}

extension MaxUnpool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, indices) = (try inputs.required(0), try inputs.required(1))
    let count = outputs[0].shape.elementCount
    var source = [Int](repeating: SourceIndices.outside, count: count)
    for (position, index) in indices.elements(as: Int64.self).enumerated() {
      guard index >= 0, index < count else {
        throw HewnError(
          .invalidFile,
          "index \(index) lies outside the \(count) elements of the output \(outputs[0].shape)")
      }
      source[Int(index)] = position
    }
    return [try x.gathering(SourceIndices(source), outputs[0].shape)]
  }
}

extension GlobalAveragePool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    [
      try poolPlanes(try inputs.required(0), outputs[0]) { plane in
        plane.reduce(0, +) / Double(plane.count)
      }
    ]
  }
}

extension GlobalMaxPool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    [
      try poolPlanes(try inputs.required(0), outputs[0]) { plane in
        plane.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
      }
    ]
  }
}

extension GlobalLpPool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    [try poolPlanes(try inputs.required(0), outputs[0]) { norm($0, exponent) }]
  }
}

/// Reduces all spatial axes of every image and channel.
private func poolPlanes(
  _ tensor: Tensor, _ type: TensorType, reduce: (Swift.Slice<UnsafeBufferPointer<Double>>) -> Double
) throws -> Tensor {
  let size = AxisGeometry(tensor.shape, axes: 2..<tensor.shape.rank).extent
  let planes = tensor.shape[0] * tensor.shape[1]
  let y = tensor.withDoubles { x in
    (0..<planes).map { reduce(x[$0 * size..<($0 + 1) * size]) }
  }
  return try Tensor(rounding: y, to: type)
}
