package import Tensors

/// A function of one element that keeps its type. Inputs: X.
package struct Unary: Operator, Hashable {
  package enum Function: Hashable, Sendable, Codable {
    /// Everything that a kernel may apply before it stores.
    case activation(Activation)
    case absolute, ceil, erf, exp, floor, log, negate, reciprocal, sign, squareRoot
    /// To the nearest whole number, halves to the even one.
    case round
    /// x + bias where x < −lambda, x − bias where x > lambda, 0 between
    case shrink(lambda: Float, bias: Float)
    case trigonometric(Trigonometric)
  }

  /// The trigonometric and hyperbolic functions and their inverses, by their names in ONNX.
  package enum Trigonometric: String, Hashable, Sendable, CaseIterable, Codable {
    case sin = "Sin"
    case cos = "Cos"
    case tan = "Tan"
    case asin = "Asin"
    case acos = "Acos"
    case atan = "Atan"
    case sinh = "Sinh"
    case cosh = "Cosh"
    case asinh = "Asinh"
    case acosh = "Acosh"
    case atanh = "Atanh"
  }

  package var function: Function

  package init(_ function: Function) { self.function = function }

  package var name: String {
    switch function {
    case .activation(let activation): activation.name
    case .absolute: "Abs"
    case .ceil: "Ceil"
    case .erf: "Erf"
    case .exp: "Exp"
    case .floor: "Floor"
    case .log: "Log"
    case .negate: "Neg"
    case .reciprocal: "Reciprocal"
    case .round: "Round"
    case .shrink: "Shrink"
    case .sign: "Sign"
    case .squareRoot: "Sqrt"
    case .trigonometric(let function): function.rawValue
    }
  }
}

/// Y = activation(A ∘ B) with NumPy broadcasting. Inputs: A, B of one element type; an exponent may
/// have another one.
package struct Binary: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case add = "Add"
    case subtract = "Sub"
    case multiply = "Mul"
    case divide = "Div"
    case maximum = "Max"
    case minimum = "Min"
    case power = "Pow"
  }
  package var kind: Kind
  package var activation: Activation
  package var name: String { kind.rawValue }

  package init(_ kind: Kind, activation: Activation = .identity) {
    self.kind = kind
    self.activation = activation
  }
}

/// The remainder of A / B with NumPy broadcasting. Inputs: A, B of one element type.
package struct Mod: Operator, Hashable {
  /// Whether the result has the sign of the dividend, as `fmod` in C; else that of the divisor, and
  /// elements are integers.
  package var followsDividend: Bool
  package var name: String { "Mod" }
  package init(followsDividend: Bool = false) { self.followsDividend = followsDividend }
}

/// The arithmetic mean of the inputs with NumPy broadcasting. Inputs: one or more of one element
/// type.
package struct Mean: Operator, Hashable {
  package var name: String { "Mean" }
  package init() {}
}

/// min(max(x, lower), upper). Inputs: X, lower (optional scalar), upper (optional scalar).
package struct Clip: Operator, Hashable {
  package var name: String { "Clip" }
  package init() {}
}

/// x where x ≥ 0, slope · x elsewhere. Inputs: X, slope, broadcast to X in one direction.
package struct PRelu: Operator, Hashable {
  package var name: String { "PRelu" }
  package init() {}
}

/// Converts elements to another type; floating to integer truncates toward zero. Inputs: X.
package struct Cast: Operator, Hashable {
  package var target: ElementType
  package var name: String { "Cast" }
  package init(to target: ElementType) { self.target = target }
}

/// Converts elements to the type of another tensor, as ``Cast``. Inputs: X, the other one.
package struct CastLike: Operator, Hashable {
  package var name: String { "CastLike" }
  package init() {}
}

/// Returns its input. Dropout at inference is this too.
package struct Identity: Operator, Hashable {
  package var name: String { "Identity" }
  package init() {}
}
