import Graphs
import Tensors

extension OperatorCase {
  /// Conv and ConvTranspose on small integers.
  static let convolution: [OperatorCase] = [
    OperatorCase(
      "1×1 kernel scales", Conv(),
      [.floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), .floats([1, 1, 1, 1], [2])],
      [.floats([1, 1, 3, 3], [2, 4, 6, 8, 10, 12, 14, 16, 18])]),
    OperatorCase(
      "2×2 kernel, no padding", Conv(),
      [
        .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), .floats([1, 1, 2, 2], [1, 0, 0, -1]),
      ],
      [.floats([1, 1, 2, 2], [-4, -4, -4, -4])]),
    OperatorCase(
      "kernel as large as the input, bias", Conv(kernel: [3, 3]),
      [
        .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        .floats([1, 1, 3, 3], [1, 1, 1, 1, 1, 1, 1, 1, 1]),
        .floats([1], [100]),
      ],
      [.floats([1, 1, 1, 1], [145])]),
    OperatorCase(
      "asymmetric pads", Conv(padding: .explicit(begin: [1, 0], end: [0, 2])),
      [
        .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), .floats([1, 1, 2, 2], [1, 2, 3, 4]),
      ],
      [.floats([1, 1, 3, 4], [11, 18, 9, 0, 37, 47, 21, 0, 67, 77, 33, 0])]),
    OperatorCase(
      "stride above kernel", Conv(strides: [3, 2]),
      [
        .floats(
          [1, 1, 4, 5],
          [
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
          ]),
        .floats([1, 1, 1, 1], [1]),
      ],
      [.floats([1, 1, 2, 3], [1, 3, 5, 16, 18, 20])]),
    OperatorCase(
      "dilation", Conv(dilations: [2, 1], padding: .explicit(begin: [1, 1], end: [1, 1])),
      [
        .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), .floats([1, 1, 2, 2], [1, 2, 3, 4]),
      ],
      [.floats([1, 1, 3, 4], [16, 32, 39, 18, 30, 58, 68, 30, 8, 14, 17, 6])]),
    OperatorCase(
      "two groups", Conv(groups: 2),
      [
        .floats([1, 4, 2, 2], [2, 0, 1, -3, -2, 0, 2, -3, -3, -2, 1, 2, 1, 3, -2, -1]),
        .floats([4, 2, 1, 2], [-3, 2, -3, 3, 0, -1, 0, -3, -1, -2, 0, 2, -1, 1, 1, 1]),
        .floats([4], [0, 10, 20, 30]),
      ],
      [.floats([1, 4, 2, 1], [0, -24, 10, 22, 33, 13, 35, 28])]),
    OperatorCase(
      "depthwise, two filters a channel", Conv(groups: 2),
      [
        .floats([1, 2, 2, 3], [-1, -3, -2, 0, -3, -3, -3, 2, 2, 0, -1, 0]),
        .floats([4, 1, 2, 2], [-1, 3, 2, -2, -3, -3, -1, -2, -1, 1, 2, 3, -2, -3, 1, -1]),
      ],
      [.floats([1, 4, 1, 2], [-2, -3, 18, 24, 2, -2, 1, -11])]),
    OperatorCase(
      "batch of two", Conv(),
      [
        .floats([2, 2, 2, 2], [0, 3, 2, 3, 3, -3, -2, -3, 1, 3, 0, -3, 3, -3, 1, -2]),
        .floats([1, 2, 2, 2], [-1, -2, 0, 1, -1, 2, -1, -3]),
      ],
      [.floats([2, 1, 1, 1], [-1, -14])]),
    OperatorCase(
      "empty batch", Conv(),
      [.floats([0, 1, 2, 2], []), .floats([1, 1, 1, 1], [1])],
      [.floats([0, 1, 2, 2], [])]),
    OperatorCase(
      "one spatial axis",
      Conv(strides: [2], dilations: [2], padding: .explicit(begin: [1], end: [2])),
      [.floats([1, 1, 7], [1, 2, 3, 4, 5, 6, 7]), .floats([1, 1, 3], [1, 10, 100])],
      [.floats([1, 1, 3], [420, 642, 64])]),
    OperatorCase(
      "same upper, odd padding", Conv(strides: [2, 2], padding: .sameUpper),
      [
        .floats([1, 1, 3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        .floats([1, 1, 3, 3], [1, 1, 1, 1, 1, 1, 1, 1, 1]),
      ],
      [.floats([1, 1, 2, 2], [24, 22, 48, 38])]),
    OperatorCase(
      "same lower, odd padding", Conv(padding: .sameLower),
      [.floats([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]), .floats([1, 1, 2, 2], [1, 2, 4, 8])],
      [.floats([1, 1, 2, 3], [8, 20, 32, 34, 61, 76])]),
    OperatorCase(
      "padding only reaches", Conv(padding: .explicit(begin: [2, 2], end: [2, 2])),
      [.floats([1, 1, 1, 1], [5]), .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])],
      [.floats([1, 1, 3, 3], [45, 40, 35, 30, 25, 20, 15, 10, 5])]),
    OperatorCase(
      "fused residual, then relu", Conv(activation: .relu, addsResidual: true),
      [
        .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        .floats([1, 1, 2, 2], [1, 0, 0, -1]),
        .floats([1], [3]),
        .floats([1, 1, 2, 2], [1, 2, -4, 5]),
      ],
      [.floats([1, 1, 2, 2], [0, 1, 0, 4])]),
    OperatorCase(
      "fused clip without bias", Conv(activation: .clip(lower: 0, upper: 6), addsResidual: true),
      [
        .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        .floats([1, 1, 1, 1], [1]),
        nil,
        .floats([1, 1, 3, 3], [3, 1, 3, 2, 3, -3, 0, 3, 2]),
      ],
      [.floats([1, 1, 3, 3], [4, 3, 6, 6, 6, 3, 6, 6, 6])]),
    OperatorCase(
      "transposed, kernels overlap", ConvTranspose(),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 1, 2, 2], [1, 2, 3, 4])],
      [.floats([1, 1, 3, 3], [1, 4, 4, 6, 20, 16, 9, 24, 16])]),
    OperatorCase(
      "transposed, stride above kernel", ConvTranspose(strides: [3, 2]),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 1, 1, 1], [7]), .floats([1], [1])],
      [.floats([1, 1, 4, 3], [8, 1, 15, 1, 1, 1, 1, 1, 1, 22, 1, 29])]),
    OperatorCase(
      "transposed, pads and output padding",
      ConvTranspose(
        strides: [2, 2], padding: .explicit(begin: [1, 0], end: [0, 1]), outputPadding: [1, 1]),
      [
        .floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      ],
      [
        .floats(
          [1, 1, 5, 5],
          [
            4, 5, 14, 10, 12, 10, 14, 36, 24, 30, 12, 15, 34, 20, 24, 21, 24, 55, 32, 36, 0, 0, 0,
            0, 0,
          ])
      ]),
    OperatorCase(
      "transposed, dilation", ConvTranspose(dilations: [2, 1]),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 1, 2, 2], [1, 2, 3, 4])],
      [.floats([1, 1, 4, 3], [1, 4, 4, 3, 10, 8, 3, 10, 8, 9, 24, 16])]),
    OperatorCase(
      "transposed, two groups", ConvTranspose(groups: 2),
      [
        .floats([1, 4, 1, 2], [-2, -3, 0, -2, 2, 1, -2, -1]),
        .floats([4, 2, 1, 2], [0, 0, 3, 2, -2, -1, 0, 0, 1, -3, 3, -2, 1, 2, 2, -2]),
        .floats([4], [0, 10, 20, 30]),
      ],
      [.floats([1, 4, 1, 3], [0, 4, 2, 4, -3, 4, 20, 10, 15, 32, 31, 30])]),
    OperatorCase(
      "transposed, output shape", ConvTranspose(strides: [2, 2], outputShape: [3, 4]),
      [
        .floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      ],
      [.floats([1, 1, 3, 4], [5, 14, 10, 12, 14, 36, 24, 30, 15, 34, 20, 24])]),
    OperatorCase(
      "transposed, same upper", ConvTranspose(strides: [2, 2], padding: .sameUpper),
      [
        .floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      ],
      [.floats([1, 1, 4, 4], [1, 2, 5, 4, 4, 5, 14, 10, 10, 14, 36, 24, 12, 15, 34, 20])]),
    OperatorCase(
      "transposed, one spatial axis", ConvTranspose(strides: [2]),
      [
        .floats([2, 1, 3], [1, 2, 3, 4, 5, 6]),
        .floats([1, 1, 3], [1, 10, 100]),
        .floats([1], [-1]),
      ],
      [.floats([2, 1, 7], [0, 9, 101, 19, 202, 29, 299, 3, 39, 404, 49, 505, 59, 599])]),
    OperatorCase(
      "transposed, fused leaky relu", ConvTranspose(activation: .leakyRelu(slope: 0.5)),
      [.floats([1, 1, 2, 2], [1, -2, -3, 4]), .floats([1, 1, 2, 2], [1, 2, 3, 4])],
      [.floats([1, 1, 3, 3], [1, 0, -2, 0, -2, 0, -4.5, 0, 16])]),
    OperatorCase(
      "three axes",
      Conv(strides: [1, 2, 1], padding: .explicit(begin: [1, 0, 0], end: [0, 1, 0])),
      [
        .floats([1, 1, 2, 3, 2], [-7, -4, 0, 1, -2, -2, -7, 2, 8, -6, 6, -6]),
        .floats([2, 1, 2, 2, 1], [-3, 2, -2, 2, -1, 0, 3, 3]), .floats([2], [0, -6]),
      ],
      [
        .floats(
          [1, 2, 2, 2, 2], [14, 10, 4, 4, 51, -2, -6, 18, -27, -15, -12, -12, 4, -14, 14, -22])
      ]),
    OperatorCase(
      "three axes",
      ConvTranspose(strides: [1, 2, 1], padding: .explicit(begin: [1, 0, 0], end: [0, 1, 0])),
      [
        .floats([1, 1, 2, 2, 2], [-5, 7, 2, -6, 7, 9, 9, 2]),
        .floats([1, 2, 2, 2, 1], [3, 1, 0, 3, 1, 2, -1, 2]), .floats([2], [9, -8]),
      ],
      [
        .floats(
          [1, 2, 2, 3, 2],
          [
            30, 36, 1, 39, 36, 15, 9, 9, 30, 36, 9, 9, 4, -6, -4, 24, -1, 0, -15, -17, 6, 10, -17,
            -10,
          ])
      ]),
    OperatorCase(
      "taps between elements and outside", DeformConv(),
      [
        .floats([1, 1, 3], [1, 2, 4]), .floats([1, 1, 2], [1, 10]),
        .floats([1, 2, 2], [0.5, -1.5, 1, 0.25]),
      ],
      [.floats([1, 1, 2], [41.5, 30.5])]),
    OperatorCase(
      "mask and bias", DeformConv(),
      [
        .floats([1, 1, 3], [1, 2, 4]), .floats([1, 1, 2], [1, 10]),
        .floats([1, 2, 2], [0.5, -1.5, 1, 0.25]), .floats([1], [1]),
        .floats([1, 2, 2], [1, 2, 0.5, 1]),
      ],
      [.floats([1, 1, 2], [22.5, 32])]),
    OperatorCase(
      "offsets of two axes for two groups of channels", DeformConv(offsetGroups: 2),
      [
        .floats([1, 2, 1, 2], [1, 3, 10, 20]), .floats([2, 2, 1, 1], [1, 1, 2, -1]),
        .floats([1, 4, 1, 2], [0, 0.5, 0.5, 0, 0, 9, 0, -1]),
      ],
      [.floats([1, 2, 1, 2], [12, 1.5, -6, 3])]),
  ]
}
