import Graphs
import Tensors

extension ImportCase {
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
}
