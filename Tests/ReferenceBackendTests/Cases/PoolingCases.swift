import Graphs
import Tensors

extension OperatorCase {
  /// Pools and reductions.
  static let pooling: [OperatorCase] = [
    OperatorCase(
      "max, 2×2 stride 2", MaxPool(PoolingWindow(kernel: [2, 2], strides: [2, 2])),
      [
        .floats(
          [1, 2, 4, 4],
          [
            -6, 6, 0, 2, -2, -7, -9, -1, 7, -3, -3, 7, 0, -4, -2, -4, -7, -3, 4, 2, -6, 1, 2, 4,
            5, -9, 1, 2, -3, 2, 9, -6,
          ])
      ],
      [.floats([1, 2, 2, 2], [6, 2, 7, 7, 1, 4, 5, 9])]),
    OperatorCase(
      "max, padding never wins",
      MaxPool(
        PoolingWindow(
          kernel: [3, 3], strides: [2, 2], padding: .explicit(begin: [1, 1], end: [1, 1]))),
      [.floats([1, 1, 3, 3], [-1, -2, -3, -4, -5, -6, -7, -8, -9])],
      [.floats([1, 1, 2, 2], [-1, -2, -4, -5])]),
    OperatorCase(
      "max, ceil with overhang",
      MaxPool(PoolingWindow(kernel: [2, 2], strides: [2, 2], roundsUp: true)),
      [.floats([1, 1, 3, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])],
      [.floats([1, 1, 2, 3], [7, 9, 10, 12, 14, 15])]),
    OperatorCase(
      "max, ceil drops a window in the end padding",
      MaxPool(PoolingWindow(kernel: [1, 1], strides: [2, 2], roundsUp: true)),
      [.floats([1, 1, 4, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])],
      [.floats([1, 1, 2, 2], [1, 3, 7, 9])]),
    OperatorCase(
      "max, dilation", MaxPool(PoolingWindow(kernel: [2, 2], dilations: [2, 3])),
      [
        .floats(
          [1, 2, 4, 4],
          [
            -6, 6, 0, 2, -2, -7, -9, -1, 7, -3, -3, 7, 0, -4, -2, -4, -7, -3, 4, 2, -6, 1, 2, 4,
            5, -9, 1, 2, -3, 2, 9, -6,
          ])
      ],
      [.floats([1, 2, 2, 1], [7, 0, 5, 4])]),
    OperatorCase(
      "max, same lower, one axis", MaxPool(PoolingWindow(kernel: [2], padding: .sameLower)),
      [.floats([1, 1, 5], [3, 1, 2, -5, -6])],
      [.floats([1, 1, 5], [3, 3, 2, 2, -5])]),
    OperatorCase(
      "max, stride above kernel", MaxPool(PoolingWindow(kernel: [1, 2], strides: [3, 3])),
      [
        .floats(
          [1, 1, 4, 5],
          [
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
          ])
      ],
      [.floats([1, 1, 2, 2], [2, 5, 17, 20])]),
    OperatorCase(
      "average without padding",
      AveragePool(
        PoolingWindow(
          kernel: [3, 3], strides: [2, 2], padding: .explicit(begin: [1, 1], end: [1, 1])),
        countsPadding: false),
      [.floats([1, 1, 3, 3], [6, 12, 18, 24, 30, 36, 42, 48, 54])],
      [.floats([1, 1, 2, 2], [18, 24, 36, 42])]),
    OperatorCase(
      "average without padding, ceil with overhang",
      AveragePool(
        PoolingWindow(
          kernel: [3, 3], strides: [2, 2], padding: .explicit(begin: [1, 0], end: [0, 1]),
          roundsUp: true), countsPadding: false),
      [
        .floats(
          [1, 1, 4, 5],
          [
            6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 66, 72, 78, 84, 90, 96, 102, 108, 114, 120,
          ])
      ],
      [.floats([1, 1, 2, 3], [27, 39, 45, 72, 84, 90])]),
    OperatorCase(
      "average without padding, dilation",
      AveragePool(
        PoolingWindow(
          kernel: [2, 2], dilations: [2, 1], padding: .explicit(begin: [1, 1], end: [1, 1])),
        countsPadding: false),
      [.floats([1, 1, 3, 2], [4, 8, 12, 16, 20, 24])],
      [.floats([1, 1, 3, 3], [12, 14, 16, 12, 14, 16, 12, 14, 16])]),
    OperatorCase(
      "average with padding",
      AveragePool(
        PoolingWindow(
          kernel: [3, 3], strides: [2, 2], padding: .explicit(begin: [1, 1], end: [1, 1])),
        countsPadding: true),
      [.floats([1, 1, 3, 3], [6, 12, 18, 24, 30, 36, 42, 48, 54])],
      [.floats([1, 1, 2, 2], [8, 10.666667, 16, 18.666666])]),
    OperatorCase(
      "average with padding, ceil with overhang",
      AveragePool(
        PoolingWindow(
          kernel: [3, 3], strides: [2, 2], padding: .explicit(begin: [1, 0], end: [0, 1]),
          roundsUp: true), countsPadding: true),
      [
        .floats(
          [1, 1, 4, 5],
          [
            6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 66, 72, 78, 84, 90, 96, 102, 108, 114, 120,
          ])
      ],
      [.floats([1, 1, 2, 3], [18, 26, 15, 72, 84, 45])]),
    OperatorCase(
      "average with padding, dilation",
      AveragePool(
        PoolingWindow(
          kernel: [2, 2], dilations: [2, 1], padding: .explicit(begin: [1, 1], end: [1, 1])),
        countsPadding: true),
      [.floats([1, 1, 3, 2], [4, 8, 12, 16, 20, 24])],
      [.floats([1, 1, 3, 3], [3, 7, 4, 6, 14, 8, 3, 7, 4])]),
    OperatorCase(
      "average, same upper", AveragePool(PoolingWindow(kernel: [2, 2], padding: .sameUpper)),
      [.floats([1, 1, 2, 3], [4, 8, 12, 16, 20, 24])],
      [.floats([1, 1, 2, 3], [12, 16, 18, 18, 22, 24])]),
    OperatorCase(
      "average, one axis", AveragePool(PoolingWindow(kernel: [3])),
      [.floats([2, 1, 4], [3, 6, 9, 12, 15, 18, 21, 24])],
      [.floats([2, 1, 2], [6, 9, 18, 21])]),
    OperatorCase(
      "global average", GlobalAveragePool(),
      [.floats([2, 2, 1, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])],
      [.floats([2, 2, 1, 1], [2.5, 6.5, 10.5, 14.5])]),
    OperatorCase(
      "global average, one axis", GlobalAveragePool(),
      [.floats([1, 2, 2], [1, 2, 3, 4])],
      [.floats([1, 2, 1], [1.5, 3.5])]),
    OperatorCase(
      "global maximum", GlobalMaxPool(),
      [.floats([2, 2, 2, 2], [-1, -5, -9, -9, -1, -6, -7, -8, -1, -3, -9, -5, -3, -5, -5, -2])],
      [.floats([2, 2, 1, 1], [-1, -1, -1, -2])]),
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
