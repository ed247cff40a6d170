package import Graphs
package import Tensors

extension DeformConv: ReferenceOperator {
  /// Y[n, m, p] = Σ over c and taps r of W[m, c, r] · mask[n, r, p] · X[n, c, position(p, r) +
  /// offset[n, r, p]], then bias.
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, w) = (try inputs.required(0), try inputs.required(1))
    let offsets = try inputs.required(2).doubles()
    let bias = inputs.optional(3)?.doubles()
    let mask = inputs.optional(4)?.doubles()
    let geometry = try convolution.geometry(input: x.shape, weight: w.shape)
    let axes = WindowAxis.sliding(geometry)
    let input = Shape(geometry.inputExtents)
    let points = Shape(geometry.outputExtents)
    let kernel = Shape(geometry.kernel)
    let (channels, filters, groupChannels) = (x.shape[1], w.shape[0], w.shape[1])
    let groupFilters = filters / convolution.groups
    let (elements, weights) = (x.doubles(), w.doubles())

    var y = [Double](repeating: 0, count: outputs[0].shape.elementCount)
    for image in 0..<x.shape[0] {
      for channel in 0..<channels {
        let offsetGroup = channel * offsetGroups / channels
        let group = channel / groupChannels
        let plane = (image * channels + channel) * input.elementCount
        var taps = [Int](repeating: 0, count: axes.count)
        for tap in 0..<kernel.elementCount {
          let moved = (image * offsetGroups + offsetGroup) * kernel.elementCount + tap
          var slots = [Int](repeating: 0, count: axes.count)
          for point in 0..<points.elementCount {
            let own = axes.indices.map { axis in
              let offset = (moved * axes.count + axis) * points.elementCount + point
              let position = axes[axis].position(slot: slots[axis], tap: taps[axis])
              return [Tap](
                linearlyAt: Double(position) + offsets[offset], extent: axes[axis].positions)
            }
            let pixel = [Tap](axes: own, of: input).reduce(0) {
              $0 + $1.weight * elements[plane + $1.place]
            }
            let value = pixel * (mask.map { $0[moved * points.elementCount + point] } ?? 1)
            for m in group * groupFilters..<(group + 1) * groupFilters {
              let weight = weights[
                (m * groupChannels + channel % groupChannels) * kernel.elementCount + tap]
              y[(image * filters + m) * points.elementCount + point] += weight * value
            }
            points.advance(&slots)
          }
          kernel.advance(&taps)
        }
      }
    }
    if let bias {
      for index in y.indices { y[index] += bias[index / points.elementCount % filters] }
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}
