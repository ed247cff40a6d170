import Graphs
import Tensors

extension OperatorCase {
  /// Pools.
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
      "max, three axes", MaxPool(PoolingWindow(kernel: [2, 2, 1], strides: [1, 1, 2])),
      [
        .floats(
          [1, 1, 2, 3, 4],
          [6, -8, -6, -5, -6, 6, 7, 2, -9, -8, -3, -1, 2, 0, -4, -6, 4, 4, -9, -7, -1, -2, 7, 0])
      ],
      [.floats([1, 1, 1, 2, 2], [6, 7, 4, 7])]),
    OperatorCase(
      "max, row-major indices",
      MaxPool(
        PoolingWindow(
          kernel: [2, 2], strides: [2, 2], padding: .explicit(begin: [1, 0], end: [0, 0])),
        indices: .rowMajor),
      [
        .floats(
          [1, 2, 3, 4],
          [-2, -1, 3, 2, -6, 5, 5, 9, 5, -4, -3, 3, 3, 4, 7, -4, 8, -9, -8, 9, 8, -4, -7, -4])
      ],
      [
        .floats([1, 2, 2, 2], [-1, 3, 5, 9, 4, 7, 8, 9]),
        .int64s([1, 2, 2, 2], [1, 2, 5, 7, 13, 14, 16, 19]),
      ]),
    OperatorCase(
      "max, column-major indices",
      MaxPool(
        PoolingWindow(
          kernel: [2, 2], strides: [2, 2], padding: .explicit(begin: [1, 0], end: [0, 0])),
        indices: .columnMajor),
      [
        .floats(
          [1, 2, 3, 4],
          [-2, -1, 3, 2, -6, 5, 5, 9, 5, -4, -3, 3, 3, 4, 7, -4, 8, -9, -8, 9, 8, -4, -7, -4])
      ],
      [
        .floats([1, 2, 2, 2], [-1, 3, 5, 9, 4, 7, 8, 9]),
        .int64s([1, 2, 2, 2], [3, 6, 4, 10, 15, 18, 13, 22]),
      ]),
    OperatorCase(
      "max, column-major indices, three axes",
      MaxPool(PoolingWindow(kernel: [1, 2, 2]), indices: .columnMajor),
      [.floats([1, 1, 2, 2, 3], [-9, 7, 3, 2, -5, -1, -6, 5, 0, -9, -5, 4])],
      [.floats([1, 1, 2, 1, 2], [7, 7, 5, 5]), .int64s([1, 1, 2, 1, 2], [4, 4, 5, 5])]),
    OperatorCase(
      "max, equals and minus infinity", MaxPool(PoolingWindow(kernel: [2]), indices: .rowMajor),
      [.floats([1, 1, 4], [3, 3, -.infinity, -.infinity])],
      [.floats([1, 1, 3], [3, 3, -.infinity]), .int64s([1, 1, 3], [0, 1, 2])]),
    OperatorCase(
      "max of bytes", MaxPool(PoolingWindow(kernel: [2, 2], padding: .sameUpper)),
      [.uint8s([1, 1, 3, 2], [132, 95, 64, 23, 155, 168])],
      [.uint8s([1, 1, 3, 2], [132, 95, 168, 168, 168, 168])]),
    OperatorCase(
      "average, three axes, with padding",
      AveragePool(
        PoolingWindow(kernel: [2, 2, 2], padding: .explicit(begin: [0, 1, 0], end: [0, 0, 1])),
        countsPadding: true),
      [.floats([1, 1, 2, 3, 2], [0, 48, 48, -36, 12, 12, -30, -24, 0, 30, -24, 24])],
      [.floats([1, 1, 1, 3, 2], [-0.75, 3, 4.5, 2.25, 8.25, 3.75])]),
    OperatorCase(
      "norm 2 of windows",
      LpPool(
        PoolingWindow(
          kernel: [2, 2], strides: [2, 2], padding: .explicit(begin: [1, 0], end: [0, 0]))),
      [
        .floats(
          [1, 2, 3, 4],
          [3, -5, -2, 6, 7, 3, -9, 3, -5, 6, 8, -1, 9, 5, -3, 7, -2, -8, 2, 7, 3, -2, 8, 0])
      ],
      [
        .floats(
          [1, 2, 2, 2],
          [5.8309517, 6.3245554, 10.908712, 12.4499, 10.29563, 7.615773, 9, 10.816654])
      ]),
    OperatorCase(
      "norm 1 of windows", LpPool(PoolingWindow(kernel: [2, 3]), exponent: 1),
      [
        .floats(
          [1, 2, 3, 4],
          [3, -5, -2, 6, 7, 3, -9, 3, -5, 6, 8, -1, 9, 5, -3, 7, -2, -8, 2, 7, 3, -2, 8, 0])
      ],
      [.floats([1, 2, 2, 2], [29, 28, 38, 30, 29, 32, 25, 27])]),
    OperatorCase(
      "norm 3 of planes", GlobalLpPool(exponent: 3),
      [
        .floats(
          [1, 2, 3, 4],
          [3, -5, -2, 6, 7, 3, -9, 3, -5, 6, 8, -1, 9, 5, -3, 7, -2, -8, 2, 7, 3, -2, 8, 0])
      ],
      [.floats([1, 2, 1, 1], [13.306335, 13.824337])]),
    OperatorCase(
      "global average, three axes", GlobalAveragePool(),
      [.floats([1, 2, 2, 1, 2], [-2, -7, -5, 4, 6, -4, 2, 7])],
      [.floats([1, 2, 1, 1, 1], [-2.5, 2.75])]),
    OperatorCase(
      "unpooling", MaxUnpool(kernel: [2, 2], strides: [2, 2]),
      [.floats([1, 1, 2, 2], [5, 6, 7, 8]), .int64s([1, 1, 2, 2], [5, 7, 13, 15])],
      [.floats([1, 1, 4, 4], [0, 0, 0, 0, 0, 5, 0, 6, 0, 0, 0, 0, 0, 7, 0, 8])]),
    OperatorCase(
      "unpooling to a given shape", MaxUnpool(kernel: [2], strides: [2]),
      [
        .floats([2, 1, 2], [5, 6, 7, 8]), .int64s([2, 1, 2], [1, 4, 5, 8]),
        .int64s([3], [2, 1, 5]),
      ],
      [.floats([2, 1, 5], [0, 5, 0, 0, 6, 7, 0, 0, 8, 0])]),
  ]
}
