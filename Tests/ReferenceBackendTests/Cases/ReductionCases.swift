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
    OperatorCase(
      "l1 over two axes", Reduce(.l1, keepsDimensions: false),
      [.floats([2, 3, 2], [2, -3, -2, -2, -2, 2, 3, 1, -3, -3, -1, 0]), .int64s([2], [0, -1])],
      [.floats([3], [9, 10, 5])]),
    OperatorCase(
      "l2 over two axes", Reduce(.l2, keepsDimensions: false),
      [.floats([2, 3, 2], [2, -3, -2, -2, -2, 2, 3, 1, -3, -3, -1, 0]), .int64s([2], [0, -1])],
      [.floats([3], [4.7958317, 5.0990195, 3])]),
    OperatorCase(
      "sumSquare over two axes", Reduce(.sumSquare, keepsDimensions: false),
      [.floats([2, 3, 2], [2, -3, -2, -2, -2, 2, 3, 1, -3, -3, -1, 0]), .int64s([2], [0, -1])],
      [.floats([3], [23, 26, 9])]),
    OperatorCase(
      "logSumExp over two axes", Reduce(.logSumExp, keepsDimensions: false),
      [.floats([2, 3, 2], [2, -3, -2, -2, -2, 2, 3, 1, -3, -3, -1, 0]), .int64s([2], [0, -1])],
      [.floats([3], [3.4092536, -0.9935912, 2.1851826])]),
    OperatorCase(
      "logSum over one axis", Reduce(.logSum),
      [.floats([2, 3, 2], [3, 4, 3, 3, 3, 3, 4, 2, 4, 4, 2, 1]), .int64s([1], [1])],
      [.floats([2, 1, 2], [2.1972246, 2.3025851, 2.3025851, 1.9459101])]),
    OperatorCase(
      "logSumExp of large values stays finite", Reduce(.logSumExp),
      [.floats([2, 2], [1000, 1000, -1000, -1000]), .int64s([1], [1])],
      [.floats([2, 1], [1000.6932, -999.3068])]),
    OperatorCase(
      "logSumExp of infinities", Reduce(.logSumExp),
      [.floats([2, 2], [-.infinity, -.infinity, .infinity, 1]), .int64s([1], [1])],
      [.floats([2, 1], [-.infinity, .infinity])]),
    OperatorCase(
      "single elements are squared", Reduce(.sumSquare, ignoresEmptyAxes: true),
      [.floats([2], [2, -3])],
      [.floats([2], [4, 9])]),
    OperatorCase(
      "max of nothing", Reduce(.max),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [-.infinity, -.infinity])]),
    OperatorCase(
      "min of nothing", Reduce(.min),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [.infinity, .infinity])]),
    OperatorCase(
      "l1 of nothing", Reduce(.l1),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [0, 0])]),
    OperatorCase(
      "l2 of nothing", Reduce(.l2),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [0, 0])]),
    OperatorCase(
      "sumSquare of nothing", Reduce(.sumSquare),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [0, 0])]),
    OperatorCase(
      "logSum of nothing", Reduce(.logSum),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [-.infinity, -.infinity])]),
    OperatorCase(
      "logSumExp of nothing", Reduce(.logSumExp),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [-.infinity, -.infinity])]),
    OperatorCase(
      "mean of nothing", Reduce(.mean),
      [.floats([2, 0], []), .int64s([1], [1])],
      [.floats([2, 1], [.nan, .nan])]),
    OperatorCase(
      "l1 of integers", Reduce(.l1),
      [.int64s([2, 2], [-7, 2, 3, -4]), .int64s([1], [1])],
      [.int64s([2, 1], [9, 7])]),
    OperatorCase(
      "l2 of integers", Reduce(.l2),
      [.int64s([2, 2], [3, -4, 5, 12]), .int64s([1], [1])],
      [.int64s([2, 1], [5, 13])]),
    OperatorCase(
      "sumSquare of integers", Reduce(.sumSquare),
      [.int32s([1, 2], [3, -4]), .int64s([1], [1])],
      [.int32s([1, 1], [25])]),
    OperatorCase(
      "max of truth values", Reduce(.max),
      [.bools([2, 2], [true, false, false, false]), .int64s([1], [1])],
      [.bools([2, 1], [true, false])]),
    OperatorCase(
      "min of truth values", Reduce(.min, keepsDimensions: false),
      [.bools([2, 2], [true, false, true, true]), .int64s([1], [1])],
      [.bools([2], [false, true])]),
    OperatorCase(
      "first greatest", ArgReduce(.max, axis: 1),
      [.floats([3, 3], [2, 5, 5, 1, 1, 0, 5, 2, 5])],
      [.int64s([3, 1], [1, 0, 0])]),
    OperatorCase(
      "last greatest, axis dropped",
      ArgReduce(.max, axis: -1, keepsDimensions: false, selectsLast: true),
      [.floats([3, 3], [2, 5, 5, 1, 1, 0, 5, 2, 5])],
      [.int64s([3], [2, 1, 2])]),
    OperatorCase(
      "first least", ArgReduce(.min, axis: 0),
      [.floats([3, 3], [2, 5, 5, 1, 1, 0, 5, 2, 5])],
      [.int64s([1, 3], [1, 1, 1])]),
    OperatorCase(
      "last least of integers", ArgReduce(.min, axis: 1, selectsLast: true),
      [.int64s([1, 3], [9007199254740993, 9007199254740992, 9007199254740992])],
      [.int64s([1, 1], [2])]),
    OperatorCase(
      "not a number is the greatest", ArgReduce(.max, axis: 0),
      [.floats([3], [1, .nan, 9])],
      [.int64s([1], [1])]),
    OperatorCase(
      "two greatest", TopK(axis: 1),
      [
        .floats([2, 4, 2], [1, 0, -2, -2, 1, 2, -3, -3, 0, -1, 3, 0, -1, 0, 1, 1]),
        .int64s([1], [2]),
      ],
      [
        .floats([2, 2, 2], [1, 2, 1, 0, 3, 1, 1, 0]),
        .int64s([2, 2, 2], [0, 2, 2, 0, 1, 3, 3, 1]),
      ]),
    OperatorCase(
      "three least", TopK(axis: 1, takesLargest: false),
      [
        .floats([2, 4, 2], [1, 0, -2, -2, 1, 2, -3, -3, 0, -1, 3, 0, -1, 0, 1, 1]),
        .int64s([1], [3]),
      ],
      [
        .floats([2, 3, 2], [-3, -3, -2, -2, 1, 0, -1, -1, 0, 0, 1, 0]),
        .int64s([2, 3, 2], [3, 3, 1, 1, 0, 0, 2, 0, 0, 1, 3, 2]),
      ]),
    OperatorCase(
      "equals by position", TopK(),
      [.int64s([1, 4], [2, 5, 5, 2]), .int64s([1], [3])],
      [.int64s([1, 3], [5, 5, 2]), .int64s([1, 3], [1, 2, 0])]),
    OperatorCase(
      "none", TopK(axis: 0),
      [.floats([2], [2, 1]), .int64s([1], [0])],
      [.floats([0], []), .int64s([0], [])]),
    OperatorCase(
      "sums along the rows", Cumulate(.sum),
      [.floats([2, 3], [-2, 2, 2, 3, 2, -2]), .int64s([1], [1])],
      [.floats([2, 3], [-2, 0, 2, 3, 5, 3])]),
    OperatorCase(
      "sums along the columns, exclusive", Cumulate(.sum, isExclusive: true),
      [.floats([2, 3], [-2, 2, 2, 3, 2, -2]), .int64s([1], [0])],
      [.floats([2, 3], [0, 0, 0, -2, 2, 2])]),
    OperatorCase(
      "sums from the end", Cumulate(.sum, isReversed: true),
      [.floats([2, 3], [-2, 2, 2, 3, 2, -2]), .int64s([1], [-1])],
      [.floats([2, 3], [2, 4, 2, 3, 0, -2])]),
    OperatorCase(
      "products from the end, exclusive", Cumulate(.product, isExclusive: true, isReversed: true),
      [.int32s([3], [2, 3, 4]), .int64s([1], [0])],
      [.int32s([3], [12, 4, 1])]),
  ]
}
