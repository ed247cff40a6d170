package import Graphs
package import Tensors

extension Conv: ReferenceOperator {
  /// Y[n, m, p, q] = Σ over c, r, s of W[m, c, r, s] · X[n, group · C/groups + c, row, column], then
  /// bias, residual and activation.
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, w) = (try inputs.required(0), try inputs.required(1))
    let geometry = try geometry(input: x.shape, weight: w.shape)
    let (rows, columns) = WindowAxis.rowsAndColumns(geometry)
    let planeCount = rows.output * columns.output
    let (images, channels) = (x.shape[0], x.shape[1])
    let (filters, groupChannels) = (w.shape[0], w.shape[1])
    let bias = inputs.optional(2)?.doubles()
    let residual = addsResidual ? try inputs.required(3).doubles() : nil
    let rowRanges = (0..<rows.kernel).map(rows.outputs(insideAt:))
    let columnRanges = (0..<columns.kernel).map(columns.outputs(insideAt:))

    var y = [Double](repeating: 0, count: images * filters * planeCount)
    x.withDoubles { x in
      w.withDoubles { w in
        y.withUnsafeMutableBufferPointer { y in
          for n in 0..<images {
            for m in 0..<filters {
              let yPlane = (n * filters + m) * planeCount
              for c in 0..<groupChannels {
                let channel = m / (filters / groups) * groupChannels + c
                let xPlane = (n * channels + channel) * rows.input * columns.input
                for r in 0..<rows.kernel {
                  for s in 0..<columns.kernel {
                    let weight =
                      w[((m * groupChannels + c) * rows.kernel + r) * columns.kernel + s]
                    let span = columnRanges[s]
                    for p in rowRanges[r] {
                      let row = rows.position(output: p, tap: r)
                      let from = xPlane + row * columns.input
                      let column = columns.position(output: span.lowerBound, tap: s)
                      addProduct(
                        weight, x, from: from + column, stride: columns.stride, to: y,
                        at: yPlane + p * columns.output + span.lowerBound, count: span.count)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    for index in y.indices {
      if let bias { y[index] += bias[index / planeCount % filters] }
      if let residual { y[index] += residual[index] }
      y[index] = activation(y[index])
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  /// y[at + i] += weight · x[from + i · stride] for i in 0..<count.
  @inline(__always)
  private func addProduct(
    _ weight: Double, _ x: UnsafeBufferPointer<Double>, from: Int, stride: Int,
    to y: UnsafeMutableBufferPointer<Double>, at: Int, count: Int
  ) {
    guard count > 0 else { return }
    if stride == 1 {
      for i in 0..<count { y[at &+ i] += weight * x[from &+ i] }
    } else {
      for i in 0..<count { y[at &+ i] += weight * x[from &+ i &* stride] }
    }
  }
}

extension ConvTranspose: ReferenceOperator {
  /// Every input element adds W[c, m, r, s] · X[n, c, i, j] to the output that tap (r, s) reaches, if
  /// there is one; then bias and activation.
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, w) = (try inputs.required(0), try inputs.required(1))
    let (rows, columns) = WindowAxis.rowsAndColumns(
      try geometry(input: x.shape, weight: w.shape))
    let planeCount = rows.output * columns.output
    let (images, channels) = (x.shape[0], x.shape[1])
    let groupFilters = w.shape[1]
    let filters = groupFilters * groups
    let bias = inputs.optional(2)?.doubles()

    var y = [Double](repeating: 0, count: images * filters * planeCount)
    x.withDoubles { x in
      w.withDoubles { w in
        y.withUnsafeMutableBufferPointer { y in
          for n in 0..<images {
            for c in 0..<channels {
              let xPlane = (n * channels + c) * rows.input * columns.input
              for groupFilter in 0..<groupFilters {
                let m = c / (channels / groups) * groupFilters + groupFilter
                let yPlane = (n * filters + m) * planeCount
                let wPlane = (c * groupFilters + groupFilter) * rows.kernel * columns.kernel
                for i in 0..<rows.input {
                  for r in 0..<rows.kernel {
                    let p = rows.target(input: i, tap: r)
                    guard p >= 0, p < rows.output else { continue }
                    for j in 0..<columns.input {
                      for s in 0..<columns.kernel {
                        let q = columns.target(input: j, tap: s)
                        guard q >= 0, q < columns.output else { continue }
                        y[yPlane + p * columns.output + q] +=
                          w[wPlane + r * columns.kernel + s] * x[xPlane + i * columns.input + j]
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    for index in y.indices {
      y[index] = activation(y[index] + (bias?[index / planeCount % filters] ?? 0))
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}
