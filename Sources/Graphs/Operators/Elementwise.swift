package import Tensors

/// A function of one element. Inputs: X.
package struct Unary: Operator, Hashable {
  package enum Function: Hashable, Sendable, Codable {
    /// Relu, LeakyRelu, Sigmoid, HardSigmoid, HardSwish, Tanh, and, after fusion, Clip and SiLU.
    case activation(Activation)
    case absolute, ceil, exp, floor, log, negate, reciprocal, squareRoot
  }
  package var function: Function

  package init(_ function: Function) { self.function = function }

  package var name: String {
    switch function {
    case .activation(let activation):
      switch activation {
      case .identity: "Identity"
      case .relu: "Relu"
      case .leakyRelu: "LeakyRelu"
      case .clip: "Clip"
      case .sigmoid: "Sigmoid"
      case .hardSigmoid: "HardSigmoid"
      case .hardSwish: "HardSwish"
      case .silu: "Swish"
      case .tanh: "Tanh"
      }
    case .absolute: "Abs"
    case .ceil: "Ceil"
    case .exp: "Exp"
    case .floor: "Floor"
    case .log: "Log"
    case .negate: "Neg"
    case .reciprocal: "Reciprocal"
    case .squareRoot: "Sqrt"
    }
  }
}

/// Y = activation(A ∘ B) with NumPy broadcasting. Inputs: A, B of one element type.
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

/// Returns its input. Dropout at inference is this too.
package struct Identity: Operator, Hashable {
  package var name: String { "Identity" }
  package init() {}
}
