import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsElementwiseTests {
  /// Images, rows, vectors, matrices, scalars, and more elements than one part holds.
  private static let shapes: [Shape] = [
    [1, 1, 1, 2], [2, 3, 5, 7], [1, 2, 1, 33], [2, 2, 17], [1, 70, 8, 8], [1, 1, 200, 190],
    [3, 41], [40000], [], [2, 1, 2, 3, 2], [2, 0, 3, 3], [3, 4, 1, 1],
  ]

  private static let functions: [Unary.Function] =
    [
      .absolute, .ceil, .exp, .floor, .negate, .activation(.identity), .activation(.relu),
      .activation(.leakyRelu(slope: 0.1)), .activation(.clip(lower: 0.25, upper: 0.5)),
      .activation(.clip(lower: -0.5, upper: 0.5)), .activation(.sigmoid), .activation(.silu),
      .activation(.hardSigmoid(alpha: 0.2, beta: 0.5)), .activation(.hardSwish),
      .activation(.tanh), .activation(.swish(alpha: 1.7)), .activation(.elu(alpha: 0.5)),
      .activation(.selu(alpha: 1.7, gamma: 1.1)), .activation(.celu(alpha: 2)),
      .activation(.softplus), .activation(.softsign), .activation(.gelu(approximates: false)),
      .activation(.gelu(approximates: true)), .activation(.mish),
      .activation(.thresholdedRelu(alpha: 0.5)), .erf, .round, .sign,
      .shrink(lambda: 0.5, bias: 0.25), .trigonometric(.cos),
    ]

  @Test func unary() {
    var cases: [StepCase] = []
    for function in Self.functions {
      for (index, shape) in Self.shapes.enumerated() {
        let x = Tensor.random(shape, seed: UInt64(index)).scaled(by: 8)
        cases.append(StepCase("\(function) of \(shape)", Unary(function), [x]))
      }
    }
    for function in [Unary.Function.log, .reciprocal, .squareRoot] {
      let x = Tensor.random([2, 3, 5, 7], seed: 5).positive
      cases.append(StepCase("\(function)", Unary(function), [x]))
    }
    for function in Unary.Trigonometric.allCases {
      // The inverse hyperbolic cosine begins at 1; the other inverses end there.
      let x = Tensor.random([2, 3, 5, 7], seed: 6)
      let operand = function == .acosh ? Tensor(x.shape, x.floats().map { $0 + 2 }) : x
      cases.append(StepCase("\(function)", Unary(.trigonometric(function)), [operand]))
    }
    cases.append(
      StepCase(
        "constant input", Unary(.activation(.relu)), [.random([1, 2, 3, 4], seed: 1)],
        constants: [0]))
    StepHarness.expect(cases)
  }

  @Test func identityAndCast() {
    let x = Tensor.random([2, 3, 4, 5], seed: 1)
    StepHarness.expect([
      StepCase("identity", Identity(), [x], tolerance: .exact),
      StepCase("cast", Cast(to: .float32), [x], tolerance: .exact),
    ])
  }

  /// Shapes of two operands.
  private static let broadcasts: [(Shape, Shape)] = [
    ([2, 3, 5, 7], [2, 3, 5, 7]), ([2, 3, 5, 7], []), ([2, 3, 5, 7], [1]), ([], [2, 3, 5, 7]),
    ([2, 3, 5, 7], [3, 1, 1]), ([2, 3, 5, 7], [1, 3, 1, 1]), ([2, 3, 5, 7], [2, 3, 1, 1]),
    ([2, 3, 1, 1], [2, 3, 5, 7]), ([2, 3, 5, 7], [2, 1, 5, 7]), ([2, 3, 5, 7], [7]),
    ([2, 3, 5, 7], [5, 1]), ([2, 3, 5, 7], [5, 7]), ([2, 1, 5, 1], [1, 3, 1, 7]),
    ([2, 3, 5, 7], [1, 3, 5, 7]), ([2, 3, 9], [2, 3, 9]), ([2, 3, 9], [3, 1]), ([4, 9], [9]),
    ([4, 9], [4, 1]), ([4, 1], [1, 9]), ([2, 1, 3, 1, 2, 1], [1, 2, 1, 3, 1, 2]),
    ([3, 2, 3, 2, 3], [2, 1, 2, 1]), ([40000], [40000]), ([1, 1, 150, 140], [1, 1, 150, 140]),
    ([2, 0, 3], [2, 1, 3]), ([2, 3, 1, 1], [2, 3, 1, 1]), ([1, 6, 4, 1], [1, 6, 4, 1]),
  ]

  @Test func binary() {
    var cases: [StepCase] = []
    for kind in Binary.Kind.allCases {
      for (index, (a, b)) in Self.broadcasts.enumerated() {
        let inputs = [
          Tensor.random(a, seed: UInt64(index)).positive,
          Tensor.random(b, seed: UInt64(index) + 100).positive,
        ]
        cases.append(StepCase("\(kind) \(a) \(b)", Binary(kind), inputs))
        cases.append(
          StepCase("\(kind) \(a) constant \(b)", Binary(kind), inputs, constants: [1]))
        cases.append(
          StepCase("\(kind) constant \(a) \(b)", Binary(kind), inputs, constants: [0]))
      }
    }
    StepHarness.expect(cases, seeds: 0..<1)
  }

  @Test func binaryWithActivation() {
    let inputs: [Tensor?] = [.random([2, 3, 5, 7], seed: 1), .random([2, 3, 5, 7], seed: 2)]
    let activations: [Activation] = [
      .relu, .clip(lower: -0.2, upper: 0.3), .sigmoid, .silu, .leakyRelu(slope: 0.1),
    ]
    StepHarness.expect(
      activations.map { StepCase("\($0)", Binary(.add, activation: $0), inputs) })
  }

  @Test func powers() {
    let x = Tensor.random([2, 3, 5, 7], seed: 1)
    StepHarness.expect([
      StepCase("square", Binary(.power), [x, Tensor(scalar: Float(2))], constants: [1]),
      StepCase("cube", Binary(.power), [x, Tensor(scalar: Float(3))], constants: [1]),
      StepCase("base 2", Binary(.power), [Tensor(scalar: Float(2)), x], constants: [0]),
    ])
  }

  @Test func clip() {
    let x = Tensor.random([2, 3, 5, 7], seed: 1)
    let (low, high) = (Tensor(scalar: Float(0.1)), Tensor(scalar: Float(0.4)))
    StepHarness.expect([
      StepCase("both constant", Clip(), [x, low, high], constants: [1, 2]),
      StepCase("both at run time", Clip(), [x, low, high]),
      StepCase("upper", Clip(), [x, nil, high], constants: [2]),
      StepCase("none", Clip(), [x]),
      StepCase("lower above upper", Clip(), [x, high, low], constants: [1, 2]),
      StepCase("matrix", Clip(), [.random([3, 4], seed: 2), low], constants: [1]),
    ])
  }

  @Test func parametricRelu() {
    let x = Tensor.random([2, 3, 5, 7], seed: 1)
    let slopes: [Shape] = [[3, 1, 1], [1], [2, 3, 5, 7], [5, 7], [1, 3, 1, 1]]
    var cases = slopes.map { shape in
      StepCase("slope \(shape)", PRelu(), [x, .random(shape, seed: 2)], constants: [1])
    }
    cases.append(StepCase("slope at run time", PRelu(), [x, .random([3, 1, 1], seed: 2)]))
    cases.append(StepCase("matrix", PRelu(), [.random([4, 6], seed: 3), .random([6], seed: 4)]))
    StepHarness.expect(cases)
  }
}

extension Tensor {
  func scaled(by factor: Float) -> Tensor {
    Tensor(shape, elements(as: Float.self).map { $0 * factor })
  }

  /// The magnitudes, a little away from 0.
  var positive: Tensor { Tensor(shape, elements(as: Float.self).map { abs($0) + 0.1 }) }
}
