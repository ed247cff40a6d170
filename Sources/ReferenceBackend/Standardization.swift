package import Graphs
package import Tensors

extension InstanceNormalization: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let statistics = Statistics(x.doubles(), x.shape, over: Array(2..<x.shape.rank))
    let y = statistics.normalized(epsilon: epsilon)
    return [try Tensor(rounding: try scaled(y, inputs, channelsOf: x.shape), to: outputs[0])]
  }
}

extension GroupNormalization: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let grouped = Shape([x.shape[0] * groups, x.shape.elementCount / max(1, x.shape[0] * groups)])
    let y = Statistics(x.doubles(), grouped, over: [1]).normalized(epsilon: epsilon)
    return [
      try Tensor(
        rounding: try scaled(
          y, inputs, channelsOf: x.shape,
          channelsOfParameter: scalesGroups ? x.shape[1] / groups : 1),
        to: outputs[0])
    ]
  }
}

/// y · scale + bias with the parameters that inputs 1 and 2 have for each channel, or each few.
private func scaled(
  _ y: [Double], _ inputs: [Tensor?], channelsOf shape: Shape, channelsOfParameter: Int = 1
) throws -> [Double] {
  let (scale, bias) = (try inputs.required(1).doubles(), try inputs.required(2).doubles())
  let lines = AxisGeometry(shape, axis: 1)
  return y.enumerated().map { index, y in
    let parameter = index / lines.inner % lines.extent / channelsOfParameter
    return y * scale[parameter] + bias[parameter]
  }
}

extension LayerNormalization: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axes = Array(try x.shape.normalized(axis: axis)..<x.shape.rank)
    let statistics = Statistics(x.doubles(), x.shape, over: axes)
    var y = statistics.normalized(epsilon: epsilon)
    y = multiplied(y, by: try inputs.required(1), x.shape)
    if let bias = inputs.optional(2) {
      let source = SourceIndices(broadcasting: bias.shape, to: x.shape).indices
      let bias = bias.doubles()
      y = zip(y, source).map { $0 + bias[$1] }
    }
    let result = try Tensor(rounding: y, to: outputs[0])
    guard outputs.count == 3 else { return [result] }
    let inverses = statistics.variances.map { 1 / ($0 + Double(epsilon)).squareRoot() }
    return [
      result, try Tensor(rounding: statistics.means, to: outputs[1]),
      try Tensor(rounding: inverses, to: outputs[2]),
    ]
  }
}

extension RMSNormalization: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axes = Array(try x.shape.normalized(axis: axis)..<x.shape.rank)
    let y = Statistics(x.doubles(), x.shape, over: axes, around: 0).normalized(epsilon: epsilon)
    return [
      try Tensor(rounding: multiplied(y, by: try inputs.required(1), x.shape), to: outputs[0])
    ]
  }
}

/// y · scale, the scale broadcast to y's shape.
private func multiplied(_ y: [Double], by scale: Tensor, _ shape: Shape) -> [Double] {
  let source = SourceIndices(broadcasting: scale.shape, to: shape).indices
  let scale = scale.doubles()
  return zip(y, source).map { $0 * scale[$1] }
}

extension MeanVarianceNormalization: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axes = try x.shape.normalized(axes: axes)
    let y = Statistics(x.doubles(), x.shape, over: axes).normalized {
      $0.squareRoot() + Double(Self.epsilon)
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension LpNormalization: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let tensor = try inputs.required(0)
    let x = tensor.doubles()
    let axis = try tensor.shape.normalized(axis: axis)
    let (groups, count) = groupNumbers(of: tensor.shape, over: [axis])
    var sums = [Double](repeating: 0, count: count)
    for (x, group) in zip(x, groups) { sums[group] += exponent == 1 ? x.magnitude : x * x }
    let y = zip(x, groups).map { x, group in
      let norm = exponent == 1 ? sums[group] : sums[group].squareRoot()
      return norm == 0 ? 0 : x / norm
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

/// Which group each element belongs to, where elements along `axes` belong together; and how many
/// groups there are.
private func groupNumbers(of shape: Shape, over axes: [Int]) -> (groups: [Int], count: Int) {
  let kept = Shape(
    shape.dimensions.enumerated().map { axis, extent in axes.contains(axis) ? 1 : extent })
  return (SourceIndices(broadcasting: kept, to: shape).indices, kept.elementCount)
}

/// The mean and the variance of each group of elements.
private struct Statistics {
  private let elements: [Double]
  /// The group of each element.
  private let groups: [Int]
  private(set) var means: [Double]
  private(set) var variances: [Double]

  /// - Parameter center: what differences are squared from; `nil` means each group's mean.
  init(_ x: [Double], _ shape: Shape, over axes: [Int], around center: Double? = nil) {
    let (groups, count) = groupNumbers(of: shape, over: axes)
    elements = x
    self.groups = groups
    let size = Double(axes.reduce(1) { $0 * shape[$1] })
    means = [Double](repeating: center ?? 0, count: count)
    variances = [Double](repeating: 0, count: count)
    if center == nil {
      for (x, group) in zip(x, groups) { means[group] += x }
      means = means.map { $0 / size }
    }
    for (x, group) in zip(x, groups) {
      let difference = x - means[group]
      variances[group] += difference * difference
    }
    variances = variances.map { $0 / size }
  }

  /// (x − mean) / √(variance + epsilon)
  func normalized(epsilon: Float) -> [Double] {
    normalized { ($0 + Double(epsilon)).squareRoot() }
  }

  /// (x − mean) / divisor(variance)
  func normalized(by divisor: (Double) -> Double) -> [Double] {
    let divisors = variances.map(divisor)
    return zip(elements, groups).map { ($0 - means[$1]) / divisors[$1] }
  }
}
