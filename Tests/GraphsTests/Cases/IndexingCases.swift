import Graphs
import Tensors

let indexingCases: [TypeCase] = [
  accepts(Gather(), [list(1, 3, 8, 8), values(.int64, [])], []),
  accepts(Gather(axis: 1), [floats(2, 5, 4), values(.int32, [3, 7])], [2, 3, 7, 4]),
  accepts(Gather(axis: -1), [floats(2, 5), list(-5, 4)], [2, 2]),
  rejects(Gather(), [floats(2, 5), list(2)], "index 2 is outside extent 2"),
  rejects(Gather(), [floats(2, 5), list(.min)], "is outside extent 2"),
  rejects(Gather(axis: 2), [floats(2, 5), list(0)], "axis 2 does not exist"),
  rejects(Gather(), [floats(2, 5), floats(1)], "expected int32 or int64"),
  rejects(Gather(), [floats(2, 5)], "input indices is missing"),

  accepts(GatherElements(axis: 1), [floats(3, 5), values(.int64, [2, 9])], [2, 9]),
  rejects(GatherElements(), [floats(3, 5), values(.int64, [2, 6])], "reach beyond"),
  rejects(GatherElements(), [floats(3, 5), values(.int64, [2])], "reach beyond"),
  rejects(
    GatherElements(axis: 2), [floats(3, 5), values(.int64, [1, 1])], "axis 2 does not exist"),
  rejects(GatherElements(), [floats(3), floats(3)], "expected int32 or int64"),

  accepts(GatherND(), [floats(3, 4, 5), values(.int64, [7, 2])], [7, 5]),
  accepts(GatherND(batchAxes: 1), [floats(3, 4, 5), values(.int64, [3, 2])], [3]),
  rejects(GatherND(batchAxes: 1), [floats(3, 4), values(.int64, [2, 1])], "1 leading axes"),
  rejects(GatherND(batchAxes: .min), [floats(3, 4), values(.int64, [2, 1])], "leading axes"),
  rejects(GatherND(), [floats(3, 4), values(.int64, [2, 3])], "tuples of at most 2"),
  rejects(GatherND(), [floats(3, 4), values(.int64, [2, 0])], "tuples of at most 2"),
  rejects(GatherND(), [floats(3, 4), values(.int64, [])], "0 leading axes"),

  accepts(
    ScatterElements(axis: -1), [floats(3, 5), values(.int32, [3, 2]), floats(3, 2)], [3, 5]),
  rejects(
    ScatterElements(), [floats(3, 5), values(.int64, [1, 5]), floats(1, 4)], "updates is"),
  rejects(ScatterElements(), [floats(3), list(0), values(.int64, [1])], "updates is"),
  rejects(
    ScatterElements(), [floats(3, 5), values(.int64, [1, 6]), floats(1, 6)], "reach beyond"),

  accepts(ScatterND(), [floats(4, 5), values(.int64, [3, 1]), floats(3, 5)], [4, 5]),
  rejects(ScatterND(), [floats(4, 5), values(.int64, [3, 1]), floats(3)], "updates is"),
  rejects(ScatterND(), [floats(4, 5), values(.int64, [3, 3]), floats(3)], "tuples of at most 2"),

  accepts(TensorScatter(), [floats(2, 4, 3), floats(2, 1, 3), values(.int64, [2])], [2, 4, 3]),
  rejects(TensorScatter(), [floats(2, 4, 3), floats(2, 5, 3)], "or shorter along axis 1"),
  rejects(TensorScatter(), [floats(4, 3), floats(1, 3)], "axis 0 is the batch"),
  rejects(
    TensorScatter(), [floats(2, 4, 3), floats(2, 1, 3), list(1)], "write_indices is int64[1]"),
]

let generationCases: [TypeCase] = [
  accepts(SizeOf(), [floats(2, 3)], types: TensorType(.int64, [])),
  rejects(SizeOf(), [], "input data is missing"),

  accepts(RangeOf(), scalars(3, 10, 3), [3]),
  accepts(RangeOf(), scalars(10, 3, -3), [3]),
  accepts(RangeOf(), scalars(3, 3, 1), [0]),
  accepts(RangeOf(), scalars(3, 9, -1), [0]),
  accepts(RangeOf(), [.init(Float(0)), .init(Float(1)), .init(Float(0.1))], [10]),
  accepts(RangeOf(), [.init(Float(0)), .init(-Float.infinity), .init(Float(1))], [0]),
  lacks(RangeOf(), scalars(0, 1, 0), "more than 2^40"),
  lacks(RangeOf(), scalars(.min, .max, 1), "more than 2^40"),
  lacks(RangeOf(), scalars(0, .min, -1), "more than 2^40"),
  lacks(RangeOf(), [.init(Float(0)), .init(Float(1)), .init(Float(0))], "more than 2^40"),
  lacks(RangeOf(), [.init(Float.nan), .init(Float(1)), .init(Float(1))], "more than 2^40"),
  rejects(RangeOf(), [.init(Float(0)), .init(Float(1)), list(1)], "input delta is"),
  rejects(RangeOf(), [list(0, 1), list(1), list(1)], "expected a scalar"),
  lacks(RangeOf(), [values(.int64, []), list(1), list(1)], "input start is computed"),

  accepts(EyeLike(), [floats(2, 3)], [2, 3]),
  accepts(
    EyeLike(element: .int32, diagonal: .min), [floats(2, 3)], types: TensorType(.int32, [2, 3])),
  rejects(EyeLike(), [floats(2)], "expected a matrix"),

  accepts(
    OneHot(axis: 1), [values(.int64, [2, 3]), list(5), floats(2)],
    types: TensorType(.float32, [2, 5, 3])),
  accepts(
    OneHot(), [floats(2), .init(Float(3)), values(.int64, [2])], types: TensorType(.int64, [2, 3])),
  rejects(OneHot(), [list(1), list(-1), floats(2)], "depth -1.0 is not an extent"),
  rejects(OneHot(), [list(1), .init(Float.nan), floats(2)], "is not an extent"),
  rejects(OneHot(), [list(1), list(3), floats(3)], "expected [off, on]"),
  rejects(OneHot(axis: 2), [list(1), list(3), floats(2)], "axis 2 does not exist"),
  lacks(OneHot(), [list(1), unknownList(1), floats(2)], "input depth is computed"),

  accepts(NonZero(), [list(3, 0, 4)], types: TensorType(.int64, [1, 2])),
  lacks(NonZero(), [floats(3)], "input X is computed"),

  accepts(
    Unique(), [list(3, 1, 3)], types: TensorType(.int64, [2]), TensorType(.int64, [2]),
    TensorType(.int64, [3]), TensorType(.int64, [2])),
  rejects(Unique(axis: 1), [list(3, 1, 3)], "axis 1 does not exist"),
  lacks(Unique(), [floats(3)], "input X is computed"),
  lacks(Unique(axis: 0), [Operand(Tensor([3, 0], [Float]()))], "have no elements"),
]

let rearrangingCases: [TypeCase] = [
  accepts(Tile(), [floats(2, 3), list(1, 4)], [2, 12]),
  accepts(Tile(), [floats(2), list(0)], [0]),
  rejects(Tile(), [floats(2, 3), list(4)], "repeats has 1 entries"),
  rejects(Tile(), [floats(2), list(-1)], "negative"),
  lacks(Tile(), [floats(2), list(.max)], "beyond 2^40"),
  lacks(Tile(), [floats(2), unknownList(1)], "input repeats is computed"),

  accepts(CenterCropPad(), [floats(5, 6), list(3, 8)], [3, 8]),
  accepts(CenterCropPad(axes: [-1]), [floats(5, 6), list(3)], [5, 3]),
  rejects(CenterCropPad(), [floats(5, 6), list(3)], "entries for other axes"),
  lacks(CenterCropPad(), [floats(5), list(-3)], "negative dimension"),

  accepts(Compress(axis: 1), [floats(2, 3), bools(false, true)], [2, 1]),
  accepts(Compress(), [floats(2, 3), bools(true, false, true, true)], [3]),
  rejects(Compress(axis: 0), [floats(2, 3), bools(true, false, true)], "at most bool[2]"),
  rejects(Compress(axis: 0), [floats(2, 3), list(1)], "at most bool[2]"),
  rejects(Compress(axis: 2), [floats(2, 3), bools(true)], "axis 2 does not exist"),
  lacks(Compress(), [floats(2), values(.bool, [2])], "input condition is computed"),

  accepts(Trilu(), [floats(2, 3, 4), values(.int64, [])], [2, 3, 4]),
  rejects(Trilu(), [floats(4)], "expected matrices"),
  rejects(Trilu(), [floats(4, 4), floats()], "input k is float32"),

  accepts(ReverseSequence(), [floats(4, 3, 2), values(.int64, [3])], [4, 3, 2]),
  accepts(
    ReverseSequence(batchAxis: 0, timeAxis: 1), [floats(4, 3), values(.int64, [4])], [4, 3]),
  rejects(ReverseSequence(batchAxis: 0), [floats(4, 3), list(1, 1, 1)], "expected 0 and 1"),
  rejects(ReverseSequence(), [floats(4), list(1)], "at least two axes"),
  rejects(ReverseSequence(), [floats(4, 3), list(1)], "expected int64[3]"),

  accepts(BitCast(to: .int32), [floats(3)], types: TensorType(.int32, [3])),
  rejects(BitCast(to: .int64), [floats(3)], "another size"),

  accepts(SpaceToDepth(blockSize: 2), [floats(1, 3, 4, 6)], [1, 12, 2, 3]),
  rejects(SpaceToDepth(blockSize: 4), [floats(1, 3, 4, 6)], "do not divide"),
  rejects(SpaceToDepth(blockSize: 0), [floats(1, 3, 4, 6)], "blocksize is 0"),
  rejects(SpaceToDepth(blockSize: 1), [floats(3, 4, 6)], "expected N, C, H and W"),
  lacks(SpaceToDepth(blockSize: 1 << 20), [floats(0, 1 << 30, 0, 0)], "beyond 2^40"),

  accepts(Col2Im(), [floats(2, 12, 9), list(4, 4), list(2, 2)], [2, 3, 4, 4]),
  accepts(
    Col2Im(strides: [2, 2], dilations: [1, 2], pads: [1, 0, 1, 0]),
    [floats(1, 4, 6), list(4, 5), list(2, 2)], [1, 1, 4, 5]),
  rejects(Col2Im(), [floats(2, 12, 8), list(4, 4), list(2, 2)], "for each of 9 blocks"),
  rejects(Col2Im(), [floats(2, 13, 9), list(4, 4), list(2, 2)], "multiple of 4 columns"),
  rejects(Col2Im(), [floats(2, 12, 9), list(4, 4), list(2)], "different numbers of axes"),
  rejects(Col2Im(), [floats(2, 12, 9), list(4, 4), list(5, 5)], "larger than the padded image"),
  rejects(Col2Im(strides: [0, 1]), [floats(2, 12, 9), list(4, 4), list(2, 2)], "1 to 2^20"),
  rejects(Col2Im(), [floats(12, 9), list(4, 4), list(2, 2)], "expected N, C"),
]

let samplingCases: [TypeCase] = [
  accepts(
    RoiAlign(outputHeight: 5, outputWidth: 7),
    [floats(2, 3, 4, 6), floats(9, 4), values(.int64, [9])], [9, 3, 5, 7]),
  rejects(RoiAlign(), [floats(3, 4, 6), floats(9, 4), values(.int64, [9])], "expected N, C, H"),
  rejects(RoiAlign(), [floats(1, 3, 0, 6), floats(9, 4), values(.int64, [9])], "all positive"),
  rejects(
    RoiAlign(), [floats(1, 3, 4, 6), floats(9, 5), values(.int64, [9])], "expected float32[9×4]"),
  rejects(RoiAlign(), [floats(1, 3, 4, 6), floats(9, 4), values(.int32, [9])], "a list of int64"),
  rejects(
    RoiAlign(outputWidth: 0), [floats(1, 3, 4, 6), floats(9, 4), values(.int64, [9])],
    "output of 1×0"),
  lacks(
    RoiAlign(outputHeight: .max), [floats(1, 3, 4, 6), floats(9, 4), values(.int64, [9])], "2^40"),
  lacks(
    RoiAlign(samplingRatio: -1), [floats(1, 3, 4, 6), floats(9, 4), values(.int64, [9])],
    "sampling_ratio is -1"),

  accepts(GridSample(), [floats(2, 3, 4, 5), floats(2, 6, 7, 2)], [2, 3, 6, 7]),
  accepts(
    GridSample(mode: .cubic), [floats(1, 1, 4, 5, 6), floats(1, 2, 2, 2, 3)], [1, 1, 2, 2, 2]),
  accepts(GridSample(mode: .nearest), [values(.bool, [1, 1, 4]), floats(1, 2, 1)], [1, 1, 2]),
  rejects(GridSample(), [values(.bool, [1, 1, 4]), floats(1, 2, 1)], "expected numbers"),
  rejects(GridSample(), [floats(2, 3, 4, 5), floats(2, 6, 7, 3)], "the last of extent 2"),
  rejects(GridSample(), [floats(2, 3, 4, 5), floats(1, 6, 7, 2)], "grid has shape"),
  rejects(GridSample(), [floats(2, 3), floats(2, 0)], "grid has shape"),
  rejects(GridSample(), [floats(1, 1, 0, 5), floats(1, 6, 7, 2)], "no pixels"),
  rejects(GridSample(), [floats(1, 1, 4), values(.int64, [1, 2, 1])], "expected floating point"),

  accepts(AffineGrid(), [floats(2, 2, 3), list(2, 3, 4, 5)], [2, 4, 5, 2]),
  accepts(AffineGrid(), [floats(1, 3, 4), list(1, 3, 4, 5, 6)], [1, 4, 5, 6, 3]),
  rejects(AffineGrid(), [floats(2, 2, 3), list(1, 3, 4, 5)], "expected 1×2×3"),
  rejects(AffineGrid(), [floats(2, 2, 3), list(2, 3)], "size is [2, 3]"),
  lacks(AffineGrid(), [floats(2, 2, 3), unknownList(4)], "input size is computed"),

  accepts(
    NonMaxSuppression(), [floats(2, 9, 4), floats(2, 3, 9), list(5)],
    types: TensorType(.int64, [30, 3])),
  accepts(
    NonMaxSuppression(), [floats(1, 9, 4), floats(1, 3, 9), list(.max), floats(), floats(1)],
    types: TensorType(.int64, [27, 3])),
  accepts(
    NonMaxSuppression(), [floats(1, 9, 4), floats(1, 3, 9)], types: TensorType(.int64, [0, 3])),
  rejects(NonMaxSuppression(), [floats(1, 9, 5), floats(1, 3, 9)], "boxes of shape"),
  rejects(NonMaxSuppression(), [floats(1, 9, 4), floats(1, 3, 8)], "boxes of shape"),
  rejects(
    NonMaxSuppression(), [floats(1, 9, 4), floats(1, 3, 9), list(1, 2)], "expected one number"),
  rejects(
    NonMaxSuppression(), [floats(1, 9, 4), floats(1, 3, 9), list(1), floats(2)], "a threshold"),
  lacks(
    NonMaxSuppression(), [floats(1, 9, 4), floats(1, 3, 9), unknownList(1)],
    "input max_output_boxes_per_class is computed"),
]

private func scalars(_ start: Int, _ limit: Int, _ delta: Int) -> [Operand?] {
  [start, limit, delta].map { Operand(Tensor(scalar: Int64($0))) }
}

private func bools(_ values: Bool...) -> Operand { Operand(Tensor([values.count], values)) }

extension Operand {
  fileprivate init(_ value: Float) { self.init(Tensor(scalar: value)) }
}
