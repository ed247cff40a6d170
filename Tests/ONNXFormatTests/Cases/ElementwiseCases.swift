import Graphs
import Tensors

extension ImportCase {
  static let elementwiseCases: [ImportCase] =
    [
      ImportCase("Relu", 7, becomes: Unary(.activation(.relu))),
      ImportCase("Sigmoid", 13, becomes: Unary(.activation(.sigmoid))),
      ImportCase("Tanh", 13, becomes: Unary(.activation(.tanh))),
      ImportCase("HardSwish", 14, becomes: Unary(.activation(.hardSwish))),
      ImportCase("LeakyRelu", 7, becomes: Unary(.activation(.leakyRelu(slope: 0.01)))),
      ImportCase(
        "LeakyRelu", 16, ["alpha": .float(0.2)], becomes: Unary(.activation(.leakyRelu(slope: 0.2)))
      ),
      ImportCase(
        "HardSigmoid", 7, becomes: Unary(.activation(.hardSigmoid(alpha: 0.2, beta: 0.5)))),
      ImportCase(
        "HardSigmoid", 22, ["alpha": .float(0.25), "beta": .float(0.75)],
        becomes: Unary(.activation(.hardSigmoid(alpha: 0.25, beta: 0.75)))),
      ImportCase("Swish", 24, becomes: Unary(.activation(.silu))),
      ImportCase("Swish", 24, ["alpha": .float(1)], becomes: Unary(.activation(.silu))),
      ImportCase("Swish", 27, ["alpha": .float(2)], becomes: Unary(.activation(.swish(alpha: 2)))),
      ImportCase("Elu", 7, becomes: Unary(.activation(.elu(alpha: 1)))),
      ImportCase("Elu", 22, ["alpha": .float(2)], becomes: Unary(.activation(.elu(alpha: 2)))),
      ImportCase(
        "Selu", 7, becomes: Unary(.activation(.selu(alpha: 1.673_263_2, gamma: 1.050_701)))),
      ImportCase(
        "Selu", 22, ["alpha": .float(2), "gamma": .float(3)],
        becomes: Unary(.activation(.selu(alpha: 2, gamma: 3)))),
      ImportCase("Celu", 12, becomes: Unary(.activation(.celu(alpha: 1)))),
      ImportCase("Celu", 12, ["alpha": .float(2)], becomes: Unary(.activation(.celu(alpha: 2)))),
      ImportCase("ThresholdedRelu", 10, becomes: Unary(.activation(.thresholdedRelu(alpha: 1)))),
      ImportCase(
        "ThresholdedRelu", 22, ["alpha": .float(2)],
        becomes: Unary(.activation(.thresholdedRelu(alpha: 2)))),
      ImportCase("Gelu", 20, becomes: Unary(.activation(.gelu(approximates: false)))),
      ImportCase(
        "Gelu", 20, ["approximate": .string("none")],
        becomes: Unary(.activation(.gelu(approximates: false)))),
      ImportCase(
        "Gelu", 20, ["approximate": .string("tanh")],
        becomes: Unary(.activation(.gelu(approximates: true)))),
      ImportCase("Shrink", 9, becomes: Unary(.shrink(lambda: 0.5, bias: 0))),
      ImportCase(
        "Shrink", 9, ["lambd": .float(1), "bias": .float(2)],
        becomes: Unary(.shrink(lambda: 1, bias: 2))),
      ImportCase("PRelu", 7, inputs: ["x", "s"], becomes: PRelu()),
      ImportCase(
        "PRelu", 6, inputs: ["x", "s"],
        all: aligning("s", axis: 1) + [
          (PRelu(), ["x", "n:operand"], ["y"])
        ]),
      ImportCase("Clip", 7, becomes: Clip()),
      ImportCase(
        "Clip", 10, ["min": .float(0), "max": .float(6)], becomes: Clip(),
        wants: ["x", "float32[] [0.0]", "float32[] [6.0]"]),
      ImportCase(
        "Clip", 7, ["max": .float(6)], becomes: Clip(), wants: ["x", "", "float32[] [6.0]"]),
      ImportCase("Clip", 11, inputs: ["x", "", "hi"], becomes: Clip()),
      ImportCase("Clip", 13, inputs: ["x", "lo"], becomes: Clip()),
      ImportCase("Identity", 7, becomes: Identity()),
      ImportCase("Cast", 9, ["to": .int(7)], becomes: Cast(to: .int64)),
      ImportCase(
        "Cast", 24, ["to": .int(1), "saturate": .int(1), "round_mode": .string("up")],
        becomes: Cast(to: .float32)),
      ImportCase("CastLike", 15, inputs: ["x", "z"], becomes: CastLike()),
      ImportCase(
        "CastLike", 24, ["saturate": .int(1), "round_mode": .string("up")], inputs: ["x", "z"],
        becomes: CastLike()),
      ImportCase("Mod", 10, inputs: ["x", "z"], becomes: Mod()),
      ImportCase(
        "Mod", 13, ["fmod": .int(1)], inputs: ["x", "z"], becomes: Mod(followsDividend: true)),
      ImportCase("Mean", 8, inputs: ["x", "z", "u"], becomes: Mean()),
      ImportCase("Max", 8, inputs: ["x"], becomes: Identity()),
      ImportCase("Min", 8, inputs: ["x", "z"], becomes: Binary(.minimum)),
      ImportCase(
        "Max", 13, inputs: ["x", "z", "u"],
        all: [
          (Binary(.maximum), ["x", "z"], ["n:partial"]),
          (Binary(.maximum), ["n:partial", "u"], ["y"]),
        ]),
      ImportCase(
        "Sum", 7, inputs: ["x", "z", "u", "v"],
        all: [
          (Binary(.add), ["x", "z"], ["n:partial"]),
          (Binary(.add), ["n:partial", "u"], ["n:partial_1"]),
          (Binary(.add), ["n:partial_1", "v"], ["y"]),
        ]),
    ]
    + [
      ("Abs", 7, Unary.Function.absolute), ("Ceil", 7, .ceil), ("Erf", 9, .erf), ("Exp", 7, .exp),
      ("Floor", 7, .floor), ("Log", 7, .log), ("Neg", 7, .negate), ("Reciprocal", 7, .reciprocal),
      ("Round", 11, .round), ("Sign", 9, .sign), ("Sqrt", 7, .squareRoot),
      ("Mish", 18, .activation(.mish)), ("Softplus", 7, .activation(.softplus)),
      ("Softsign", 7, .activation(.softsign)),
    ].map { ImportCase($0.0, $0.1, becomes: Unary($0.2)) }
    + Unary.Trigonometric.allCases.map {
      ImportCase($0.rawValue, 9, becomes: Unary(.trigonometric($0)))
    }
    + [
      ("Add", Binary.Kind.add), ("Sub", .subtract), ("Mul", .multiply), ("Div", .divide),
      ("Pow", .power),
    ].map { ImportCase($0.0, 14, inputs: ["x", "z"], becomes: Binary($0.1)) }
    + [
      ImportCase(
        "Add", 6, ["broadcast": .int(1)], inputs: ["x", "z"], becomes: Binary(.add)),
      ImportCase(
        "Mul", 6, ["broadcast": .int(1), "axis": .int(2)], inputs: ["x", "z"],
        all: aligning("z", axis: 2) + [(Binary(.multiply), ["x", "n:operand"], ["y"])]),
    ]

  /// The operators that place the axes of a value below those of `x`.
  private static func aligning(
    _ name: String, axis: Int
  ) -> [(any Operator, [String], [String])] {
    [
      (ShapeOf(), [name], ["n:shape"]),
      (ShapeOf(), ["n:shape"], ["n:rank"]),
      (ShapeOf(), ["x"], ["n:shape_1"]),
      (ShapeOf(), ["n:shape_1"], ["n:rank_1"]),
      (Binary(.subtract), ["n:rank_1", "int64[1] [\(Double(axis))]"], ["n:below"]),
      (Binary(.subtract), ["n:below", "n:rank"], ["n:missing"]),
      (Binary(.maximum), ["n:missing", "int64[1] [0.0]"], ["n:count"]),
      (ConstantOfShape(value: Tensor([1], [Int64(1)])), ["n:count"], ["n:ones"]),
      (Concat(axis: 0), ["n:shape", "n:ones"], ["n:aligned"]),
      (Reshape(), [name, "n:aligned"], ["n:operand"]),
    ]
  }

  static let logicCases: [ImportCase] =
    Comparison.Kind.allCases.map {
      ImportCase($0.rawValue, 12, inputs: ["x", "z"], becomes: Comparison($0))
    }
    + [Logic.Kind.and, .or, .xor].flatMap { kind in
      [
        ImportCase(kind.rawValue, 7, inputs: ["x", "z"], becomes: Logic(kind)),
        ImportCase(
          "Bitwise\(kind.rawValue)", 18, inputs: ["x", "z"], becomes: Logic(kind, isBitwise: true)),
      ]
    }
    + [
      ImportCase("Not", 7, becomes: Logic(.not)),
      ImportCase("BitwiseNot", 18, becomes: Logic(.not, isBitwise: true)),
      ImportCase(
        "BitShift", 11, ["direction": .string("LEFT")], inputs: ["x", "z"],
        becomes: BitShift(.left)),
      ImportCase(
        "BitShift", 11, ["direction": .string("RIGHT")], inputs: ["x", "z"],
        becomes: BitShift(.right)),
      ImportCase("IsNaN", 9, becomes: IsNaN()),
      ImportCase("IsInf", 10, becomes: IsInf()),
      ImportCase(
        "IsInf", 20, ["detect_negative": .int(0), "detect_positive": .int(1)],
        becomes: IsInf(detectsNegative: false)),
      ImportCase(
        "IsInf", 20, ["detect_positive": .int(0)], becomes: IsInf(detectsPositive: false)),
      ImportCase("Where", 9, inputs: ["c", "x", "z"], becomes: Where()),
    ]
}
