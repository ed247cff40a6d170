import Graphs
import Tensors

let movementCases: [TypeCase] = [
  accepts(Concat(axis: 1), [floats(1, 64, 55, 55), floats(1, 32, 55, 55)], [1, 96, 55, 55]),
  accepts(Concat(axis: -1), [values(.int64, [2]), values(.int64, [0]), list(1)], [3]),
  rejects(Concat(axis: 1), [], "first input is missing"),
  rejects(Concat(axis: 1), [floats(1, 2), nil], "input 1 is missing"),
  rejects(Concat(axis: 2), [floats(1, 2), floats(1, 2)], "axis 2 does not exist"),
  rejects(Concat(axis: 1), [floats(1, 2), floats(2, 2)], "input 1 has shape 2×2"),
  rejects(Concat(axis: 1), [floats(1, 2), floats(1, 2, 1)], "input 1 has shape 1×2×1"),
  rejects(Concat(axis: 0), [floats(1), list(1)], "input 1 is int64"),

  accepts(Split(axis: 1, outputCount: 2), [floats(1, 6), list(4, 2)], [1, 4], [1, 2]),
  accepts(Split(axis: -1, outputCount: 3), [floats(1, 6)], [1, 2], [1, 2], [1, 2]),
  accepts(Split(axis: 0, outputCount: 3), [floats(5)], [2], [2], [1]),
  accepts(Split(axis: 0, outputCount: 2), [floats(5), list(0, 5)], [0], [5]),
  rejects(Split(axis: 0, outputCount: 4), [floats(5)], "does not split into 4 parts"),
  rejects(Split(axis: 0, outputCount: 0), [floats(5)], "0 outputs"),
  rejects(Split(axis: 0, outputCount: 1 << 16), [floats(5)], "does not split"),
  lacks(Split(axis: 0, outputCount: .max), [floats(5)], "above the limit of 65536"),
  rejects(Split(axis: 0, outputCount: 2), [floats(5), list(1, 3)], "do not add up to extent 5"),
  rejects(
    Split(axis: 0, outputCount: 2), [floats(5), list(.max, .max)], "do not add up to extent 5"),
  rejects(Split(axis: 0, outputCount: 2), [floats(5), list(6, -1)], "do not add up to extent 5"),
  rejects(Split(axis: 0, outputCount: 3), [floats(5), list(2, 3)], "2 sizes for 3 outputs"),
  lacks(Split(axis: 0, outputCount: 2), [floats(5), unknownList(2)], "input split is computed"),

  accepts(
    Slice(), [floats(1, 16, 32, 32), list(0, 0), list(.max, .max), list(2, 3), list(2, 2)],
    [1, 16, 16, 16]),
  accepts(Slice(), [floats(5), list(-100), list(.min), list(0), list(-1)], [1]),
  accepts(Slice(), [floats(5), list(100), list(.min), list(-1), list(-2)], [3]),
  accepts(Slice(), [floats(5), list(4), list(-6), list(0), list(-1)], [5]),
  accepts(Slice(), [floats(5), list(0), list(.max), list(0), list(3)], [2]),
  accepts(Slice(), [floats(5), list(1), list(2), list(0), list(.max)], [1]),
  accepts(Slice(), [floats(5), list(4), list(0), list(0), list(.min)], [1]),
  accepts(Slice(), [floats(5), list(3), list(1)], [0]),
  accepts(Slice(), [floats(0), list(-1), list(.min), list(0), list(-1)], [0]),
  rejects(Slice(), [floats(5), list(0), list(1), list(0), list(0)], "step 0"),
  rejects(Slice(), [floats(5), list(0, 0), list(1)], "expected equally many"),
  rejects(Slice(), [floats(5), list(0), list(1), list(1)], "axis 1 does not exist"),
  rejects(Slice(), [floats(5, 5), list(0, 0), list(1, 1), list(1, -1)], "named twice"),
  lacks(Slice(), [floats(5), list(0), unknownList(1)], "input ends is computed while"),

  accepts(Pad(), [floats(1, 3, 5, 5), list(0, 0, 1, 2, 0, 0, 3, 4)], [1, 3, 9, 11]),
  accepts(Pad(), [floats(1, 16, 4, 4), list(0, 4, 0, 0, 0, 4, 0, 0), floats()], [1, 24, 4, 4]),
  accepts(Pad(), [floats(6), list(-1, -2)], [3]),
  accepts(Pad(), [floats(2, 3), list(1, 2), nil, list(-1)], [2, 6]),
  accepts(Pad(mode: .reflect), [floats(4), list(3, 3)], [10]),
  accepts(Pad(mode: .edge), [floats(4), list(30, 0)], [34]),
  accepts(Pad(mode: .wrap), [values(.int64, [4]), list(5, 5)], [14]),
  accepts(Pad(mode: .edge), [floats(4), list(-4, 0)], [0]),
  rejects(Pad(), [floats(2, 3), list(1, 2)], "pads has 2 entries, expected 4"),
  rejects(Pad(), [floats(4), list(-3, -2)], "crop more than extent 4"),
  rejects(Pad(mode: .reflect), [floats(4), list(4, 0)], "too large for mode reflect"),
  rejects(Pad(mode: .reflect), [floats(4), list(3, -1)], "extent 3"),
  rejects(Pad(mode: .edge), [floats(0), list(1, 0)], "too large for mode edge"),
  rejects(Pad(), [floats(4), list(1, 1), floats(2)], "expected one float32"),
  accepts(Pad(), [values(.float16, [4]), list(1, 1), floats()], [6]),
  rejects(Pad(), [values(.int64, [4]), list(1, 1), floats()], "expected one int64"),
  lacks(Pad(), [floats(4), list(.max, .max)], "beyond 2^40"),
  lacks(Pad(), [floats(4), unknownList(2)], "input pads is computed while"),
  rejects(Pad(), [floats(4), floats(2)], "expected int64"),

  accepts(
    Resize(), [floats(1, 3, 10, 10), nil, scales(1, 1, 0.7, 2.5)], [1, 3, 7, 25]),
  accepts(
    Resize(mode: .linear), [floats(1, 3, 8, 8), floats(0), scales(), list(1, 3, 16, 12)],
    [1, 3, 16, 12]),
  accepts(Resize(axes: [2, -1]), [floats(1, 3, 8, 8), nil, nil, list(4, 5)], [1, 3, 4, 5]),
  accepts(Resize(), [floats(1, 3, 8, 8), nil, scales(1, 1, 0.01, 1)], [1, 3, 0, 8]),
  rejects(Resize(), [floats(1, 3, 8, 8)], "neither scales nor sizes"),
  rejects(Resize(), [floats(4), nil, scales(2), list(8)], "both scales and sizes"),
  rejects(Resize(), [floats(4, 4), nil, scales(2)], "expected float32[2]"),
  rejects(Resize(), [floats(4), nil, scales(-2)], "not a positive number"),
  rejects(Resize(), [floats(4), nil, scales(.nan)], "not a positive number"),
  rejects(Resize(), [floats(4), nil, nil, list(-8)], "is not an extent"),
  rejects(Resize(), [floats(0), nil, nil, list(8)], "cannot become 8"),
  rejects(Resize(axes: [4]), [floats(4), nil, nil, list(8)], "axis 4 does not exist"),
  lacks(Resize(), [floats(4), nil, scales(.greatestFiniteMagnitude)], "beyond 2^40"),
  lacks(Resize(), [floats(4), nil, floats(1)], "input scales is computed while"),
  accepts(Resize(), [values(.bool, [4]), nil, scales(2)], [8]),
  accepts(
    Resize(coordinates: .tfCropAndResize, axes: [1]), [floats(1, 4), scales(0.2, 0.9), scales(2)],
    [1, 8]),
  accepts(
    Resize(aspectRatioPolicy: .notLarger, axes: [1, 2]), [floats(3, 2, 4), nil, nil, list(1, 3)],
    [3, 1, 2]),
  accepts(
    Resize(aspectRatioPolicy: .notSmaller), [floats(2, 3), nil, nil, list(1, 2)], [1, 2]),
  accepts(
    Resize(aspectRatioPolicy: .notSmaller), [floats(2, 3), nil, nil, list(1, 1)], [1, 2]),
  accepts(Resize(aspectRatioPolicy: .notLarger), [floats(0, 3), nil, nil, list(0, 6)], [0, 6]),
  lacks(
    Resize(aspectRatioPolicy: .notSmaller), [floats(1, 8), nil, nil, list(1 << 39, 8)],
    "beyond 2^40"),
  rejects(Resize(mode: .linear), [values(.bool, [4]), nil, scales(2)], "expected numbers"),
  rejects(
    Resize(coordinates: .tfCropAndResize), [floats(4), nil, scales(2)], "input roi is missing"),
  rejects(
    Resize(coordinates: .tfCropAndResize), [floats(4), scales(0), scales(2)],
    "expected 2 floating-point elements"),
  rejects(
    Resize(coordinates: .tfCropAndResize), [floats(4), scales(0, .infinity), scales(2)],
    "roi has the bound inf"),
  lacks(
    Resize(coordinates: .tfCropAndResize), [floats(4), floats(2), scales(2)],
    "input roi is computed while"),

  accepts(DepthToSpace(blockSize: 2), [floats(1, 8, 2, 3)], [1, 2, 4, 6]),
  rejects(DepthToSpace(blockSize: 3), [floats(1, 8, 2, 3)], "8 channels do not divide"),
  rejects(DepthToSpace(blockSize: 2), [floats(8, 2, 3)], "expected N, C, H and W"),
  rejects(DepthToSpace(blockSize: .max), [floats(1, 8, 2, 3)], "blocksize is"),
  rejects(DepthToSpace(blockSize: 0), [floats(1, 8, 2, 3)], "blocksize is 0"),
]

let reshapingCases: [TypeCase] = [
  accepts(Transpose(), [floats(2, 3, 4)], [4, 3, 2]),
  accepts(Transpose(permutation: [0, 2, 3, 1]), [floats(1, 3, 4, 5)], [1, 4, 5, 3]),
  accepts(Transpose(), [floats()], []),
  rejects(Transpose(permutation: [0, 0]), [floats(2, 3)], "no permutation"),
  rejects(Transpose(permutation: [0, -1]), [floats(2, 3)], "no permutation"),
  rejects(Transpose(permutation: [0]), [floats(2, 3)], "no permutation"),

  accepts(Reshape(), [floats(2, 3, 4), list(0, -1)], [2, 12]),
  accepts(Reshape(), [floats(2, 3, 4), list(4, 6)], [4, 6]),
  accepts(Reshape(), [floats(1), list()], []),
  accepts(Reshape(allowsZero: true), [floats(0, 3), list(3, 0)], [3, 0]),
  accepts(Reshape(), [floats(0, 3), list(0, 5)], [0, 5]),
  rejects(Reshape(), [floats(2, 3), list(4, -1)], "do not fill shape"),
  rejects(Reshape(), [floats(2, 3), list(4, 2)], "has 8 elements"),
  rejects(Reshape(), [floats(2, 3), list(-1, -1)], "more than one -1"),
  rejects(Reshape(), [floats(2, 3), list(-2, -3)], "negative extent"),
  rejects(Reshape(), [floats(2, 3), list(2, 3, 0)], "copies axis 2"),
  rejects(Reshape(), [floats(0, 3), list(0, -1)], "do not fill shape"),
  rejects(Reshape(allowsZero: true), [floats(0, 3), list(0, -1)], "do not fill shape"),
  lacks(Reshape(), [floats(2, 3), list(.max, .max)], "2^40 elements"),
  lacks(Reshape(), [floats(2, 3), unknownList(2)], "input shape is computed while"),
  rejects(Reshape(), [floats(2, 3), Operand(Tensor([1, 1], [Int64(6)]))], "expected one axis"),

  accepts(Flatten(), [floats(2, 3, 4)], [2, 12]),
  accepts(Flatten(axis: 0), [floats(2, 3)], [1, 6]),
  accepts(Flatten(axis: 2), [floats(2, 3)], [6, 1]),
  accepts(Flatten(axis: -1), [floats(2, 3, 4)], [6, 4]),
  accepts(Flatten(axis: 0), [floats()], [1, 1]),
  rejects(Flatten(axis: 3), [floats(2, 3)], "axis 3 does not exist"),
  rejects(Flatten(axis: .min), [floats(2, 3)], "does not exist"),

  accepts(Squeeze(), [floats(1, 3, 1)], [3]),
  accepts(Squeeze(), [floats(1, 3, 1), list(-1)], [1, 3]),
  accepts(Squeeze(), [floats(1, 3, 1), list()], [1, 3, 1]),
  rejects(Squeeze(), [floats(1, 3), list(1)], "has extent 3, not 1"),
  rejects(Squeeze(), [floats(1, 3), list(2)], "axis 2 does not exist"),
  lacks(Squeeze(), [floats(1, 3), unknownList(1)], "input axes is computed while"),

  accepts(Unsqueeze(), [floats(3), list(0, -1)], [1, 3, 1]),
  accepts(Unsqueeze(), [values(.int64, []), list(0)], [1]),
  rejects(Unsqueeze(), [floats(3), list(2)], "axis 2 does not exist"),
  rejects(Unsqueeze(), [floats(3), list(0, 0)], "named twice"),
  rejects(Unsqueeze(), [floats(3)], "input axes is missing"),
  lacks(Unsqueeze(), [floats(3), list(0, 1, 2, 3, 4, 5, 6, 7)], "rank 9"),

  accepts(Expand(), [floats(3, 1), list(2, 1, 6)], [2, 3, 6]),
  accepts(Expand(), [floats(3, 4), list(1)], [3, 4]),
  rejects(Expand(), [floats(3, 4), list(2)], "do not broadcast"),
  lacks(Expand(), [floats(3, 4), list(-1)], "negative dimension"),
  lacks(Expand(), [floats(3, 4), unknownList(2)], "input shape is computed while"),

  accepts(ShapeOf(), [floats(2, 3, 4)], types: TensorType(.int64, [3])),
  accepts(ShapeOf(start: -9, end: -1), [floats(2, 3, 4)], types: TensorType(.int64, [2])),
  accepts(ShapeOf(start: 2, end: 1), [floats(2, 3, 4)], types: TensorType(.int64, [0])),
  accepts(ShapeOf(start: .min, end: .max), [floats(2, 3, 4)], types: TensorType(.int64, [3])),
  rejects(ShapeOf(), [], "input data is missing"),

  accepts(ConstantOfShape(), [list(2, 3)], types: TensorType(.float32, [2, 3])),
  accepts(
    ConstantOfShape(value: Tensor([1], [Int64(7)])), [list()], types: TensorType(.int64, [])),
  rejects(ConstantOfShape(value: Tensor([2], [Float(0), 0])), [list(2)], "expected one element"),
  lacks(ConstantOfShape(), [list(-1)], "negative dimension"),
  lacks(ConstantOfShape(), [unknownList(2)], "input input is computed while"),
]

/// Known float32 scales.
private func scales(_ values: Float...) -> Operand {
  Operand(Tensor([values.count], values))
}
