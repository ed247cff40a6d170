import Graphs
import Tensors

private func pads(_ values: Int...) -> Padding {
  let half = values.count / 2
  return .explicit(begin: Array(values[..<half]), end: Array(values[half...]))
}

let convolutionCases: [TypeCase] = [
  accepts(Conv(), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], [1, 4, 6, 6]),
  accepts(
    Conv(kernel: [3, 3], padding: pads(1, 1, 1, 1)),
    [floats(2, 3, 8, 8), floats(4, 3, 3, 3), floats(4)], [2, 4, 8, 8]),
  accepts(
    Conv(strides: [2, 2], padding: pads(0, 0, 1, 1)),
    [floats(1, 3, 224, 224), floats(32, 3, 3, 3)],
    [1, 32, 112, 112]),
  accepts(
    Conv(strides: [4, 4]), [floats(1, 3, 227, 227), floats(96, 3, 11, 11)], [1, 96, 55, 55]),
  accepts(
    Conv(dilations: [2, 3], padding: pads(2, 0, 1, 4)), [floats(1, 1, 9, 9), floats(1, 1, 3, 3)],
    [1, 1, 8, 7]),
  accepts(
    Conv(padding: pads(1, 1, 1, 1), groups: 6), [floats(1, 6, 5, 5), floats(12, 1, 3, 3)],
    [1, 12, 5, 5]),
  accepts(Conv(groups: 2), [floats(1, 6, 5, 5), floats(4, 3, 1, 1), nil], [1, 4, 5, 5]),
  accepts(Conv(strides: [2]), [floats(1, 3, 8), floats(4, 3, 3)], [1, 4, 3]),
  accepts(Conv(), [floats(0, 3, 8, 8), floats(4, 3, 3, 3)], [0, 4, 6, 6]),
  accepts(
    Conv(), [values(.float64, [1, 1, 3, 3]), values(.float64, [1, 1, 3, 3])], [1, 1, 1, 1]),
  accepts(
    Conv(strides: [2, 2], padding: .sameUpper), [floats(1, 1, 7, 8), floats(1, 1, 3, 3)],
    [1, 1, 4, 4]),
  accepts(
    Conv(dilations: [2, 2], padding: .sameLower), [floats(1, 1, 7, 8), floats(1, 1, 3, 3)],
    [1, 1, 7, 8]),
  accepts(
    Conv(activation: .relu, addsResidual: true),
    [floats(1, 3, 4, 4), floats(2, 3, 1, 1), nil, floats(1, 2, 4, 4)], [1, 2, 4, 4]),

  rejects(Conv(), [floats(1, 3, 8, 8)], "input W is missing"),
  rejects(Conv(), [nil, floats(1, 3, 8, 8)], "input X is missing"),
  rejects(
    Conv(), [floats(1, 3, 8, 8), floats(4, 3, 3, 3), floats(4), floats(1)],
    "4 inputs, expected at most 3"),
  rejects(Conv(), [floats(1, 3), floats(4, 3)], "at least 3"),
  rejects(Conv(), [floats(1, 3, 8), floats(4, 3, 3, 3)], "ranks must be equal"),
  accepts(
    Conv(strides: [1, 2, 3]), [floats(1, 3, 8, 8, 8), floats(4, 3, 3, 2, 1)], [1, 4, 6, 4, 3]),
  rejects(Conv(kernel: [5, 5]), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "kernel_shape [5, 5]"),
  rejects(Conv(strides: [1]), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "strides [1] has 1"),
  rejects(Conv(strides: [0, 1]), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "entry below 1"),
  rejects(Conv(dilations: [1, -1]), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "entry below 1"),
  rejects(
    Conv(padding: pads(-1, 0, 0, 0)), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "entry below 0"),
  rejects(
    Conv(padding: pads(1, 1)), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "pads (begin) [1] has 1"),
  lacks(Conv(strides: [.max, 1]), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "above 2^20"),
  rejects(Conv(), [floats(1, 3, 2, 8), floats(4, 3, 3, 3)], "more than the padded input extent 2"),
  rejects(
    Conv(dilations: [4, 4]), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "spans 9"),
  rejects(Conv(), [floats(1, 3, 0, 8), floats(4, 3, 1, 1)], "empty spatial axis"),
  rejects(Conv(groups: 0), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], "group is 0"),
  rejects(Conv(), [floats(1, 3, 8, 8), floats(4, 2, 3, 3)], "expected 3 / 1 groups"),
  rejects(Conv(groups: 2), [floats(1, 3, 8, 8), floats(4, 1, 3, 3)], "expected 3 / 2 groups"),
  rejects(
    Conv(groups: 2), [floats(1, 4, 8, 8), floats(3, 2, 3, 3)], "do not divide into 2 groups"),
  lacks(Conv(), [floats(1, 0, 8, 8), floats(3, 0, 3, 3)], "no channels"),
  rejects(
    Conv(), [floats(1, 3, 8, 8), floats(4, 3, 3, 3), floats(3)], "B has shape 3, expected 4"),
  rejects(
    Conv(), [floats(1, 3, 8, 8), floats(4, 3, 3, 3), floats(1, 4)], "B has shape 1×4, expected 4"),
  rejects(
    Conv(), [floats(1, 3, 8, 8), values(.float64, [4, 3, 3, 3])], "expected float32 as X"),
  rejects(
    Conv(), [values(.int64, [1, 3, 8, 8]), values(.int64, [4, 3, 3, 3])], "floating point"),
  accepts(
    Conv(), [values(.float16, [1, 3, 8, 8]), values(.float16, [4, 3, 3, 3])], [1, 4, 6, 6]),
  rejects(
    Conv(addsResidual: true), [floats(1, 3, 4, 4), floats(2, 3, 1, 1), nil, floats(1, 2, 1, 1)],
    "residual has shape 1×2×1×1, expected 1×2×4×4"),
  lacks(Conv(), [floats(1 << 20, 1, 1 << 20, 1), floats(2, 1, 1, 1)], "2^40 elements"),
]

let transposedConvolutionCases: [TypeCase] = [
  accepts(
    DeformConv(), [floats(2, 4, 5, 6), floats(6, 4, 3, 2), floats(2, 12, 3, 5)], [2, 6, 3, 5]),
  accepts(
    DeformConv(Conv(strides: [2], dilations: [2], padding: pads(1, 1), groups: 2), offsetGroups: 4),
    [floats(1, 4, 9), floats(6, 2, 3), floats(1, 12, 4), floats(6), floats(1, 12, 4)], [1, 6, 4]),
  rejects(
    DeformConv(), [floats(2, 4, 5, 6), floats(6, 4, 3, 2), floats(2, 6, 3, 5)],
    "expected 2×12×3×5: 2 for each of 6 taps in each of 1 groups"),
  rejects(
    DeformConv(offsetGroups: 3), [floats(2, 4, 5, 6), floats(6, 4, 3, 2), floats(2, 36, 3, 5)],
    "do not divide into 3 offset groups"),
  rejects(
    DeformConv(offsetGroups: .max), [floats(1, 4, 5, 6), floats(6, 4, 3, 2), floats(1, 12, 3, 5)],
    "offset groups"),
  rejects(
    DeformConv(), [floats(1, 4, 5), floats(6, 4, 3), floats(1, 3, 3), nil, floats(1, 6, 3)],
    "mask has shape 1×6×3, expected 1×3×3"),
  rejects(DeformConv(), [floats(2, 4, 5), floats(6, 4, 3)], "input offset is missing"),
  rejects(
    DeformConv(), [floats(1, 4, 5), floats(6, 4, 3), floats(1, 3, 3), floats(5)], "B has shape"),
  accepts(ConvTranspose(), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)], [1, 2, 6, 6]),
  accepts(
    ConvTranspose(strides: [2, 2], padding: pads(1, 1, 1, 1), outputPadding: [1, 1]),
    [floats(1, 3, 4, 4), floats(3, 2, 3, 3), floats(2)], [1, 2, 8, 8]),
  accepts(
    ConvTranspose(strides: [2, 2], outputShape: [10, 7]), [floats(1, 1, 4, 4), floats(1, 1, 3, 3)],
    [1, 1, 10, 7]),
  accepts(
    ConvTranspose(strides: [3, 2], padding: .sameLower), [floats(1, 1, 4, 5), floats(1, 1, 2, 3)],
    [1, 1, 12, 10]),
  accepts(
    ConvTranspose(dilations: [2], groups: 2), [floats(1, 4, 5), floats(4, 3, 3)], [1, 6, 9]),

  rejects(
    ConvTranspose(), [floats(1, 3, 4, 4), floats(2, 3, 3, 3)], "has 2 input channels"),
  rejects(
    ConvTranspose(groups: 2), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)], "in 2 groups"),
  rejects(
    ConvTranspose(groups: 0), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)], "group is 0"),
  rejects(
    ConvTranspose(strides: [2, 2], outputPadding: [2, 0]),
    [floats(1, 3, 4, 4), floats(3, 2, 3, 3)], "output_padding [2, 0] must be smaller"),
  rejects(
    ConvTranspose(outputPadding: [0]), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)],
    "output_padding [0] has 1 entries"),
  rejects(
    ConvTranspose(outputShape: [4]), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)],
    "output_shape [4] has 1 entries"),
  rejects(
    ConvTranspose(outputShape: [-4, 1]), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)],
    "output_shape asks for extent -4"),
  rejects(
    ConvTranspose(padding: pads(3, 0, 3, 0)), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)],
    "leave nothing of output extent 6"),
  rejects(
    ConvTranspose(), [floats(1, 3, 4, 4), floats(3, 2, 3, 3), floats(3)],
    "B has shape 3, expected 2"),
  accepts(
    ConvTranspose(strides: [1, 2, 3]), [floats(1, 3, 4, 4, 4), floats(3, 2, 3, 3, 3)],
    [1, 2, 6, 9, 12]),
]

let poolCases: [TypeCase] = [
  accepts(
    MaxPool(.init(kernel: [3, 3], strides: [2, 2])), [floats(1, 2, 55, 55)], [1, 2, 27, 27]),
  accepts(
    MaxPool(.init(kernel: [3, 3], strides: [2, 2], roundsUp: true)), [floats(1, 2, 8, 7)],
    [1, 2, 4, 3]),
  accepts(
    MaxPool(.init(kernel: [2], strides: [3], padding: pads(1, 1), roundsUp: true)),
    [floats(1, 1, 5)], [1, 1, 2]),
  accepts(
    MaxPool(.init(kernel: [3, 3], strides: [2, 2], roundsUp: true)), [floats(1, 1, 2, 2)],
    [1, 1, 1, 1]),
  accepts(
    MaxPool(.init(kernel: [2, 2], dilations: [3, 3], padding: pads(1, 1, 1, 1))),
    [floats(1, 1, 5, 5)], [1, 1, 4, 4]),
  accepts(
    MaxPool(.init(kernel: [3, 2], strides: [2, 3], padding: .sameUpper)), [floats(1, 1, 8, 8)],
    [1, 1, 4, 3]),
  rejects(MaxPool(.init(kernel: [2])), [floats(1, 1, 5, 5)], "kernel_shape [2] has 1 entries"),
  rejects(MaxPool(.init(kernel: [0, 2])), [floats(1, 1, 5, 5)], "entry below 1"),
  rejects(MaxPool(.init(kernel: [6, 6])), [floats(1, 1, 5, 5)], "padded input extent 5"),
  rejects(
    MaxPool(.init(kernel: [6], strides: [1], roundsUp: true)), [floats(1, 1, 5)],
    "padded input extent 5"),
  rejects(
    MaxPool(.init(kernel: [2, 2], padding: pads(2, 2, 0, 0))), [floats(1, 1, 5, 5)],
    "must be smaller than the 2 elements"),
  accepts(
    MaxPool(.init(kernel: [2, 2], dilations: [3, 3], padding: pads(3, 0, 0, 0))),
    [floats(1, 1, 5, 5)], [1, 1, 5, 2]),
  accepts(MaxPool(.init(kernel: [2, 3, 2])), [floats(1, 1, 5, 5, 5)], [1, 1, 4, 3, 4]),
  accepts(
    MaxPool(.init(kernel: [2, 2]), indices: .rowMajor), [floats(1, 2, 5, 5)],
    types: TensorType(.float32, [1, 2, 4, 4]), TensorType(.int64, [1, 2, 4, 4])),
  accepts(MaxPool(.init(kernel: [2, 2])), [values(.uint8, [1, 1, 5, 5])], [1, 1, 4, 4]),
  rejects(MaxPool(.init(kernel: [])), [floats(1, 1)], "spatial axes"),
  rejects(MaxPool(.init(kernel: [2, 2])), [values(.int32, [1, 1, 5, 5])], "floating point"),

  accepts(
    AveragePool(
      .init(kernel: [2, 2], strides: [2, 2], padding: pads(0, 0, 1, 1), roundsUp: true)),
    [floats(1, 1, 5, 5)], [1, 1, 3, 3]),
  accepts(AveragePool(.init(kernel: [7])), [floats(2, 3, 7)], [2, 3, 1]),
  rejects(AveragePool(.init(kernel: [8])), [floats(2, 3, 7)], "padded input extent 7"),

  accepts(GlobalAveragePool(), [floats(2, 3, 7, 5)], [2, 3, 1, 1]),
  accepts(GlobalAveragePool(), [floats(2, 3, 7)], [2, 3, 1]),
  rejects(GlobalAveragePool(), [floats(2, 3)], "spatial axes"),
  rejects(GlobalAveragePool(), [floats(2, 3, 0)], "empty spatial axis"),
  accepts(GlobalAveragePool(), [floats(2, 3, 4, 4, 4)], [2, 3, 1, 1, 1]),
  accepts(GlobalMaxPool(), [floats(2, 3, 7, 5)], [2, 3, 1, 1]),
  rejects(GlobalMaxPool(), [floats(2)], "spatial axes"),

  accepts(LpPool(.init(kernel: [2, 2])), [floats(1, 2, 5, 4)], [1, 2, 4, 3]),
  rejects(LpPool(.init(kernel: [2]), exponent: 0), [floats(1, 2, 5)], "p is 0"),
  rejects(LpPool(.init(kernel: [2])), [values(.int8, [1, 2, 5])], "floating point"),
  accepts(GlobalLpPool(exponent: 1), [floats(2, 3, 7, 5)], [2, 3, 1, 1]),
  rejects(GlobalLpPool(exponent: -1), [floats(2, 3, 7, 5)], "p is -1"),

  accepts(
    MaxUnpool(kernel: [2, 3], strides: [2, 2], padding: pads(0, 1, 0, 0)),
    [floats(1, 2, 3, 4), values(.int64, [1, 2, 3, 4])], [1, 2, 6, 8]),
  accepts(
    MaxUnpool(kernel: [2], strides: [2]),
    [floats(1, 2, 3), values(.int64, [1, 2, 3]), list(1, 2, 7)], [1, 2, 7]),
  rejects(
    MaxUnpool(kernel: [2]), [floats(1, 2, 3), values(.int32, [1, 2, 3])], "expected int64"),
  rejects(
    MaxUnpool(kernel: [2]), [floats(1, 2, 3), values(.int64, [1, 2, 4])], "X's shape 1×2×3"),
  rejects(
    MaxUnpool(kernel: [2]), [floats(1, 2, 3), values(.int64, [1, 2, 3]), list(1, 4)],
    "output_shape [1, 4] does not fit"),
  lacks(
    MaxUnpool(kernel: [2]), [floats(1, 2, 3), values(.int64, [1, 2, 3]), unknownList(3)],
    "output_shape is computed while"),
]

let reductionCases: [TypeCase] = [
  accepts(Reduce(.mean), [floats(2, 3, 7, 5), list(2, -1)], [2, 3, 1, 1]),
  accepts(Reduce(.mean, keepsDimensions: false), [floats(2, 3, 7, 5), list(-1, 2)], [2, 3]),
  accepts(Reduce(.sum), [floats(2, 3)], [1, 1]),
  accepts(Reduce(.max, keepsDimensions: false), [floats(2, 3), list()], []),
  accepts(Reduce(.min, ignoresEmptyAxes: true), [floats(2, 3), list()], [2, 3]),
  accepts(Reduce(.product), [values(.int64, [4]), list(0)], [1]),
  accepts(Reduce(.sum), [floats(0, 3), list(0)], [1, 3]),
  rejects(Reduce(.mean), [floats(2, 3), list(2)], "axis 2 does not exist"),
  rejects(Reduce(.mean), [floats(2, 3), list(1, -1)], "named twice"),
  rejects(Reduce(.mean), [floats(2, 3), floats(1)], "expected int64"),
  lacks(Reduce(.mean), [floats(2, 3), unknownList(1)], "input axes is computed while"),
  accepts(Reduce(.max), [floats(0, 3), list(0)], [1, 3]),
  accepts(Reduce(.mean), [floats(0, 3), list(0)], [1, 3]),
  rejects(Reduce(.mean), [values(.int64, [0, 3]), list(0)], "is empty"),
  accepts(Reduce(.min), [values(.bool, [2, 3]), list(0)], [1, 3]),
  rejects(Reduce(.l2), [values(.bool, [2])], "expected numbers"),

  accepts(ArgReduce(.max, axis: -1), [floats(2, 3)], types: TensorType(.int64, [2, 1])),
  accepts(
    ArgReduce(.min, keepsDimensions: false), [values(.uint8, [2, 3])],
    types: TensorType(.int64, [3])),
  rejects(ArgReduce(.max, axis: 2), [floats(2, 3)], "axis 2 does not exist"),
  rejects(ArgReduce(.max, axis: 1), [floats(2, 0)], "is empty"),

  accepts(
    TopK(), [floats(2, 5), list(3)], types: TensorType(.float32, [2, 3]),
    TensorType(.int64, [2, 3])),
  rejects(TopK(), [floats(2, 5), list(6)], "K is 6"),
  rejects(TopK(), [floats(2, 5), list(-1)], "K is -1"),
  rejects(TopK(), [floats(2, 5), list(1, 2)], "expected one"),
  rejects(TopK(axis: 2), [floats(2, 5), list(1)], "axis 2 does not exist"),
  lacks(TopK(), [floats(2, 5), unknownList(1)], "input K is computed while"),

  accepts(Cumulate(.sum), [values(.int32, [2, 5]), list(-1)], [2, 5]),
  rejects(Cumulate(.sum), [floats(2, 5), list(2)], "axis 2 does not exist"),
  rejects(Cumulate(.product), [floats(2, 5), list(0, 1)], "expected one"),
  rejects(Cumulate(.product), [floats(2, 5)], "input axis is missing"),
  rejects(Reduce(.sum), [values(.bool, [2])], "expected numbers"),
]
