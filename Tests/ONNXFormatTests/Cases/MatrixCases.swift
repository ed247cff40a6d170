import Graphs
import Tensors

extension ImportCase {
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
}
