package import Graphs
package import Tensors

extension MaxPool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let geometry = try window.geometry(input: x.shape)
    return [
      try pool(x, geometry, outputs[0]) { elements, _ in
        elements.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
      }
    ]
  }
}

extension AveragePool: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let geometry = try window.geometry(input: x.shape)
    return [
      try pool(x, geometry, outputs[0]) { elements, paddedCount in
        elements.reduce(0, +) / Double(countsPadding ? paddedCount : elements.count)
      }
    ]
  }
}

/// Reduces every window of every plane.
///
/// - Parameter reduce: takes the elements inside one window, and how many elements and paddings it
///   holds; what lies beyond the padding is neither.
private func pool(
  _ tensor: Tensor, _ geometry: WindowGeometry, _ type: TensorType,
  reduce: (_ elements: [Double], _ paddedCount: Int) -> Double
) throws -> Tensor {
  let (rows, columns) = WindowAxis.rowsAndColumns(geometry)
  var y: [Double] = []
  y.reserveCapacity(type.shape.elementCount)
  var elements: [Double] = []
  tensor.withDoubles { x in
    for plane in 0..<tensor.shape[0] * tensor.shape[1] {
      for p in 0..<rows.output {
        for q in 0..<columns.output {
          elements.removeAll(keepingCapacity: true)
          var paddedCount = 0
          for r in 0..<rows.kernel {
            let row = rows.position(output: p, tap: r)
            for s in 0..<columns.kernel {
              let column = columns.position(output: q, tap: s)
              if rows.isInside(row), columns.isInside(column) {
                elements.append(x[(plane * rows.input + row) * columns.input + column])
              }
              if rows.isPadded(row), columns.isPadded(column) { paddedCount += 1 }
            }
          }
          y.append(reduce(elements, paddedCount))
        }
      }
    }
  }
  return try Tensor(rounding: y, to: type)
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
