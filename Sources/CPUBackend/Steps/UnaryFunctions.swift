internal import Graphs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// y[i] = function(x[i]) for i in 0..<count. `x` and `y` may be the same.
func apply(
  _ function: Unary.Function, from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>,
  count: Int
) {
  switch function {
  case .activation(let activation): apply(activation, from: x, to: y, count: count)
  case .absolute: for i in 0..<count { y[i] = x[i].magnitude }
  case .ceil: for i in 0..<count { y[i] = x[i].rounded(.up) }
  case .exp: mapVectors(x, y, count: count) { Exponential.exp($0) }
  case .floor: for i in 0..<count { y[i] = x[i].rounded(.down) }
  case .log: for i in 0..<count { y[i] = logf(x[i]) }
  case .negate: for i in 0..<count { y[i] = -x[i] }
  case .reciprocal: for i in 0..<count { y[i] = 1 / x[i] }
  case .squareRoot: for i in 0..<count { y[i] = x[i].squareRoot() }
  }
}

extension Unary.Function {
  /// Whether f(0) = 0.
  var keepsZero: Bool {
    switch self {
    case .activation(let activation): activation.keepsZero
    case .absolute, .ceil, .floor, .negate, .squareRoot: true
    case .exp, .log, .reciprocal: false
    }
  }

  /// The work of one element relative to copying it.
  var cost: Int {
    switch self {
    case .activation(let activation): activation.cost
    case .absolute, .negate, .reciprocal, .squareRoot: 1
    case .ceil, .floor, .exp: 4
    case .log: 16
    }
  }
}

extension Activation {
  /// Whether f(0) = 0.
  var keepsZero: Bool {
    switch self {
    case .identity, .relu, .hardSwish, .silu, .tanh: true
    case .leakyRelu(let slope): slope.isFinite
    case .clip(let lower, let upper): min(max(0, lower), upper) == 0
    case .sigmoid, .hardSigmoid: false
    }
  }

  /// The work of one element relative to copying it.
  var cost: Int {
    switch self {
    case .identity, .relu, .leakyRelu, .clip, .hardSigmoid, .hardSwish: 1
    case .sigmoid, .silu, .tanh: 4
    }
  }
}
