import Graphs
import Tensors

extension ImportCase {
  static let all =
    windowCases + matrixCases + elementwiseCases + reduceCases + searchCases + movementCases
    + resizeCases + logicCases + indexingCases + shapeCases

  static let windowCases: [ImportCase] = [
    ImportCase("Conv", 7, inputs: ["x", "w"], becomes: Conv()),
    ImportCase(
      "Conv", 22,
      [
        "kernel_shape": .ints([3, 5]), "strides": .ints([2, 1]), "dilations": .ints([1, 2]),
        "pads": .ints([0, 1, 2, 3]), "group": .int(4), "auto_pad": .string("NOTSET"),
      ],
      inputs: ["x", "w", "b"],
      becomes: Conv(
        kernel: [3, 5], strides: [2, 1], dilations: [1, 2],
        padding: .explicit(begin: [0, 1], end: [2, 3]), groups: 4)),
    ImportCase(
      "Conv", 11, ["kernel_shape": .ints([3]), "auto_pad": .string("SAME_UPPER")],
      inputs: ["x", "w"], becomes: Conv(kernel: [3], padding: .sameUpper)),
    ImportCase(
      "Conv", 11, ["auto_pad": .string("SAME_LOWER"), "pads": .ints([0, 0, 0, 0])],
      inputs: ["x", "w"], becomes: Conv(padding: .sameLower)),
    ImportCase(
      "Conv", 11, ["auto_pad": .string("VALID"), "pads": .ints([0, 0])],
      inputs: ["x", "w"], becomes: Conv()),
    ImportCase(
      "Conv", 13, ["pads": .ints([0, 0, 0, 0])], inputs: ["x", "kWeights"], becomes: Conv()),
    ImportCase("ConvTranspose", 7, inputs: ["x", "w"], becomes: ConvTranspose()),
    ImportCase(
      "ConvTranspose", 11,
      [
        "kernel_shape": .ints([2, 3]), "strides": .ints([2, 2]), "dilations": .ints([1, 1]),
        "pads": .ints([0, 1, 0, 1]), "output_padding": .ints([1, 0]), "group": .int(2),
      ],
      inputs: ["x", "w", "b"],
      becomes: ConvTranspose(
        kernel: [2, 3], strides: [2, 2], dilations: [1, 1],
        padding: .explicit(begin: [0, 1], end: [0, 1]), outputPadding: [1, 0], groups: 2)),
    ImportCase(
      "ConvTranspose", 13, ["output_shape": .ints([8, 9]), "auto_pad": .string("SAME_UPPER")],
      inputs: ["x", "w"], becomes: ConvTranspose(padding: .sameUpper, outputShape: [8, 9])),
    ImportCase(
      "MaxPool", 7, ["kernel_shape": .ints([2])], becomes: MaxPool(PoolingWindow(kernel: [2]))),
    ImportCase(
      "MaxPool", 8, ["kernel_shape": .ints([2, 2]), "storage_order": .int(0)],
      becomes: MaxPool(PoolingWindow(kernel: [2, 2]))),
    ImportCase(
      "MaxPool", 12,
      [
        "kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "dilations": .ints([1, 1]),
        "pads": .ints([1, 1, 1, 1]), "ceil_mode": .int(1),
      ],
      becomes: MaxPool(
        PoolingWindow(
          kernel: [3, 3], strides: [2, 2], dilations: [1, 1],
          padding: .explicit(begin: [1, 1], end: [1, 1]), roundsUp: true))),
    ImportCase("Conv", 13, inputs: ["x", "kWeights3D"], becomes: Conv()),
    ImportCase(
      "Conv", 24, ["kernel_shape": .ints([3, 2, 1]), "pads": .ints([1, 1, 0, 0, 0, 0])],
      inputs: ["x", "w"],
      becomes: Conv(
        kernel: [3, 2, 1], padding: .explicit(begin: [1, 1, 0], end: [0, 0, 0]))),
    ImportCase(
      "MaxPool", 22, ["kernel_shape": .ints([2, 2]), "storage_order": .int(1)],
      outputs: ["y", "z"],
      becomes: MaxPool(PoolingWindow(kernel: [2, 2]), indices: .columnMajor)),
    ImportCase(
      "MaxPool", 8, ["kernel_shape": .ints([2, 2])], outputs: ["y", "z"],
      becomes: MaxPool(PoolingWindow(kernel: [2, 2]), indices: .rowMajor)),
    ImportCase(
      "MaxUnpool", 9, ["kernel_shape": .ints([2]), "strides": .ints([3]), "pads": .ints([1, 0])],
      inputs: ["x", "i", "s"],
      becomes: MaxUnpool(kernel: [2], strides: [3], padding: .explicit(begin: [1], end: [0]))),
    ImportCase(
      "LpPool", 11, ["kernel_shape": .ints([2]), "p": .int(3)],
      becomes: LpPool(PoolingWindow(kernel: [2]), exponent: 3)),
    ImportCase(
      "LpPool", 18, ["kernel_shape": .ints([2]), "dilations": .ints([2]), "ceil_mode": .int(1)],
      becomes: LpPool(PoolingWindow(kernel: [2], dilations: [2], roundsUp: true))),
    ImportCase("GlobalLpPool", 7, becomes: GlobalLpPool()),
    ImportCase("GlobalLpPool", 22, ["p": .int(1)], becomes: GlobalLpPool(exponent: 1)),
    ImportCase(
      "AveragePool", 7, ["kernel_shape": .ints([2, 2]), "count_include_pad": .int(1)],
      becomes: AveragePool(PoolingWindow(kernel: [2, 2]), countsPadding: true)),
    ImportCase(
      "AveragePool", 19,
      ["kernel_shape": .ints([2, 2]), "dilations": .ints([2, 2]), "ceil_mode": .int(1)],
      becomes: AveragePool(PoolingWindow(kernel: [2, 2], dilations: [2, 2], roundsUp: true))),
    ImportCase("GlobalAveragePool", 7, becomes: GlobalAveragePool()),
    ImportCase("GlobalMaxPool", 22, becomes: GlobalMaxPool()),
  ]

  static let matrixCases: [ImportCase] = [
    ImportCase("Gemm", 7, inputs: ["x", "w", "b"], becomes: Gemm()),
    ImportCase(
      "Gemm", 13,
      ["alpha": .float(0.5), "beta": .float(2), "transA": .int(1), "transB": .int(1)],
      inputs: ["x", "w"], becomes: Gemm(alpha: 0.5, beta: 2, transposesA: true, transposesB: true)),
    ImportCase(
      "Gemm", 6, ["broadcast": .int(1)], inputs: ["x", "w", "b"], becomes: Gemm()),
    ImportCase("MatMul", 9, inputs: ["x", "w"], becomes: MatMul()),
    ImportCase("Det", 11, becomes: Det()),
    ImportCase(
      "Einsum", 12, ["equation": .string("ij,jk")], inputs: ["x", "w"], becomes: Einsum("ij,jk")),
    ImportCase(
      "DeformConv", 19,
      [
        "strides": .ints([2, 1]), "pads": .ints([0, 1, 2, 3]), "group": .int(2),
        "offset_group": .int(4),
      ], inputs: ["x", "w", "o", "", "m"],
      becomes: DeformConv(
        Conv(
          strides: [2, 1], padding: .explicit(begin: [0, 1], end: [2, 3]), groups: 2),
        offsetGroups: 4)),
    ImportCase(
      "RoiAlign", 10, inputs: ["x", "r", "i"], becomes: RoiAlign(usesHalfPixel: false)),
    ImportCase(
      "RoiAlign", 16,
      [
        "mode": .string("max"), "output_height": .int(2), "output_width": .int(3),
        "sampling_ratio": .int(4), "spatial_scale": .float(0.25),
      ], inputs: ["x", "r", "i"],
      becomes: RoiAlign(
        mode: .maximum, outputHeight: 2, outputWidth: 3, samplingRatio: 4, spatialScale: 0.25)),
    ImportCase(
      "RoiAlign", 16, ["coordinate_transformation_mode": .string("output_half_pixel")],
      inputs: ["x", "r", "i"], becomes: RoiAlign(usesHalfPixel: false)),
    ImportCase(
      "BatchNormalization", 6, ["is_test": .int(1)], inputs: ImporterTests.statistics,
      becomes: BatchNormalization(epsilon: 1e-5)),
    ImportCase(
      "BatchNormalization", 7, ["spatial": .int(1), "momentum": .float(0.9)],
      inputs: ["x", "s", "b", "m", "v"], becomes: BatchNormalization()),
    ImportCase(
      "BatchNormalization", 15, ["epsilon": .float(0.001), "training_mode": .int(0)],
      inputs: ["x", "s", "b", "m", "v"], becomes: BatchNormalization(epsilon: 0.001)),
    ImportCase("LRN", 13, ["size": .int(5)], becomes: LRN(size: 5)),
    ImportCase(
      "LRN", 7,
      ["size": .int(3), "alpha": .float(0.1), "beta": .float(0.5), "bias": .float(2)],
      becomes: LRN(size: 3, alpha: 0.1, beta: 0.5, bias: 2)),
    ImportCase("Softmax", 12, becomes: Softmax(axis: 1, flattens: true)),
    ImportCase("Softmax", 11, ["axis": .int(2)], becomes: Softmax(axis: 2, flattens: true)),
    ImportCase("Softmax", 13, becomes: Softmax(axis: -1)),
    ImportCase("Softmax", 13, ["axis": .int(1)], becomes: Softmax(axis: 1)),
    ImportCase(
      "InstanceNormalization", 6, ["epsilon": .float(0.5)], inputs: ["x", "s", "b"],
      becomes: InstanceNormalization(epsilon: 0.5)),
    ImportCase(
      "GroupNormalization", 18, ["num_groups": .int(4)], inputs: ["x", "s", "b"],
      becomes: GroupNormalization(groups: 4, scalesGroups: true)),
    ImportCase(
      "GroupNormalization", 21, ["num_groups": .int(4), "stash_type": .int(1)],
      inputs: ["x", "s", "b"], becomes: GroupNormalization(groups: 4)),
    ImportCase("LayerNormalization", 17, inputs: ["x", "s"], becomes: LayerNormalization()),
    ImportCase(
      "LayerNormalization", 17, ["axis": .int(1), "stash_type": .int(16)],
      inputs: ["x", "s", "b"], outputs: ["y", "", "z"],
      becomes: LayerNormalization(axis: 1, statistics: .bfloat16)),
    ImportCase(
      "RMSNormalization", 23, ["epsilon": .float(0.5)], inputs: ["x", "s"],
      becomes: RMSNormalization(epsilon: 0.5)),
    ImportCase("MeanVarianceNormalization", 9, becomes: MeanVarianceNormalization()),
    ImportCase(
      "MeanVarianceNormalization", 13, ["axes": .ints([1])],
      becomes: MeanVarianceNormalization(axes: [1])),
    ImportCase(
      "LpNormalization", 7, ["axis": .int(1), "p": .int(1)],
      becomes: LpNormalization(axis: 1, exponent: 1)),
    ImportCase("LogSoftmax", 12, becomes: Softmax(.logarithm, axis: 1, flattens: true)),
    ImportCase("LogSoftmax", 13, ["axis": .int(0)], becomes: Softmax(.logarithm, axis: 0)),
    ImportCase("Hardmax", 11, becomes: Softmax(.hard, axis: 1, flattens: true)),
    ImportCase("Hardmax", 13, becomes: Softmax(.hard)),
    ImportCase("Dropout", 7, ["ratio": .float(0.3)], becomes: Identity()),
    ImportCase("Dropout", 6, ["is_test": .int(0)], becomes: Identity()),
    ImportCase(
      "Dropout", 12, inputs: ["x"], outputs: ["y", "mask"],
      all: [
        (Identity(), ["x"], ["y"]), (ShapeOf(), ["x"], ["n:shape"]),
        (ConstantOfShape(value: Tensor([1], [true])), ["n:shape"], ["mask"]),
      ]),
    ImportCase("Dropout", 12, inputs: ["x", "ratio"], becomes: Identity(), wants: ["x"]),
    ImportCase(
      "Dropout", 13, ["seed": .int(4)], inputs: ["x", "", "kFalse"], becomes: Identity(),
      wants: ["x"]),
    ImportCase(
      "Dropout", 22, inputs: ["x", "kZero", "kTrue"], becomes: Identity(), wants: ["x"]),
    ImportCase(
      "Dropout", 7, inputs: ["x"], outputs: ["", "mask"],
      all: [
        (ShapeOf(), ["x"], ["n:shape"]), (ConstantOfShape(), ["n:shape"], ["n:mask"]),
        (CastLike(), ["n:mask", "x"], ["mask"]),
      ]),
  ]

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

  static let reduceCases: [ImportCase] = Reduce.Kind.allCases.flatMap { kind in
    let last = kind == .sum ? 12 : 17
    return [
      ImportCase(kind.rawValue, 7, becomes: Reduce(kind)),
      ImportCase(kind.rawValue, 11, ["axes": .ints([])], becomes: Reduce(kind)),
      ImportCase(
        kind.rawValue, last, ["axes": .ints([2, -1]), "keepdims": .int(0)],
        becomes: Reduce(kind, keepsDimensions: false), wants: ["x", "int64[2] [2.0, -1.0]"]),
      ImportCase(
        kind.rawValue, last + 1, ["noop_with_empty_axes": .int(1), "keepdims": .int(1)],
        inputs: ["x", "k12"], becomes: Reduce(kind, ignoresEmptyAxes: true)),
    ]
  }

  static let searchCases: [ImportCase] = [
    ImportCase(
      "ReduceL1", 17, ["axes": .ints([1])], becomes: Reduce(.l1), wants: ["x", "int64[1] [1.0]"]),
    ImportCase("ReduceLogSumExp", 18, inputs: ["x", "a"], becomes: Reduce(.logSumExp)),
    ImportCase("ArgMax", 7, ["axis": .int(1)], becomes: ArgReduce(.max, axis: 1)),
    ImportCase(
      "ArgMin", 12, ["keepdims": .int(0), "select_last_index": .int(1)],
      becomes: ArgReduce(.min, keepsDimensions: false, selectsLast: true)),
    ImportCase(
      "TopK", 7, ["k": .int(3), "axis": .int(0)], outputs: ["y", "z"], becomes: TopK(axis: 0),
      wants: ["x", "int64[1] [3.0]"]),
    ImportCase("TopK", 10, inputs: ["x", "k12"], outputs: ["y", "z"], becomes: TopK()),
    ImportCase(
      "TopK", 24, ["largest": .int(0), "sorted": .int(0)], inputs: ["x", "count"],
      becomes: TopK(takesLargest: false)),
    ImportCase("CumSum", 11, inputs: ["x", "a"], becomes: Cumulate(.sum)),
    ImportCase(
      "CumProd", 26, ["exclusive": .int(1), "reverse": .int(1)], inputs: ["x", "a"],
      becomes: Cumulate(.product, isExclusive: true, isReversed: true)),
  ]

  static let movementCases: [ImportCase] = [
    ImportCase("Concat", 13, ["axis": .int(-1)], inputs: ["x", "z"], becomes: Concat(axis: -1)),
    ImportCase("Split", 7, outputs: ["y", "z"], becomes: Split(axis: 0, outputCount: 2)),
    ImportCase(
      "Split", 12, ["axis": .int(1), "split": .ints([3, 1])], outputs: ["y", "z"],
      becomes: Split(axis: 1, outputCount: 2), wants: ["x", "int64[2] [3.0, 1.0]"]),
    ImportCase(
      "Split", 13, ["axis": .int(1)], inputs: ["x", "k12"], outputs: ["", "z"],
      becomes: Split(axis: 1, outputCount: 2)),
    ImportCase(
      "Split", 18, ["num_outputs": .int(3)], outputs: ["y", "z", "u"],
      becomes: Split(axis: 0, outputCount: 3)),
    ImportCase(
      "Split", 18, ["num_outputs": .int(3)], outputs: ["y", "z"],
      becomes: Split(axis: 0, outputCount: 3)),
    ImportCase(
      "Slice", 9, ["starts": .ints([1]), "ends": .ints([.max])], becomes: Slice(),
      wants: ["x", "int64[1] [1.0]", "int64[1] [9.223372036854776e+18]"]),
    ImportCase(
      "Slice", 7, ["starts": .ints([1]), "ends": .ints([-1]), "axes": .ints([2])], becomes: Slice(),
      wants: ["x", "int64[1] [1.0]", "int64[1] [-1.0]", "int64[1] [2.0]"]),
    ImportCase("Slice", 10, inputs: ["x", "a", "b", "", "d"], becomes: Slice()),
    ImportCase(
      "Pad", 7, ["pads": .ints([0, 1, 0, 1])], becomes: Pad(),
      wants: ["x", "int64[4] [0.0, 1.0, 0.0, 1.0]"]
    ),
    ImportCase(
      "Pad", 10,
      ["pads": .ints([1, 0]), "value": .float(2), "mode": .string("constant")], becomes: Pad(),
      wants: ["x", "int64[2] [1.0, 0.0]", "float32[] [2.0]"]),
    ImportCase(
      "Pad", 11, ["mode": .string("reflect")], inputs: ["x", "p"], becomes: Pad(mode: .reflect)),
    ImportCase(
      "Pad", 18, ["mode": .string("edge")], inputs: ["x", "p", "", "a"], becomes: Pad(mode: .edge)),
    ImportCase(
      "Pad", 19, ["mode": .string("wrap")], inputs: ["x", "p"], becomes: Pad(mode: .wrap)),
    ImportCase("Transpose", 13, ["perm": .ints([1, 0])], becomes: Transpose(permutation: [1, 0])),
    ImportCase("Transpose", 7, becomes: Transpose()),
    ImportCase("Gather", 7, inputs: ["x", "i"], becomes: Gather()),
    ImportCase("Gather", 13, ["axis": .int(-2)], inputs: ["x", "i"], becomes: Gather(axis: -2)),
    ImportCase("DepthToSpace", 7, ["blocksize": .int(2)], becomes: DepthToSpace(blockSize: 2)),
    ImportCase(
      "DepthToSpace", 11, ["blocksize": .int(3), "mode": .string("CRD")],
      becomes: DepthToSpace(blockSize: 3, mode: .columnRowDepth)),
  ]

  static let indexingCases: [ImportCase] = [
    ImportCase(
      "GatherElements", 11, ["axis": .int(1)], inputs: ["x", "i"], becomes: GatherElements(axis: 1)),
    ImportCase("GatherND", 11, inputs: ["x", "i"], becomes: GatherND()),
    ImportCase(
      "GatherND", 12, ["batch_dims": .int(1)], inputs: ["x", "i"], becomes: GatherND(batchAxes: 1)),
    ImportCase(
      "Scatter", 9, ["axis": .int(1)], inputs: ["x", "i", "u"], becomes: ScatterElements(axis: 1)),
    ImportCase("ScatterElements", 11, inputs: ["x", "i", "u"], becomes: ScatterElements()),
    ImportCase(
      "ScatterElements", 18, ["reduction": .string("max")], inputs: ["x", "i", "u"],
      becomes: ScatterElements(reduction: .maximum)),
    ImportCase(
      "ScatterND", 16, ["reduction": .string("mul")], inputs: ["x", "i", "u"],
      becomes: ScatterND(reduction: .multiply)),
    ImportCase(
      "TensorScatter", 24, ["mode": .string("circular"), "axis": .int(1)], inputs: ["x", "u"],
      becomes: TensorScatter(axis: 1, mode: .circular)),
    ImportCase("GridSample", 16, inputs: ["x", "g"], becomes: GridSample()),
    ImportCase(
      "GridSample", 16,
      [
        "mode": .string("bicubic"), "padding_mode": .string("border"), "align_corners": .int(1),
      ], inputs: ["x", "g"],
      becomes: GridSample(mode: .cubic, padding: .border, alignsCorners: true)),
    ImportCase(
      "GridSample", 20, ["mode": .string("linear"), "padding_mode": .string("reflection")],
      inputs: ["x", "g"], becomes: GridSample(padding: .reflection)),
    ImportCase(
      "AffineGrid", 20, ["align_corners": .int(1)], inputs: ["x", "s"],
      becomes: AffineGrid(alignsCorners: true)),
    ImportCase("NonMaxSuppression", 10, inputs: ["x", "s"], becomes: NonMaxSuppression()),
    ImportCase(
      "NonMaxSuppression", 11, ["center_point_box": .int(1)], inputs: ["x", "s", "m", "", "t"],
      becomes: NonMaxSuppression(usesCenters: true)),
    ImportCase("SpaceToDepth", 7, ["blocksize": .int(2)], becomes: SpaceToDepth(blockSize: 2)),
    ImportCase("Tile", 7, inputs: ["x", "k12"], becomes: Tile()),
    ImportCase(
      "CenterCropPad", 18, ["axes": .ints([-1])], inputs: ["x", "s"],
      becomes: CenterCropPad(axes: [-1])),
    ImportCase("Compress", 9, inputs: ["x", "c"], becomes: Compress()),
    ImportCase("Compress", 11, ["axis": .int(0)], inputs: ["x", "c"], becomes: Compress(axis: 0)),
    ImportCase(
      "Trilu", 14, ["upper": .int(0)], inputs: ["x", "d"], becomes: Trilu(keepsUpper: false)),
    ImportCase("Trilu", 14, becomes: Trilu()),
    ImportCase(
      "ReverseSequence", 10, ["batch_axis": .int(0), "time_axis": .int(1)], inputs: ["x", "l"],
      becomes: ReverseSequence(batchAxis: 0, timeAxis: 1)),
    ImportCase("BitCast", 26, ["to": .int(6)], becomes: BitCast(to: .int32)),
    ImportCase(
      "Col2Im", 18,
      ["strides": .ints([2, 2]), "dilations": .ints([1, 1]), "pads": .ints([0, 0, 1, 1])],
      inputs: ["x", "s", "b"],
      becomes: Col2Im(strides: [2, 2], dilations: [1, 1], pads: [0, 0, 1, 1])),
    ImportCase("Size", 7, becomes: SizeOf()),
    ImportCase("Range", 11, inputs: ["a", "b", "c"], becomes: RangeOf()),
    ImportCase(
      "Range", 27, ["stash_type": .int(1)], inputs: ["a", "b", "c"], becomes: RangeOf()),
    ImportCase("EyeLike", 9, becomes: EyeLike()),
    ImportCase(
      "EyeLike", 22, ["dtype": .int(11), "k": .int(-1)],
      becomes: EyeLike(element: .float64, diagonal: -1)),
    ImportCase("OneHot", 9, ["axis": .int(0)], inputs: ["x", "d", "v"], becomes: OneHot(axis: 0)),
    ImportCase("NonZero", 9, becomes: NonZero()),
    ImportCase(
      "Unique", 11, ["axis": .int(1), "sorted": .int(0)], outputs: ["y", "", "z"],
      becomes: Unique(axis: 1, isSorted: false)),
  ]

  static let resizeCases: [ImportCase] = [
    ImportCase(
      "Upsample", 7, ["scales": .floats([1, 1, 2, 2])],
      becomes: Resize(coordinates: .asymmetric, rounding: .floor),
      wants: ["x", "", "float32[4] [1.0, 1.0, 2.0, 2.0]"]),
    ImportCase(
      "Upsample", 9, ["mode": .string("linear")], inputs: ["x", "s"],
      becomes: Resize(mode: .linear, coordinates: .asymmetric, rounding: .floor),
      wants: ["x", "", "s"]),
    ImportCase(
      "Upsample", 10, inputs: ["x", "s"],
      becomes: Resize(coordinates: .asymmetric, rounding: .floor), wants: ["x", "", "s"]),
    ImportCase(
      "Resize", 10, inputs: ["x", "kMixed"],
      becomes: Resize(coordinates: .asymmetric, rounding: .byDirection),
      wants: ["x", "", "kMixed"]),
    ImportCase(
      "Resize", 10, ["mode": .string("linear")], inputs: ["x", "kMixed"],
      becomes: Resize(mode: .linear, coordinates: .asymmetric, rounding: .byDirection),
      wants: ["x", "", "kMixed"]),
    ImportCase(
      "Resize", 11, inputs: ["x", "kNone", "kDouble"], becomes: Resize(),
      wants: ["x", "", "kDouble"]),
    ImportCase(
      "Resize", 11,
      [
        "mode": .string("cubic"), "coordinate_transformation_mode": .string("align_corners"),
        "cubic_coeff_a": .float(-0.5), "exclude_outside": .int(1),
        "nearest_mode": .string("floor"),
      ],
      inputs: ["x", "kNone", "kNone", "sizes"],
      becomes: Resize(
        mode: .cubic, coordinates: .alignCorners, rounding: .floor, cubicCoefficient: -0.5,
        excludesOutside: true), wants: ["x", "", "", "sizes"]),
    ImportCase(
      "Resize", 19,
      [
        "coordinate_transformation_mode": .string("half_pixel_symmetric"), "axes": .ints([2, 3]),
        "antialias": .int(1), "keep_aspect_ratio_policy": .string("not_larger"),
        "nearest_mode": .string("round_prefer_ceil"),
      ],
      inputs: ["x", "roi", "s"],
      becomes: Resize(
        coordinates: .halfPixelSymmetric, rounding: .roundPreferCeil,
        aspectRatioPolicy: .notLarger, axes: [2, 3]), wants: ["x", "", "s"]),
    ImportCase(
      "Resize", 18, ["mode": .string("linear"), "antialias": .int(1)], inputs: ["x", "", "s"],
      becomes: Resize(mode: .linear, antialiases: true)),
    ImportCase(
      "Resize", 11, ["coordinate_transformation_mode": .string("tf_half_pixel_for_nn")],
      inputs: ["x", "", "s"], becomes: Resize(coordinates: .tfHalfPixelForNearest)),
    ImportCase(
      "Resize", 13,
      [
        "coordinate_transformation_mode": .string("tf_crop_and_resize"),
        "extrapolation_value": .float(3),
      ],
      inputs: ["x", "roi", "s"],
      becomes: Resize(coordinates: .tfCropAndResize, extrapolationValue: 3)),
    ImportCase(
      "Resize", 13,
      [
        "coordinate_transformation_mode": .string("pytorch_half_pixel"),
        "nearest_mode": .string("ceil"), "mode": .string("linear"),
      ],
      inputs: ["x", "", "s"],
      becomes: Resize(mode: .linear, coordinates: .pytorchHalfPixel, rounding: .ceil)),
  ]

  static let shapeCases: [ImportCase] = [
    ImportCase("Reshape", 7, inputs: ["x", "k12"], becomes: Reshape()),
    ImportCase(
      "Reshape", 14, ["allowzero": .int(1)], inputs: ["x", "s"], becomes: Reshape(allowsZero: true)),
    ImportCase("Flatten", 7, becomes: Flatten()),
    ImportCase("Flatten", 13, ["axis": .int(-1)], becomes: Flatten(axis: -1)),
    ImportCase("Squeeze", 7, becomes: Squeeze()),
    ImportCase(
      "Squeeze", 12, ["axes": .ints([0])], becomes: Squeeze(), wants: ["x", "int64[1] [0.0]"]),
    ImportCase("Squeeze", 13, inputs: ["x", "k12"], becomes: Squeeze()),
    ImportCase(
      "Unsqueeze", 12, ["axes": .ints([0])], becomes: Unsqueeze(), wants: ["x", "int64[1] [0.0]"]),
    ImportCase("Unsqueeze", 13, inputs: ["x", "k12"], becomes: Unsqueeze()),
    ImportCase("Shape", 7, becomes: ShapeOf()),
    ImportCase(
      "Shape", 15, ["start": .int(1), "end": .int(-1)], becomes: ShapeOf(start: 1, end: -1)),
    ImportCase("Expand", 8, inputs: ["x", "s"], becomes: Expand()),
    ImportCase("ConstantOfShape", 9, inputs: ["s"], becomes: ConstantOfShape()),
    ImportCase("Constant", 13, ["value_float": .float(1)], inputs: [], all: []),
  ]
}
