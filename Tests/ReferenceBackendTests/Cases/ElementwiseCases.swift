import Graphs
import Tensors

extension OperatorCase {
  /// Unary, Binary, Clip, PRelu and Cast.
  static let elementwise: [OperatorCase] = [
    OperatorCase(
      "identity", Unary(.activation(.identity)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "relu", Unary(.activation(.relu)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [0, 0, 0, 0, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "leaky relu", Unary(.activation(.leakyRelu(slope: 0.25))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-1, -0.75, -0.25, -0.125, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "fused clip", Unary(.activation(.clip(lower: -1, upper: 3))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-1, -1, -1, -0.5, 0, 0.5, 1, 3, 3])]),
    OperatorCase(
      "sigmoid", Unary(.activation(.sigmoid)),
      [.floats([11], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4, -1000, 1000])],
      [
        .floats(
          [11],
          [
            0.017986238, 0.047425866, 0.26894143, 0.3775407, 0.5, 0.6224593, 0.7310586,
            0.95257413, 0.98201376, 0, 1,
          ])
      ]),
    OperatorCase(
      "hard sigmoid", Unary(.activation(.hardSigmoid(alpha: 0.25, beta: 0.5))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [0, 0, 0.25, 0.375, 0.5, 0.625, 0.75, 1, 1])]),
    OperatorCase(
      "hard swish", Unary(.activation(.hardSwish)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-0.0, -0.0, -0.3333333, -0.20833333, 0, 0.29166666, 0.6666667, 3, 4])]),
    OperatorCase(
      "fused silu", Unary(.activation(.silu)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -0.07194495, -0.1422776, -0.26894143, -0.18877035, 0, 0.31122965, 0.7310586,
            2.8577223, 3.928055,
          ])
      ]),
    OperatorCase(
      "hyperbolic tangent", Unary(.activation(.tanh)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -0.9993292, -0.9950547, -0.7615942, -0.46211717, 0, 0.46211717, 0.7615942, 0.9950547,
            0.9993292,
          ])
      ]),
    OperatorCase(
      "absolute", Unary(.absolute),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [4, 3, 1, 0.5, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "absolute of integers", Unary(.absolute),
      [.int64s([3], [-3, 0, 3])],
      [.int64s([3], [3, 0, 3])]),
    OperatorCase(
      "ceil", Unary(.ceil),
      [.floats([5], [-1.5, -0.5, 0.5, 2, 2.25])],
      [.floats([5], [-1, -0.0, 1, 2, 3])]),
    OperatorCase(
      "floor", Unary(.floor),
      [.floats([5], [-1.5, -0.5, 0.5, 2, 2.75])],
      [.floats([5], [-2, -1, 0, 2, 2])]),
    OperatorCase(
      "exponential", Unary(.exp),
      [.floats([3], [-1, 0, 1])],
      [.floats([3], [0.36787945, 1, 2.7182817])]),
    OperatorCase(
      "logarithm", Unary(.log),
      [.floats([3], [1, 2.5, 2.7182817])],
      [.floats([3], [0, 0.91629076, 0.99999994])]),
    OperatorCase(
      "negation", Unary(.negate),
      [.floats([2], [-1, 2])],
      [.floats([2], [1, -2])]),
    OperatorCase(
      "negation of integers", Unary(.negate),
      [.int32s([3], [-3, 0, 3])],
      [.int32s([3], [3, 0, -3])]),
    OperatorCase(
      "reciprocal", Unary(.reciprocal),
      [.floats([2], [-2, 4])],
      [.floats([2], [-0.5, 0.25])]),
    OperatorCase(
      "square root", Unary(.squareRoot),
      [.floats([3], [0, 4, 2])],
      [.floats([3], [0, 2, 1.4142135])]),
    OperatorCase(
      "empty", Unary(.exp),
      [.floats([2, 0], [])],
      [.floats([2, 0], [])]),
    OperatorCase(
      "scalar", Unary(.activation(.relu)),
      [.floats([], [-2])],
      [.floats([], [0])]),
    OperatorCase(
      "add, equal shapes", Binary(.add),
      [.floats([2], [1, 2]), .floats([2], [10, 20])],
      [.floats([2], [11, 22])]),
    OperatorCase(
      "add, both sides broadcast", Binary(.add),
      [.floats([2, 1], [1, 2]), .floats([3], [10, 20, 30])],
      [.floats([2, 3], [11, 21, 31, 12, 22, 32])]),
    OperatorCase(
      "subtract, scalar on the left", Binary(.subtract),
      [.floats([], [1]), .floats([2], [10, 20])],
      [.floats([2], [-9, -19])]),
    OperatorCase(
      "multiply, channels", Binary(.multiply),
      [.floats([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), .floats([2, 1, 1], [1, 10])],
      [.floats([1, 2, 2, 2], [1, 2, 3, 4, 50, 60, 70, 80])]),
    OperatorCase(
      "multiply, empty", Binary(.multiply),
      [.floats([0, 2], []), .floats([2], [1, 2])],
      [.floats([0, 2], [])]),
    OperatorCase(
      "divide", Binary(.divide),
      [.floats([5], [1, -3, 0, 1, 0]), .floats([5], [4, 2, 5, 0, 0])],
      [.floats([5], [0.25, -1.5, 0, .infinity, .nan])]),
    OperatorCase(
      "divide integers toward zero", Binary(.divide),
      [.int64s([4], [7, -7, 7, -7]), .int64s([4], [2, 2, -2, -2])],
      [.int64s([4], [3, -3, -3, 3])]),
    OperatorCase(
      "maximum", Binary(.maximum),
      [.floats([3], [1, 5, -1]), .floats([3], [2, 4, -2])],
      [.floats([3], [2, 5, -1])]),
    OperatorCase(
      "minimum of integers", Binary(.minimum),
      [.int32s([2], [1, 5]), .int32s([1], [2])],
      [.int32s([2], [1, 2])]),
    OperatorCase(
      "power", Binary(.power),
      [.floats([4], [2, 9, -2, 0]), .floats([4], [3, 0.5, 3, 0])],
      [.floats([4], [8, 3, -8, 1])]),
    OperatorCase(
      "power of integers", Binary(.power),
      [.int64s([4], [2, -3, 10, 5]), .int64s([4], [10, 3, 0, 1])],
      [.int64s([4], [1024, -27, 1, 5])]),
    OperatorCase(
      "add integers", Binary(.add),
      [.int64s([2, 1], [1, 2]), .int64s([2], [10, 20])],
      [.int64s([2, 2], [11, 21, 12, 22])]),
    OperatorCase(
      "wrap around", Binary(.multiply),
      [.int64s([2], [4_611_686_018_427_387_904, 3]), .int64s([2], [4, -5])],
      [.int64s([2], [0, -15])]),
    OperatorCase(
      "fused relu", Binary(.add, activation: .relu),
      [.floats([2], [-3, 2]), .floats([2], [1, 1])],
      [.floats([2], [0, 3])]),
    OperatorCase(
      "clip, both bounds", Clip(),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4]), .floats([], [-1]), .floats([], [3])],
      [.floats([9], [-1, -1, -1, -0.5, 0, 0.5, 1, 3, 3])]),
    OperatorCase(
      "clip, lower bound only", Clip(),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4]), .floats([], [0])],
      [.floats([9], [0, 0, 0, 0, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "clip, upper bound only", Clip(),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4]), nil, .floats([], [2])],
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 2, 2])]),
    OperatorCase(
      "clip, no bounds", Clip(),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "clip, lower above upper", Clip(),
      [.floats([3], [1, 2, 3]), .floats([], [5]), .floats([], [0])],
      [.floats([3], [0, 0, 0])]),
    OperatorCase(
      "clip integers", Clip(),
      [.int64s([3], [-5, 0, 5]), .int64s([], [-1]), .int64s([], [2])],
      [.int64s([3], [-1, 0, 2])]),
    OperatorCase(
      "prelu, slope per channel", PRelu(),
      [.floats([1, 2, 3], [-1, 2, -3, 4, -5, -6]), .floats([2, 1], [0.5, 2])],
      [.floats([1, 2, 3], [-0.5, 2, -1.5, 4, -10, -12])]),
    OperatorCase(
      "prelu, one slope", PRelu(),
      [.floats([2], [-1, 2]), .floats([1], [0.25])],
      [.floats([2], [-0.25, 2])]),
    OperatorCase(
      "prelu, slope per element", PRelu(),
      [.floats([2], [-1, -2]), .floats([2], [1, 3])],
      [.floats([2], [-1, -6])]),
    OperatorCase(
      "cast truncates", Cast(to: .int64),
      [.floats([5], [-1.9, -0.5, 0.5, 1.9, 3])],
      [.int64s([5], [-1, 0, 0, 1, 3])]),
    OperatorCase(
      "cast to 32 bits", Cast(to: .int32),
      [.floats([2], [-2.5, 2.5])],
      [.int32s([2], [-2, 2])]),
    OperatorCase(
      "cast saturates, NaN becomes 0", Cast(to: .int32),
      [.floats([4], [3000000000.0, -3000000000.0, .infinity, .nan])],
      [.int32s([4], [2_147_483_647, -2_147_483_648, 2_147_483_647, 0])]),
    OperatorCase(
      "cast to bool", Cast(to: .bool),
      [.floats([4], [0, -0.0, 0.1, .nan])],
      [.bools([4], [false, false, true, true])]),
    OperatorCase(
      "cast from bool", Cast(to: .float32),
      [.bools([2], [true, false])],
      [.floats([2], [1, 0])]),
    OperatorCase(
      "cast integers to float", Cast(to: .float32),
      [.int64s([3], [-3, 16_777_217, 1_152_921_573_326_323_713])],
      [.floats([3], [-3, 16777216.0, 1.1529216420458004e+18])]),
    OperatorCase(
      "cast integers keeps the low bits", Cast(to: .uint8),
      [.int64s([3], [-1, 256, 300])],
      [.uint8s([3], [255, 0, 44])]),
    OperatorCase(
      "cast to double", Cast(to: .float64),
      [.floats([2], [1.5, 0.1])],
      [.doubles([2], [1.5, 0.10000000149011612])]),
    OperatorCase(
      "cast to the same type", Cast(to: .float32),
      [.floats([1], [1.5])],
      [.floats([1], [1.5])]),
    OperatorCase(
      "add in half precision rounds to even", Binary(.add),
      [.words(.float16, [2], [0x3c00, 0x3c01]), .words(.float16, [2], [0x1000, 0x1000])],
      [.words(.float16, [2], [0x3c00, 0x3c02])]),
    OperatorCase(
      "cast to float16", Cast(to: .float16),
      [.floats([3], [1, -2.5, 65536])],
      [.words(.float16, [3], [0x3c00, 0xc100, 0x7c00])]),
    OperatorCase(
      "cast from bfloat16", Cast(to: .float32),
      [.words(.bfloat16, [2], [0x3f80, 0xc020])],
      [.floats([2], [1, -2.5])]),
  ]
}
