import Graphs
import Tensors

extension OperatorCase {
  /// Operators that move elements.
  static let movement: [OperatorCase] = [
    OperatorCase(
      "identity of bools", Identity(),
      [.bools([2], [true, false])],
      [.bools([2], [true, false])]),
    OperatorCase(
      "concat rows", Concat(axis: 0),
      [.floats([2, 3], [1, 2, 3, 4, 5, 6]), .floats([1, 3], [7, 8, 9])],
      [.floats([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])]),
    OperatorCase(
      "concat columns, one empty", Concat(axis: -1),
      [.floats([2, 3], [1, 2, 3, 4, 5, 6]), .floats([2, 0], []), .floats([2, 1], [7, 8])],
      [.floats([2, 4], [1, 2, 3, 7, 4, 5, 6, 8])]),
    OperatorCase(
      "concat channels of integers", Concat(axis: 1),
      [.int64s([2, 1, 2], [0, 1, 2, 3]), .int64s([2, 2, 2], [10, 11, 12, 13, 14, 15, 16, 17])],
      [.int64s([2, 3, 2], [0, 1, 10, 11, 12, 13, 2, 3, 14, 15, 16, 17])]),
    OperatorCase(
      "concat one input", Concat(axis: 0),
      [.floats([2], [1, 2])],
      [.floats([2], [1, 2])]),
    OperatorCase(
      "split into equal parts", Split(axis: 1, outputCount: 3),
      [.floats([2, 3], [1, 2, 3, 4, 5, 6])],
      [.floats([2, 1], [1, 4]), .floats([2, 1], [2, 5]), .floats([2, 1], [3, 6])]),
    OperatorCase(
      "split with a smaller last part", Split(axis: 0, outputCount: 2),
      [.floats([3], [1, 2, 3])],
      [.floats([2], [1, 2]), .floats([1], [3])]),
    OperatorCase(
      "split by sizes, one empty", Split(axis: -1, outputCount: 3),
      [.floats([2, 3], [1, 2, 3, 4, 5, 6]), .int64s([3], [1, 0, 2])],
      [.floats([2, 1], [1, 4]), .floats([2, 0], []), .floats([2, 2], [2, 3, 5, 6])]),
    OperatorCase(
      "slice with clamping", Slice(),
      [
        .floats([3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        .int64s([2], [-2, 1]),
        .int64s([2], [100, -1]),
      ],
      [.floats([2, 2], [6, 7, 10, 11])]),
    OperatorCase(
      "slice with steps", Slice(),
      [
        .floats([3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        .int64s([2], [0, 3]),
        .int64s([2], [3, 0]),
        .int64s([2], [0, -1]),
        .int64s([2], [2, -2]),
      ],
      [.floats([2, 2], [4, 2, 12, 10])]),
    OperatorCase(
      "slice backwards through the start", Slice(),
      [
        .floats([4], [1, 2, 3, 4]),
        .int64s([1], [-1]),
        .int64s([1], [-9_223_372_036_854_775_808]),
        .int64s([1], [0]),
        .int64s([1], [-1]),
      ],
      [.floats([4], [4, 3, 2, 1])]),
    OperatorCase(
      "slice to nothing", Slice(),
      [.floats([3], [1, 2, 3]), .int64s([1], [2]), .int64s([1], [1])],
      [.floats([0], [])]),
    OperatorCase(
      "slice of bytes", Slice(),
      [.uint8s([4], [1, 2, 3, 255]), .int64s([1], [2]), .int64s([1], [4])],
      [.uint8s([2], [3, 255])]),
    OperatorCase(
      "pad by constant", Pad(),
      [.floats([2, 3], [1, 2, 3, 4, 5, 6]), .int64s([4], [1, 0, 0, 2]), .floats([], [9])],
      [.floats([3, 5], [9, 9, 9, 9, 9, 1, 2, 3, 9, 9, 4, 5, 6, 9, 9])]),
    OperatorCase(
      "pad by zero", Pad(),
      [.floats([2], [1, 2]), .int64s([2], [1, 1])],
      [.floats([4], [0, 1, 2, 0])]),
    OperatorCase(
      "crop", Pad(),
      [.floats([3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), .int64s([4], [-1, 1, 0, -2])],
      [.floats([2, 3], [0, 5, 6, 0, 9, 10])]),
    OperatorCase(
      "pad chosen axes", Pad(),
      [
        .floats([2, 3], [1, 2, 3, 4, 5, 6]),
        .int64s([2], [1, 2]),
        .floats([], [0]),
        .int64s([1], [-1]),
      ],
      [.floats([2, 6], [0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0])]),
    OperatorCase(
      "pad by reflection", Pad(mode: .reflect),
      [.floats([3], [1, 2, 3]), .int64s([2], [2, 2])],
      [.floats([7], [3, 2, 1, 2, 3, 2, 1])]),
    OperatorCase(
      "pad by edge", Pad(mode: .edge),
      [.floats([2, 3], [1, 2, 3, 4, 5, 6]), .int64s([4], [1, 2, 1, 0])],
      [.floats([4, 5], [1, 1, 1, 2, 3, 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 4, 4, 4, 5, 6])]),
    OperatorCase(
      "pad by wrapping", Pad(mode: .wrap),
      [.floats([3], [1, 2, 3]), .int64s([2], [2, 2])],
      [.floats([7], [2, 3, 1, 2, 3, 1, 2])]),
    OperatorCase(
      "pad an empty tensor", Pad(),
      [.floats([0], []), .int64s([2], [1, 1]), .floats([], [4])],
      [.floats([2], [4, 4])]),
    OperatorCase(
      "transpose, default", Transpose(),
      [.floats([1, 2, 3], [1, 2, 3, 4, 5, 6])],
      [.floats([3, 2, 1], [1, 4, 2, 5, 3, 6])]),
    OperatorCase(
      "transpose, permutation", Transpose(permutation: [1, 2, 0]),
      [.floats([2, 1, 3], [1, 2, 3, 4, 5, 6])],
      [.floats([1, 3, 2], [1, 4, 2, 5, 3, 6])]),
    OperatorCase(
      "transpose of bytes", Transpose(),
      [.uint8s([2, 3], [0, 1, 2, 3, 4, 5])],
      [.uint8s([3, 2], [0, 3, 1, 4, 2, 5])]),
    OperatorCase(
      "reshape, copied and inferred", Reshape(),
      [.floats([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), .int64s([2], [0, -1])],
      [.floats([2, 6], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])]),
    OperatorCase(
      "reshape, zero extent", Reshape(allowsZero: true),
      [.floats([0, 2], []), .int64s([2], [3, 0])],
      [.floats([3, 0], [])]),
    OperatorCase(
      "flatten", Flatten(),
      [.floats([2, 1, 3], [1, 2, 3, 4, 5, 6])],
      [.floats([2, 3], [1, 2, 3, 4, 5, 6])]),
    OperatorCase(
      "flatten before axis 0", Flatten(axis: 0),
      [.floats([2, 2], [1, 2, 3, 4])],
      [.floats([1, 4], [1, 2, 3, 4])]),
    OperatorCase(
      "squeeze all", Squeeze(),
      [.floats([1, 2, 1], [1, 2])],
      [.floats([2], [1, 2])]),
    OperatorCase(
      "squeeze one", Squeeze(),
      [.floats([1, 2, 1], [1, 2]), .int64s([1], [-1])],
      [.floats([1, 2], [1, 2])]),
    OperatorCase(
      "unsqueeze", Unsqueeze(),
      [.floats([2], [1, 2]), .int64s([2], [0, -1])],
      [.floats([1, 2, 1], [1, 2])]),
    OperatorCase(
      "shape", ShapeOf(),
      [.floats([2, 3, 1], [1, 2, 3, 4, 5, 6])],
      [.int64s([3], [2, 3, 1])]),
    OperatorCase(
      "shape, clamped range", ShapeOf(start: -2, end: 9),
      [.floats([2, 3, 1], [1, 2, 3, 4, 5, 6])],
      [.int64s([2], [3, 1])]),
    OperatorCase(
      "shape, empty range", ShapeOf(start: 2, end: -3),
      [.floats([2, 3, 1], [1, 2, 3, 4, 5, 6])],
      [.int64s([0], [])]),
    OperatorCase(
      "zeros", ConstantOfShape(),
      [.int64s([2], [2, 1])],
      [.floats([2, 1], [0, 0])]),
    OperatorCase(
      "seven", ConstantOfShape(value: Tensor([1], [Int64(7)])),
      [.int64s([1], [3])],
      [.int64s([3], [7, 7, 7])]),
    OperatorCase(
      "constant scalar", ConstantOfShape(value: Tensor([1], [Float(7)])),
      [.int64s([0], [])],
      [.floats([], [7])]),
    OperatorCase(
      "expand", Expand(),
      [.floats([2, 1], [1, 2]), .int64s([3], [2, 1, 3])],
      [.floats([2, 2, 3], [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2])]),
    OperatorCase(
      "expand a scalar", Expand(),
      [.floats([], [3]), .int64s([1], [2])],
      [.floats([2], [3, 3])]),
    OperatorCase(
      "depth column row", DepthToSpace(blockSize: 2),
      [.floats([1, 8, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])],
      [.floats([1, 2, 2, 4], [1, 5, 2, 6, 9, 13, 10, 14, 3, 7, 4, 8, 11, 15, 12, 16])]),
    OperatorCase(
      "column row depth", DepthToSpace(blockSize: 2, mode: .columnRowDepth),
      [.floats([1, 8, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])],
      [.floats([1, 2, 2, 4], [1, 3, 2, 4, 5, 7, 6, 8, 9, 11, 10, 12, 13, 15, 14, 16])]),
  ]
}
