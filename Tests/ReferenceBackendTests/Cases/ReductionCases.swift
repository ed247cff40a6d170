import Graphs
import Tensors

extension OperatorCase {
  /// Reductions.
  static let reduction: [OperatorCase] = [
    OperatorCase(
      "mean over one axis", Reduce(.mean),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([1], [1])],
      [.floats([2, 1, 2], [1.3333334, 0.33333334, 1.6666666, -0.33333334])]),
    OperatorCase(
      "mean over two axes, dropped", Reduce(.mean, keepsDimensions: false),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([2], [0, -1])],
      [.floats([3], [1.5, -1, 1.75])]),
    OperatorCase(
      "mean of integers", Reduce(.mean, keepsDimensions: false),
      [.int64s([3, 2], [-7, 2, 3, -4, 5, -6]), .int64s([1], [0])],
      [.int64s([2], [0, -2])]),
    OperatorCase(
      "sum over one axis", Reduce(.sum),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([1], [1])],
      [.floats([2, 1, 2], [4, 1, 5, -1])]),
    OperatorCase(
      "sum over two axes, dropped", Reduce(.sum, keepsDimensions: false),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([2], [0, -1])],
      [.floats([3], [6, -4, 7])]),
    OperatorCase(
      "sum of integers", Reduce(.sum, keepsDimensions: false),
      [.int64s([3, 2], [-7, 2, 3, -4, 5, -6]), .int64s([1], [0])],
      [.int64s([2], [1, -8])]),
    OperatorCase(
      "max over one axis", Reduce(.max),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([1], [1])],
      [.floats([2, 1, 2], [2, 3, 3, 2])]),
    OperatorCase(
      "max over two axes, dropped", Reduce(.max, keepsDimensions: false),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([2], [0, -1])],
      [.floats([3], [3, 1, 3])]),
    OperatorCase(
      "max of integers", Reduce(.max, keepsDimensions: false),
      [.int64s([3, 2], [-7, 2, 3, -4, 5, -6]), .int64s([1], [0])],
      [.int64s([2], [5, 2])]),
    OperatorCase(
      "min over one axis", Reduce(.min),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([1], [1])],
      [.floats([2, 1, 2], [1, -3, 1, -3])]),
    OperatorCase(
      "min over two axes, dropped", Reduce(.min, keepsDimensions: false),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([2], [0, -1])],
      [.floats([3], [0, -3, 1])]),
    OperatorCase(
      "min of integers", Reduce(.min, keepsDimensions: false),
      [.int64s([3, 2], [-7, 2, 3, -4, 5, -6]), .int64s([1], [0])],
      [.int64s([2], [-7, -6])]),
    OperatorCase(
      "product over one axis", Reduce(.product),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([1], [1])],
      [.floats([2, 1, 2], [2, -9, 3, -0.0])]),
    OperatorCase(
      "product over two axes, dropped", Reduce(.product, keepsDimensions: false),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2]), .int64s([2], [0, -1])],
      [.floats([3], [0, 9, 6])]),
    OperatorCase(
      "product of integers", Reduce(.product, keepsDimensions: false),
      [.int64s([3, 2], [-7, 2, 3, -4, 5, -6]), .int64s([1], [0])],
      [.int64s([2], [-105, 48])]),
    OperatorCase(
      "mean over all axes", Reduce(.mean),
      [.floats([2, 3, 2], [2, 1, 1, -3, 1, 3, 3, 0, 1, -3, 1, 2])],
      [.floats([1, 1, 1], [0.75])]),
    OperatorCase(
      "empty axes return the input", Reduce(.sum, ignoresEmptyAxes: true),
      [.floats([2], [1, 2]), .int64s([0], [])],
      [.floats([2], [1, 2])]),
    OperatorCase(
      "sum of nothing", Reduce(.sum, keepsDimensions: false),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2], [0, 0])]),
    OperatorCase(
      "product of nothing", Reduce(.product),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [1, 1])]),
  ]
}
