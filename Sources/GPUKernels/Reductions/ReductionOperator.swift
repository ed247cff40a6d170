internal import KernelIR

/// What a reduction computes along its axis, as ONNX names it; NaN where an element is.
package enum ReductionOperator: String, CaseIterable, Hashable, Sendable {
  case sum, mean, product, max, min
  /// Σ |x|
  case l1
  /// √Σ x²
  case l2
  /// Σ x²
  case sumSquare
  /// log Σ e^x, which neither overflows nor vanishes.
  case logSumExp
}

extension ReductionOperator {
  /// The state without elements.
  var identity: [Double] {
    switch self {
    case .sum, .mean, .l1, .l2, .sumSquare: [0]
    case .product: [1]
    case .max: [-.infinity]
    case .min: [.infinity]
    case .logSumExp: OnlineSum.identity
    }
  }

  /// The state with one more element.
  func include(_ x: Value<F32>, in state: [Value<F32>]) -> [Value<F32>] {
    switch self {
    case .sum, .mean, .product, .max, .min: combine(state, [x])
    case .l1: [state[0] + abs(x)]
    case .l2, .sumSquare: [fma(x, x, state[0])]
    case .logSumExp: OnlineSum.include(x, in: state)
    }
  }

  /// The state of two parts' elements.
  func combine(_ a: [Value<F32>], _ b: [Value<F32>]) -> [Value<F32>] {
    switch self {
    case .sum, .mean, .l1, .l2, .sumSquare: [a[0] + b[0]]
    case .product: [a[0] * b[0]]
    case .max: [maximum(a[0], b[0])]
    case .min: [minimum(a[0], b[0])]
    case .logSumExp: OnlineSum.combine(a, b)
    }
  }

  /// What reduces the results of an axis' parts to that of the axis, where parts of a mean were divided by the
  /// elements of the whole axis.
  var ofParts: ReductionOperator {
    switch self {
    case .sum, .mean, .l1, .sumSquare: .sum
    case .product, .max, .min, .l2, .logSumExp: self
    }
  }

  /// The result of `count` elements.
  func result(_ state: [Value<F32>], count: Value<U32>) -> Value<F32> {
    switch self {
    case .sum, .product, .max, .min, .l1, .sumSquare: state[0]
    case .mean: state[0] / Value<F32>(count)
    case .l2: squareRoot(state[0])
    case .logSumExp: state[0] + log(state[1])
    }
  }
}
