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
      "elu", Unary(.activation(.elu(alpha: 2))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-1.9633688, -1.9004259, -1.2642411, -0.78693867, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "selu", Unary(.activation(.selu(alpha: 2, gamma: 3))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-5.890106, -5.7012777, -3.7927234, -2.360816, 0, 1.5, 3, 9, 12])]),
    OperatorCase(
      "celu", Unary(.activation(.celu(alpha: 2))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-1.7293295, -1.5537397, -0.78693867, -0.44239843, 0, 0.5, 1, 3, 4])]),
    OperatorCase(
      "softplus", Unary(.activation(.softplus)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            0.018149927, 0.048587352, 0.3132617, 0.474077, 0.6931472, 0.974077, 1.3132616,
            3.0485873, 4.01815,
          ])
      ]),
    OperatorCase(
      "softsign", Unary(.activation(.softsign)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-0.8, -0.75, -0.5, -0.33333334, 0, 0.33333334, 0.5, 0.75, 0.8])]),
    OperatorCase(
      "gelu", Unary(.activation(.gelu(approximates: false))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -0.00012668497, -0.004049694, -0.15865526, -0.15426877, 0, 0.34573123, 0.8413448,
            2.9959502, 3.9998734,
          ])
      ]),
    OperatorCase(
      "gelu by tanh", Unary(.activation(.gelu(approximates: true))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -7.024595e-05, -0.003637392, -0.15880801, -0.154286, 0, 0.345714, 0.841192, 2.9963627,
            3.9999297,
          ])
      ]),
    OperatorCase(
      "mish", Unary(.activation(.mish)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -0.072591744, -0.14564747, -0.30340147, -0.22074378, 0, 0.3752452, 0.8650984, 2.986535,
            3.997413,
          ])
      ]),
    OperatorCase(
      "swish", Unary(.activation(.swish(alpha: 2))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -0.0013414006, -0.0074178693, -0.11920292, -0.13447072, 0, 0.3655293, 0.8807971,
            2.992582, 3.9986587,
          ])
      ]),
    OperatorCase(
      "thresholded relu", Unary(.activation(.thresholdedRelu(alpha: 1))),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [0, 0, 0, 0, 0, 0, 0, 3, 4])]),
    OperatorCase(
      "error function", Unary(.erf),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9], [-1, -0.9999779, -0.8427008, -0.5204999, 0, 0.5204999, 0.8427008, 0.9999779, 1])
      ]),
    OperatorCase(
      "sign", Unary(.sign),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-1, -1, -1, -1, 0, 1, 1, 1, 1])]),
    OperatorCase(
      "shrink", Unary(.shrink(lambda: 1, bias: 0.25)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [.floats([9], [-3.75, -2.75, 0, 0, 0, 0, 0, 2.75, 3.75])]),
    OperatorCase(
      "sine", Unary(.trigonometric(.sin)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            0.7568025, -0.14112, -0.84147096, -0.47942555, 0, 0.47942555, 0.84147096, 0.14112,
            -0.7568025,
          ])
      ]),
    OperatorCase(
      "cosine", Unary(.trigonometric(.cos)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -0.6536436, -0.9899925, 0.5403023, 0.87758255, 1, 0.87758255, 0.5403023, -0.9899925,
            -0.6536436,
          ])
      ]),
    OperatorCase(
      "tangent", Unary(.trigonometric(.tan)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -1.1578213, 0.14254655, -1.5574077, -0.5463025, 0, 0.5463025, 1.5574077, -0.14254655,
            1.1578213,
          ])
      ]),
    OperatorCase(
      "arctangent", Unary(.trigonometric(.atan)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -1.3258177, -1.2490457, -0.7853982, -0.4636476, 0, 0.4636476, 0.7853982, 1.2490457,
            1.3258177,
          ])
      ]),
    OperatorCase(
      "hyperbolic sine", Unary(.trigonometric(.sinh)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -27.289917, -10.017875, -1.1752012, -0.5210953, 0, 0.5210953, 1.1752012, 10.017875,
            27.289917,
          ])
      ]),
    OperatorCase(
      "hyperbolic cosine", Unary(.trigonometric(.cosh)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [27.308233, 10.067662, 1.5430807, 1.127626, 1, 1.127626, 1.5430807, 10.067662, 27.308233])
      ]),
    OperatorCase(
      "inverse hyperbolic sine", Unary(.trigonometric(.asinh)),
      [.floats([9], [-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4])],
      [
        .floats(
          [9],
          [
            -2.0947125, -1.8184465, -0.8813736, -0.4812118, 0, 0.4812118, 0.8813736, 1.8184465,
            2.0947125,
          ])
      ]),
    OperatorCase(
      "arcsine", Unary(.trigonometric(.asin)),
      [.floats([5], [-1, -0.5, 0, 0.5, 1])],
      [.floats([5], [-1.5707964, -0.5235988, 0, 0.5235988, 1.5707964])]),
    OperatorCase(
      "arccosine", Unary(.trigonometric(.acos)),
      [.floats([5], [-1, -0.5, 0, 0.5, 1])],
      [.floats([5], [3.1415927, 2.0943952, 1.5707964, 1.0471976, 0])]),
    OperatorCase(
      "inverse hyperbolic cosine", Unary(.trigonometric(.acosh)),
      [.floats([4], [1, 1.5, 2, 4])],
      [.floats([4], [0, 0.9624236, 1.316958, 2.063437])]),
    OperatorCase(
      "inverse hyperbolic tangent", Unary(.trigonometric(.atanh)),
      [.floats([4], [-0.5, 0, 0.5, 0.75])],
      [.floats([4], [-0.54930615, 0, 0.54930615, 0.97295505])]),
    OperatorCase(
      "round, halves to even", Unary(.round),
      [.floats([8], [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.625, 16_777_215])],
      [.floats([8], [-2, -2, -0.0, 0, 2, 2, 3, 16_777_215])]),
    OperatorCase(
      "relu of integers", Unary(.activation(.relu)),
      [.int32s([3], [-3, 0, 3])],
      [.int32s([3], [0, 0, 3])]),
    OperatorCase(
      "sign of integers", Unary(.sign),
      [.int64s([3], [-3, 0, 3])],
      [.int64s([3], [-1, 0, 1])]),
    OperatorCase(
      "shrink integers", Unary(.shrink(lambda: 1.5, bias: 1)),
      [.int32s([5], [-3, -1, 0, 1, 3])],
      [.int32s([5], [-2, 0, 0, 0, 2])]),
    OperatorCase(
      "thresholded relu of NaN",
      Unary(.activation(.thresholdedRelu(alpha: 1))),
      [.floats([1], [.nan])],
      [.floats([1], [0])]),
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
      "power, whole exponents of a number", Binary(.power),
      [.floats([3], [1, 2, 3]), .int64s([3], [4, 5, -1])],
      [.floats([3], [1, 32, 0.33333334])]),
    OperatorCase(
      "power, fractional exponents of an integer", Binary(.power),
      [.int32s([3], [4, 5, 2]), .floats([3], [0.5, 1.5, -1])],
      [.int32s([3], [2, 11, 0])]),
    OperatorCase(
      "power, exponents of another integer type", Binary(.power),
      [.int32s([2], [2, -3]), .int64s([2], [10, 3])],
      [.int32s([2], [1024, -27])]),
    OperatorCase(
      "remainder of integers, sign of the divisor", Mod(),
      [.int64s([6], [-4, 7, 5, 4, -7, 8]), .int64s([6], [2, -3, 8, -2, 3, 5])],
      [.int64s([6], [0, -2, 5, 0, 2, 3])]),
    OperatorCase(
      "remainder of integers, sign of the dividend", Mod(followsDividend: true),
      [.int32s([4], [7, -7, 8, .min]), .int32s([4], [-3, 3, 5, -1])],
      [.int32s([4], [1, -1, 3, 0])]),
    OperatorCase(
      "remainder of numbers", Mod(followsDividend: true),
      [.floats([3], [-4.25, 7.5, 5]), .floats([3], [2, -3, 0])],
      [.floats([3], [-0.25, 1.5, .nan])]),
    OperatorCase(
      "mean", Mean(),
      [.floats([2, 1], [3, 0]), .floats([2], [1, 2]), .floats([], [2])],
      [.floats([2, 2], [2, 2.3333333, 1, 1.3333334])]),
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
      "prelu of integers", PRelu(),
      [.int32s([2], [-2, 2]), .int32s([1], [3])],
      [.int32s([2], [-6, 2])]),
    OperatorCase(
      "cast as another tensor", CastLike(),
      [.floats([3], [-1.5, 0, 2]), .bools([1], [true])],
      [.bools([3], [true, false, true])]),
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
