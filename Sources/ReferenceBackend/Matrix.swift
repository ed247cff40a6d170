package import Graphs
package import Tensors

extension Gemm: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (a, b) = (try inputs.required(0), try inputs.required(1))
    let geometry = try geometry(a: a.shape, b: b.shape)
    let (rows, depth, columns) = (geometry.rows, geometry.depth, geometry.columns)
    let addend = inputs.optional(2).map { c in
      let elements = c.doubles()
      return SourceIndices(broadcasting: c.shape, to: [rows, columns]).indices.map { elements[$0] }
    }
    var y: [Double] = []
    y.reserveCapacity(rows * columns)
    a.withDoubles { a in
      b.withDoubles { b in
        for i in 0..<rows {
          for j in 0..<columns {
            var sum = 0.0
            for k in 0..<depth {
              sum +=
                a[transposesA ? k * rows + i : i * depth + k]
                * b[transposesB ? j * depth + k : k * columns + j]
            }
            let c = addend.map { $0[i * columns + j] } ?? 0
            y.append(activation(Double(alpha) * sum + Double(beta) * c))
          }
        }
      }
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension MatMul: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (a, b) = (try inputs.required(0), try inputs.required(1))
    let geometry = try geometry(a: a.shape, b: b.shape)
    let (rows, depth, columns) = (geometry.rows, geometry.depth, geometry.columns)
    let matricesA = SourceIndices(broadcasting: geometry.batchA, to: geometry.batch).indices
    let matricesB = SourceIndices(broadcasting: geometry.batchB, to: geometry.batch).indices
    var y: [Double] = []
    y.reserveCapacity(outputs[0].shape.elementCount)
    a.withDoubles { a in
      b.withDoubles { b in
        for (matrixA, matrixB) in zip(matricesA, matricesB) {
          for i in 0..<rows {
            for j in 0..<columns {
              var sum = 0.0
              for k in 0..<depth {
                sum += a[(matrixA * rows + i) * depth + k] * b[(matrixB * depth + k) * columns + j]
              }
              y.append(sum)
            }
          }
        }
      }
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension Det: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let extent = x.shape[x.shape.rank - 1]
    let elements = x.doubles()
    let y = (0..<outputs[0].shape.elementCount).map { matrix in
      let start = matrix * extent * extent
      return determinant(Array(elements[start..<start + extent * extent]), extent)
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  /// The product of the pivots of Gaussian elimination, each the greatest of its column.
  private func determinant(_ matrix: [Double], _ extent: Int) -> Double {
    var a = matrix
    var product = 1.0
    for pivot in 0..<extent {
      let row = (pivot..<extent).max {
        a[$0 * extent + pivot].magnitude < a[$1 * extent + pivot].magnitude
      }
      guard let row, a[row * extent + pivot] != 0 else { return 0 }
      if row != pivot {
        for column in 0..<extent { a.swapAt(row * extent + column, pivot * extent + column) }
        product = -product
      }
      product *= a[pivot * extent + pivot]
      for below in (pivot + 1)..<max(extent, pivot + 1) {
        let factor = a[below * extent + pivot] / a[pivot * extent + pivot]
        for column in pivot..<extent {
          a[below * extent + column] -= factor * a[pivot * extent + column]
        }
      }
    }
    return product
  }
}
