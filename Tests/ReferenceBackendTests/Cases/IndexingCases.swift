import Graphs
import Tensors

extension OperatorCase {
  private static let sixFloats = Tensor.floats([2, 3], [1, 2, 3, 4, 5, 6])

  /// Operators that take or update elements by index.
  static let indexing: [OperatorCase] = [
    OperatorCase(
      "gather rows", Gather(),
      [.floats([3, 2], [1, 2, 3, 4, 5, 6]), .int64s([3], [2, -3, 2])],
      [.floats([3, 2], [5, 6, 1, 2, 5, 6])]),
    OperatorCase(
      "gather columns by a matrix", Gather(axis: 1),
      [sixFloats, .int32s([2, 2], [0, -1, 1, 1])],
      [.floats([2, 2, 2], [1, 3, 2, 2, 4, 6, 5, 5])]),
    OperatorCase(
      "gather one", Gather(),
      [.int64s([3], [5, 6, 7]), .int64s([], [1])],
      [.int64s([], [6])]),
    OperatorCase(
      "gather none", Gather(),
      [.floats([3, 2], [1, 2, 3, 4, 5, 6]), .int64s([0], [])],
      [.floats([0, 2], [])]),
    OperatorCase(
      "elements along rows", GatherElements(axis: 1),
      [sixFloats, .int64s([2, 2], [-1, 0, 1, 1])],
      [.floats([2, 2], [3, 1, 5, 5])]),
    OperatorCase(
      "elements along columns, fewer of them", GatherElements(),
      [sixFloats, .int32s([3, 2], [0, 1, 1, 0, -1, -2])],
      [.floats([3, 2], [1, 5, 4, 2, 4, 2])]),
    OperatorCase(
      "elements by tuples", GatherND(),
      [sixFloats, .int64s([2, 2], [0, 2, -1, 0])], [.floats([2], [3, 4])]),
    OperatorCase(
      "rows by tuples", GatherND(),
      [sixFloats, .int64s([3, 1], [1, 0, -1])],
      [.floats([3, 3], [4, 5, 6, 1, 2, 3, 4, 5, 6])]),
    OperatorCase(
      "tuples in a batch", GatherND(batchAxes: 1),
      [sixFloats, .int64s([2, 1], [2, 0])], [.floats([2], [3, 4])]),
    OperatorCase(
      "elements replaced along rows", ScatterElements(axis: 1),
      [sixFloats, .int64s([1, 2], [-1, 0]), .floats([1, 2], [9, 8])],
      [.floats([2, 3], [8, 2, 9, 4, 5, 6])]),
    OperatorCase(
      "bools replaced", ScatterElements(),
      [.bools([3], [true, false, false]), .int64s([2], [0, 2]), .bools([2], [false, true])],
      [.bools([3], [false, false, true])]),
    OperatorCase(
      "elements added twice", ScatterElements(axis: -1, reduction: .add),
      [.floats([3], [1, 2, 3]), .int64s([3], [1, 1, 0]), .floats([3], [10, 20, 30])],
      [.floats([3], [31, 32, 3])]),
    OperatorCase(
      "integers wrap", ScatterElements(reduction: .add),
      [.uint8s([2], [250, 1]), .int64s([2], [0, 0]), .uint8s([2], [5, 5])],
      [.uint8s([2], [4, 1])]),
    OperatorCase(
      "maximum and minimum of integers", ScatterElements(reduction: .maximum),
      [.int64s([3], [1, -2, 3]), .int64s([2], [1, 2]), .int64s([2], [0, 2])],
      [.int64s([3], [1, 0, 3])]),
    OperatorCase(
      "minimum", ScatterElements(reduction: .minimum),
      [.floats([3], [1, -2, 3]), .int64s([2], [1, 2]), .floats([2], [0, 2])],
      [.floats([3], [1, -2, 2])]),
    OperatorCase(
      "products", ScatterND(reduction: .multiply),
      [.int32s([3], [1, 2, 3]), .int64s([2, 1], [2, -1]), .int32s([2], [5, 2])],
      [.int32s([3], [1, 2, 30])]),
    OperatorCase(
      "rows replaced", ScatterND(),
      [sixFloats, .int64s([1, 1], [1]), .floats([1, 3], [7, 8, 9])],
      [.floats([2, 3], [1, 2, 3, 7, 8, 9])]),
    OperatorCase(
      "nothing replaced", ScatterND(),
      [sixFloats, .int64s([0, 1], []), .floats([0, 3], [])], [sixFloats]),
    OperatorCase(
      "a run written into a cache", TensorScatter(),
      [
        .floats([2, 3, 1], [1, 2, 3, 4, 5, 6]), .floats([2, 2, 1], [7, 8, 9, 10]),
        .int64s([2], [1, 0]),
      ],
      [.floats([2, 3, 1], [1, 7, 8, 9, 10, 6])]),
    OperatorCase(
      "a run written around the end", TensorScatter(axis: 1, mode: .circular),
      [.floats([1, 3], [1, 2, 3]), .floats([1, 2], [7, 8]), .int64s([1], [2])],
      [.floats([1, 3], [8, 2, 7])]),
  ]

  /// Operators that make tensors from shapes, bounds or indices.
  static let generation: [OperatorCase] = [
    OperatorCase("size", SizeOf(), [sixFloats], [.int64s([], [6])]),
    OperatorCase(
      "range of integers", RangeOf(),
      [.int32s([], [10]), .int32s([], [4]), .int32s([], [-4])], [.int32s([2], [10, 6])]),
    OperatorCase(
      "range of floats", RangeOf(),
      [.doubles([], [1]), .doubles([], [2.5]), .doubles([], [0.5])],
      [.doubles([3], [1, 1.5, 2])]),
    OperatorCase(
      "a diagonal", EyeLike(element: .int64, diagonal: 1), [sixFloats],
      [.int64s([2, 3], [0, 1, 0, 0, 0, 1])]),
    OperatorCase(
      "a diagonal of the input's type", EyeLike(diagonal: -1), [sixFloats],
      [.floats([2, 3], [0, 0, 0, 1, 0, 0])]),
    OperatorCase(
      "one hot", OneHot(),
      [.int64s([3], [0, -1, 7]), .int64s([], [3]), .int32s([2], [5, 1])],
      [.int32s([3, 3], [1, 5, 5, 5, 5, 1, 5, 5, 5])]),
    OperatorCase(
      "one hot along the first axis", OneHot(axis: 0),
      [.floats([2], [1.9, 0]), .int64s([1], [2]), .floats([2], [0, 1])],
      [.floats([2, 2], [0, 1, 1, 0])]),
    OperatorCase(
      "not zero", NonZero(),
      [.int32s([2, 2], [1, 0, 3, 4])], [.int64s([2, 3], [0, 1, 1, 0, 0, 1])]),
    OperatorCase(
      "different elements, ascending", Unique(),
      [.int64s([6], [2, 1, 1, 3, 4, 3])],
      [
        .int64s([4], [1, 2, 3, 4]), .int64s([4], [1, 0, 3, 4]),
        .int64s([6], [1, 0, 0, 2, 3, 2]), .int64s([4], [2, 1, 2, 1]),
      ]),
    OperatorCase(
      "different elements in order", Unique(isSorted: false),
      [.doubles([3], [2, -1, 2])],
      [
        .doubles([2], [2, -1]), .int64s([2], [0, 1]), .int64s([3], [0, 1, 0]),
        .int64s([2], [2, 1]),
      ]),
    OperatorCase(
      "different columns", Unique(axis: 1),
      [.int32s([2, 3], [1, -1, 1, 0, 4, 0])],
      [
        .int32s([2, 2], [-1, 1, 4, 0]), .int64s([2], [1, 0]), .int64s([3], [1, 0, 1]),
        .int64s([2], [1, 2]),
      ]),
  ]

  /// Operators that read at positions, or select boxes.
  static let sampling: [OperatorCase] = [
    OperatorCase(
      "every pixel once", RoiAlign(samplingRatio: 2),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 4], [0, 0, 2, 2]), .int64s([1], [0])],
      [.floats([1, 1, 1, 1], [2.5])]),
    OperatorCase(
      "without half pixels, at the border", RoiAlign(usesHalfPixel: false),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 4], [0, 0, 2, 2]), .int64s([1], [0])],
      [.floats([1, 1, 1, 1], [3.25])]),
    OperatorCase(
      "maxima of scaled regions of two images",
      RoiAlign(mode: .maximum, outputWidth: 2, samplingRatio: 1, spatialScale: 0.5),
      [
        .floats([2, 1, 1, 2], [1, 2, 3, 4]), .floats([2, 4], [0, 0, 4, 2, -40, 0, -36, 2]),
        .int64s([2], [1, 0]),
      ],
      [.floats([2, 1, 1, 2], [3, 4, 0, 0])]),
    OperatorCase(
      "regions turned around read nothing", RoiAlign(),
      [
        .floats([1, 1, 1, 1], [7]), .floats([2, 4], [1, 1, 0, 0, 1, 1, -3e38, -1e20]),
        .int64s([2], [0, 0]),
      ],
      [.floats([2, 1, 1, 1], [0, 0])]),
    OperatorCase(
      "linear between pixels and beyond", GridSample(),
      [.floats([1, 1, 1, 2], [2, 4]), .floats([1, 1, 3, 2], [0, 0, 1, 0, -3, 0])],
      [.floats([1, 1, 1, 3], [3, 2, 0])]),
    OperatorCase(
      "linear, corners aligned, border repeated",
      GridSample(padding: .border, alignsCorners: true),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), .floats([1, 1, 3, 2], [-1, 1, 0, 0, 9, 9])],
      [.floats([1, 1, 1, 3], [3, 2.5, 4])]),
    OperatorCase(
      "nearest, reflected", GridSample(mode: .nearest, padding: .reflection),
      [.floats([1, 1, 3], [1, 2, 3]), .floats([1, 4, 1], [-1.5, 1.4, 5, 0])],
      [.floats([1, 1, 4], [1, 3, 3, 2])]),
    OperatorCase(
      "nearest, no number", GridSample(mode: .nearest),
      [.floats([1, 1, 2], [1, 2]), .floats([1, 3, 1], [.nan, .infinity, -0.5])],
      [.floats([1, 1, 3], [0, 0, 1])]),
    OperatorCase(
      "cubic at a pixel, several channels", GridSample(mode: .cubic, alignsCorners: true),
      [.floats([1, 2, 3], [1, 2, 4, 5, 6, 7]), .floats([1, 1, 1], [0])],
      [.floats([1, 2, 1], [2, 6])]),
    OperatorCase(
      "identity map of pixel centres", AffineGrid(),
      [.floats([1, 2, 3], [1, 0, 0, 0, 1, 0]), .int64s([4], [1, 1, 1, 2])],
      [.floats([1, 1, 2, 2], [-0.5, 0, 0.5, 0])]),
    OperatorCase(
      "map of corners", AffineGrid(alignsCorners: true),
      [.floats([1, 2, 3], [0, 2, 0.5, 1, 0, 0]), .int64s([4], [1, 1, 2, 2])],
      [.floats([1, 2, 2, 2], [-1.5, -1, -1.5, 1, 2.5, -1, 2.5, 1])]),
    OperatorCase(
      "boxes that overlap much are left out", NonMaxSuppression(),
      [
        .floats([1, 3, 4], [0, 0, 1, 1, 1, 1, 0, 0.1, 0, 2, 1, 3]),
        .floats([1, 1, 3], [0.5, 0.9, 0.7]), .int64s([], [3]), .floats([], [0.5]),
      ],
      [.int64s([3, 3], [0, 0, 1, 0, 0, 2, -1, -1, -1])]),
    OperatorCase(
      "boxes by centre, above a score, of two classes", NonMaxSuppression(usesCenters: true),
      [
        .floats([1, 2, 4], [0, 0, 2, 2, 5, 5, 2, 2]), .floats([1, 2, 2], [0.5, 0.5, 0.1, 0.6]),
        .int64s([1], [2]), .floats([], [0.5]), .floats([], [0.1]),
      ],
      [.int64s([4, 3], [0, 0, 0, 0, 0, 1, 0, 1, 1, -1, -1, -1])]),
  ]

  /// Operators that rearrange elements.
  static let rearranging: [OperatorCase] = [
    OperatorCase(
      "tile", Tile(), [.floats([1, 2], [1, 2]), .int64s([2], [2, 2])],
      [.floats([2, 4], [1, 2, 1, 2, 1, 2, 1, 2])]),
    OperatorCase(
      "crop rows and pad columns", CenterCropPad(),
      [.int32s([4, 1], [1, 2, 3, 4]), .int64s([2], [1, 4])],
      [.int32s([1, 4], [0, 2, 0, 0])]),
    OperatorCase(
      "crop one axis", CenterCropPad(axes: [-1]),
      [sixFloats, .int64s([1], [1])], [.floats([2, 1], [2, 5])]),
    OperatorCase(
      "compress columns", Compress(axis: 1),
      [sixFloats, .bools([2], [false, true])], [.floats([2, 1], [2, 5])]),
    OperatorCase(
      "compress elements", Compress(),
      [sixFloats, .bools([5], [false, true, false, false, true])], [.floats([2], [2, 5])]),
    OperatorCase(
      "upper triangle", Trilu(), [sixFloats], [.floats([2, 3], [1, 2, 3, 0, 5, 6])]),
    OperatorCase(
      "lower triangle and one diagonal", Trilu(keepsUpper: false),
      [sixFloats, .int64s([], [1])], [.floats([2, 3], [1, 2, 0, 4, 5, 6])]),
    OperatorCase(
      "nothing above the matrix", Trilu(), [sixFloats, .int64s([], [.max])],
      [.floats([2, 3], [0, 0, 0, 0, 0, 0])]),
    OperatorCase(
      "reverse columns of different lengths", ReverseSequence(),
      [.floats([3, 2], [1, 2, 3, 4, 5, 6]), .int64s([2], [3, 2])],
      [.floats([3, 2], [5, 4, 3, 2, 1, 6])]),
    OperatorCase(
      "reverse rows", ReverseSequence(batchAxis: 0, timeAxis: 1),
      [sixFloats, .int64s([2], [0, 3])], [.floats([2, 3], [1, 2, 3, 6, 5, 4])]),
    OperatorCase(
      "bits of floats", BitCast(to: .int32),
      [.floats([2], [1, -2])], [.int32s([2], [0x3f80_0000, -0x4000_0000])]),
    OperatorCase(
      "bits to floats", BitCast(to: .float32),
      [.int32s([2], [0x3f80_0000, -0x4000_0000])], [.floats([2], [1, -2])]),
    OperatorCase(
      "space to depth", SpaceToDepth(blockSize: 2),
      [.floats([1, 2, 2, 4], [1, 5, 2, 6, 9, 13, 10, 14, 3, 7, 4, 8, 11, 15, 12, 16])],
      [.floats([1, 8, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])]),
    OperatorCase(
      "blocks added up", Col2Im(),
      [.floats([1, 2, 2], [1, 2, 3, 4]), .int64s([2], [1, 3]), .int64s([2], [1, 2])],
      [.floats([1, 1, 1, 3], [1, 5, 4])]),
    OperatorCase(
      "blocks with strides, dilations and pads",
      Col2Im(strides: [2], dilations: [2], pads: [1, 0]),
      [.floats([1, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), .int64s([1], [4]), .int64s([1], [2])],
      [.floats([1, 2, 4], [0, 5, 0, 4, 0, 13, 0, 8])]),
  ]
}
