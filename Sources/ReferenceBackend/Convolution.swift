package import Graphs
package import Tensors

extension Conv: ReferenceOperator {
  /// Y[n, m, p] = Σ over c and taps r of W[m, c, r] · X[n, group · C/groups + c, position(p, r)], then
  /// bias, residual and activation.
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, w) = (try inputs.required(0), try inputs.required(1))
    let geometry = try geometry(input: x.shape, weight: w.shape)
    let runs = WindowRuns(WindowAxis.sliding(geometry))
    let stride = runs.stride
    let (images, channels) = (x.shape[0], x.shape[1])
    let (filters, groupChannels) = (w.shape[0], w.shape[1])
    let (xSize, ySize) = (geometry.inputExtents.product, geometry.outputExtents.product)
    let taps = geometry.kernelElementCount
    let bias = inputs.optional(2)?.doubles()
    let residual = addsResidual ? try inputs.required(3).doubles() : nil

    var y = [Double](repeating: 0, count: images * filters * ySize)
    x.withDoubles { x in
      w.withDoubles { w in
        y.withUnsafeMutableBufferPointer { y in
          for n in 0..<images {
            for m in 0..<filters {
              let yPlane = (n * filters + m) * ySize
              for c in 0..<groupChannels {
                let channel = m / (filters / groups) * groupChannels + c
                let xPlane = (n * channels + channel) * xSize
                let wPlane = (m * groupChannels + c) * taps
                runs.forEach { tap, slot, position, count in
                  let weight = w[wPlane + tap]
                  let (from, at) = (xPlane + position, yPlane + slot)
                  if stride == 1 {
                    for i in 0..<count { y[at &+ i] += weight * x[from &+ i] }
                  } else {
                    for i in 0..<count { y[at &+ i] += weight * x[from &+ i &* stride] }
                  }
                }
              }
            }
          }
        }
      }
    }
    for index in y.indices {
      if let bias { y[index] += bias[index / ySize % filters] }
      if let residual { y[index] += residual[index] }
      y[index] = activation(y[index])
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension ConvTranspose: ReferenceOperator {
  /// Every input element adds W[c, m, r] · X[n, c, i] to the output that tap r reaches, if there is
  /// one; then bias and activation.
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, w) = (try inputs.required(0), try inputs.required(1))
    let geometry = try geometry(input: x.shape, weight: w.shape)
    let runs = WindowRuns(WindowAxis.transposed(geometry))
    let stride = runs.stride
    let (images, channels) = (x.shape[0], x.shape[1])
    let groupFilters = w.shape[1]
    let filters = groupFilters * groups
    let (xSize, ySize) = (geometry.inputExtents.product, geometry.outputExtents.product)
    let taps = geometry.kernelElementCount
    let bias = inputs.optional(2)?.doubles()

    var y = [Double](repeating: 0, count: images * filters * ySize)
    x.withDoubles { x in
      w.withDoubles { w in
        y.withUnsafeMutableBufferPointer { y in
          for n in 0..<images {
            for c in 0..<channels {
              let xPlane = (n * channels + c) * xSize
              for groupFilter in 0..<groupFilters {
                let m = c / (channels / groups) * groupFilters + groupFilter
                let yPlane = (n * filters + m) * ySize
                let wPlane = (c * groupFilters + groupFilter) * taps
                runs.forEach { tap, slot, position, count in
                  let weight = w[wPlane + tap]
                  let (from, at) = (xPlane + slot, yPlane + position)
                  for i in 0..<count { y[at &+ i &* stride] += weight * x[from &+ i] }
                }
              }
            }
          }
        }
      }
    }
    for index in y.indices {
      y[index] = activation(y[index] + (bias?[index / ySize % filters] ?? 0))
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension [Int] {
  /// The product of extents that a shape has been checked to hold.
  var product: Int { reduce(1, *) }
}
