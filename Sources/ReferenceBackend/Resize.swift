package import Graphs
package import Tensors

extension Resize: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    var operands = inputs
    // Scales are single precision by definition; promoting and rounding them back is exact.
    if let scales = inputs.optional(2) { operands[2] = try scales.cast(to: .float32) }
    let geometry = try geometry(for: operands.operands)
    if mode == .nearest {
      let coordinates = geometry.axes.map { axis in
        axis.nearest(self).map { $0 ?? SourceIndices.outside }
      }
      let filler = try Tensor(
        rounding: [Double(extrapolationValue)], to: TensorType(x.element, []))
      let source = SourceIndices(of: x.shape, coordinates: coordinates)
      return [try x.gathering(source, outputs[0].shape, filler: filler)]
    }
    var y = x.doubles()
    var dimensions = x.shape.dimensions
    for axis in geometry.resampledAxes {
      y = resample(y, Shape(dimensions), axis: axis, geometry.axes[axis])
      dimensions[axis] = geometry.axes[axis].outputExtent
    }
    if x.element.integerType != nil { y = y.map { $0.rounded(.toNearestOrEven) } }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  /// Replaces every line along an axis by weighted sums of its elements.
  private func resample(
    _ x: [Double], _ shape: Shape, axis: Int, _ resized: ResizeAxis
  ) -> [Double] {
    let lines = AxisGeometry(shape, axis: axis)
    let taps = resized.taps(self)
    let extrapolated = Set(taps.extrapolated)
    var y: [Double] = []
    y.reserveCapacity(lines.outer * resized.outputExtent * lines.inner)
    for outer in 0..<lines.outer {
      for output in 0..<resized.outputExtent {
        for inner in 0..<lines.inner {
          if extrapolated.contains(output) {
            y.append(Double(extrapolationValue))
            continue
          }
          var sum = 0.0
          for tap in output * taps.tapCount..<(output + 1) * taps.tapCount {
            let source = (outer * lines.extent + taps.indices[tap]) * lines.inner + inner
            sum += taps.weights[tap] * x[source]
          }
          y.append(sum)
        }
      }
    }
    return y
  }
}
