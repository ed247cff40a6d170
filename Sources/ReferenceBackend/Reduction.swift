package import Graphs
package import Tensors

extension Reduce: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axes = try axes(for: inputs.operands)
    if axes.isEmpty { return [x] }
    let kept = Shape(
      x.shape.dimensions.enumerated().map { axis, extent in axes.contains(axis) ? 1 : extent })
    let targets = SourceIndices(broadcasting: kept, to: x.shape).indices
    let count = axes.reduce(1) { $0 * x.shape[$1] }
    if let integer = x.element.integerType {
      let y = try integers(x, targets, kept.elementCount, divisor: count, integer)
      return [y.reshaped(outputs[0].shape)]
    }
    var y = [Double](repeating: initial, count: kept.elementCount)
    for (element, target) in zip(x.doubles(), targets) {
      switch kind {
      case .mean, .sum: y[target] += element
      case .max: y[target] = element.isNaN || element > y[target] ? element : y[target]
      case .min: y[target] = element.isNaN || element < y[target] ? element : y[target]
      case .product: y[target] *= element
      }
    }
    if kind == .mean { y = y.map { $0 / Double(count) } }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  /// What no element at all reduces to.
  private var initial: Double {
    switch kind {
    case .mean, .sum: 0
    case .max: -.infinity
    case .min: .infinity
    case .product: 1
    }
  }

  /// Wraps on overflow; a mean truncates toward zero.
  private func integers<Integer: IntegerElement>(
    _ x: Tensor, _ targets: [Int], _ outputCount: Int, divisor: Int, _ type: Integer.Type
  ) throws -> Tensor {
    let initial: Integer =
      switch kind {
      case .mean, .sum: 0
      case .max: .min
      case .min: .max
      case .product: 1
      }
    var y = [Integer](repeating: initial, count: outputCount)
    for (element, target) in zip(x.elements(as: type), targets) {
      switch kind {
      case .mean, .sum: y[target] = y[target] &+ element
      case .max: y[target] = max(y[target], element)
      case .min: y[target] = min(y[target], element)
      case .product: y[target] = y[target] &* element
      }
    }
    if kind == .mean {
      guard divisor > 0, let divisor = Integer(exactly: divisor) else {
        throw HewnError(.unsupported, "mean of \(divisor) elements of type \(x.element.rawValue)")
      }
      y = y.map { $0 / divisor }
    }
    return Tensor([outputCount], y)
  }
}
