package import Graphs
package import Tensors

extension Reduce: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axes = try axes(for: inputs.operands)
    if axes.isEmpty, kind.keepsSingleElements { return [x] }
    let kept = Shape(
      x.shape.dimensions.enumerated().map { axis, extent in axes.contains(axis) ? 1 : extent })
    let targets = SourceIndices(broadcasting: kept, to: x.shape).indices
    let count = axes.reduce(1) { $0 * x.shape[$1] }
    if let integer = x.element.integerType, !isReal {
      let y = try integers(x, targets, kept.elementCount, divisor: count, integer)
      return [y.reshaped(outputs[0].shape)]
    }
    let y = reduce(x.doubles(), targets, kept.elementCount)
    return [try Tensor(rounding: kind == .mean ? y.map { $0 / Double(count) } : y, to: outputs[0])]
  }

  /// Whether the result is no integer even where the elements are.
  private var isReal: Bool { kind == .l2 || kind == .logSum || kind == .logSumExp }

  /// - Parameter targets: which result each element belongs to.
  private func reduce(_ x: [Double], _ targets: [Int], _ count: Int) -> [Double] {
    func fold(_ initial: Double, _ combine: (Double, Double) -> Double) -> [Double] {
      var y = [Double](repeating: initial, count: count)
      for (element, target) in zip(x, targets) { y[target] = combine(y[target], element) }
      return y
    }
    switch kind {
    case .mean, .sum: return fold(0, +)
    case .product: return fold(1, *)
    case .max: return fold(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
    case .min: return fold(.infinity) { $1.isNaN || $1 < $0 ? $1 : $0 }
    case .l1: return fold(0) { $0 + $1.magnitude }
    case .l2: return fold(0) { $0 + $1 * $1 }.map { $0.squareRoot() }
    case .logSum: return fold(0, +).map(\.logarithm)
    case .sumSquare: return fold(0) { $0 + $1 * $1 }
    case .logSumExp:
      // Subtracting the maximum changes nothing but keeps e^x finite.
      let maxima = fold(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
        .map { $0.isInfinite ? 0 : $0 }
      var sums = [Double](repeating: 0, count: count)
      for (element, target) in zip(x, targets) {
        sums[target] += (element - maxima[target]).exponential
      }
      return zip(sums, maxima).map { $0.logarithm + $1 }
    }
  }

  /// Wraps on overflow; a mean truncates toward zero.
  private func integers<Integer: IntegerElement>(
    _ x: Tensor, _ targets: [Int], _ outputCount: Int, divisor: Int, _ type: Integer.Type
  ) throws -> Tensor {
    let initial: Integer =
      switch kind {
      case .max: .min
      case .min: .max
      case .product: 1
      case .mean, .sum, .l1, .l2, .logSum, .logSumExp, .sumSquare: 0
      }
    var y = [Integer](repeating: initial, count: outputCount)
    for (element, target) in zip(x.elements(as: type), targets) {
      switch kind {
      case .max: y[target] = max(y[target], element)
      case .min: y[target] = min(y[target], element)
      case .product: y[target] = y[target] &* element
      case .l1: y[target] = element < 0 ? y[target] &- element : y[target] &+ element
      case .sumSquare: y[target] = y[target] &+ element &* element
      case .mean, .sum, .l2, .logSum, .logSumExp: y[target] = y[target] &+ element
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

extension ArgReduce: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let lines = AxisGeometry(x.shape, axis: try x.shape.normalized(axis: axis))
    let positions =
      if let integer = x.element.integerType {
        integerPositions(x, integer, lines)
      } else {
        positions(x.doubles().map(NumberOrder.init), lines)
      }
    return [Tensor(outputs[0].shape, positions)]
  }

  private func integerPositions<Integer: IntegerElement>(
    _ x: Tensor, _ type: Integer.Type, _ lines: AxisGeometry
  ) -> [Int64] {
    positions(x.elements(as: type), lines)
  }

  private func positions(_ x: [some Comparable], _ lines: AxisGeometry) -> [Int64] {
    var positions: [Int64] = []
    positions.reserveCapacity(lines.outer * lines.inner)
    for outer in 0..<lines.outer {
      for inner in 0..<lines.inner {
        let start = outer * lines.extent * lines.inner + inner
        var best = 0
        for position in 1..<max(1, lines.extent) {
          let (element, winner) = (x[start + position * lines.inner], x[start + best * lines.inner])
          let isBetter = kind == .max ? element > winner : element < winner
          if isBetter || selectsLast && element == winner { best = position }
        }
        positions.append(Int64(best))
      }
    }
    return positions
  }
}

extension TopK: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axis = try x.shape.normalized(axis: axis)
    let lines = AxisGeometry(x.shape, axis: axis)
    let count = outputs[0].shape[axis]
    let order =
      if let integer = x.element.integerType {
        integerOrder(x, integer, lines, count)
      } else {
        order(x.doubles().map(NumberOrder.init), lines, count)
      }
    let source = order.enumerated().map { index, position in
      let (outer, inner) = (index / (count * lines.inner), index % lines.inner)
      return (outer * lines.extent + position) * lines.inner + inner
    }
    let values = try x.gathering(SourceIndices(source), outputs[0].shape)
    return [values, Tensor(outputs[1].shape, order.map { Int64($0) })]
  }

  private func integerOrder<Integer: IntegerElement>(
    _ x: Tensor, _ type: Integer.Type, _ lines: AxisGeometry, _ count: Int
  ) -> [Int] {
    order(x.elements(as: type), lines, count)
  }

  /// The positions of the first `count` elements of every line, in the order of the output.
  private func order(_ x: [some Comparable], _ lines: AxisGeometry, _ count: Int) -> [Int] {
    var order = [Int](repeating: 0, count: lines.outer * count * lines.inner)
    for outer in 0..<lines.outer {
      for inner in 0..<lines.inner {
        let start = outer * lines.extent * lines.inner + inner
        let sorted = (0..<lines.extent).sorted { first, second in
          let (a, b) = (x[start + first * lines.inner], x[start + second * lines.inner])
          if a == b { return first < second }
          return takesLargest ? a > b : a < b
        }
        for rank in 0..<count {
          order[(outer * count + rank) * lines.inner + inner] = sorted[rank]
        }
      }
    }
    return order
  }
}

/// Numbers in the order in which NumPy sorts them: NaN equals itself and is the greatest.
private struct NumberOrder: Comparable {
  let value: Double

  init(_ value: Double) { self.value = value }

  static func == (a: NumberOrder, b: NumberOrder) -> Bool {
    a.value == b.value || (a.value.isNaN && b.value.isNaN)
  }

  static func < (a: NumberOrder, b: NumberOrder) -> Bool {
    a.value < b.value || (b.value.isNaN && !a.value.isNaN)
  }
}

extension Cumulate: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let lines = AxisGeometry(x.shape, axis: try axis(for: inputs.operands))
    if let integer = x.element.integerType { return [integers(x, lines, integer)] }
    let y =
      switch kind {
      case .sum: cumulate(x.doubles(), lines, 0, +)
      case .product: cumulate(x.doubles(), lines, 1, *)
      }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  private func integers<Integer: IntegerElement>(
    _ x: Tensor, _ lines: AxisGeometry, _ type: Integer.Type
  ) -> Tensor {
    let elements = x.elements(as: type)
    return switch kind {
    case .sum: Tensor(x.shape, cumulate(elements, lines, 0, &+))
    case .product: Tensor(x.shape, cumulate(elements, lines, 1, &*))
    }
  }

  private func cumulate<Element>(
    _ x: [Element], _ lines: AxisGeometry, _ initial: Element,
    _ combine: (Element, Element) -> Element
  ) -> [Element] {
    var y = x
    for outer in 0..<lines.outer {
      for inner in 0..<lines.inner {
        var total = initial
        for step in 0..<lines.extent {
          let position = isReversed ? lines.extent - 1 - step : step
          let index = (outer * lines.extent + position) * lines.inner + inner
          let next = combine(total, x[index])
          y[index] = isExclusive ? total : next
          total = next
        }
      }
    }
    return y
  }
}
