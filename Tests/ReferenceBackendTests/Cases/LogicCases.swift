import Graphs
import Tensors

extension OperatorCase {
  /// Comparisons, truth values, bits and choices.
  static let logic: [OperatorCase] = [
    OperatorCase(
      "equal, NaN is not itself", Comparison(.equal),
      [.floats([4], [1, 2, .nan, 0]), .floats([4], [1, 3, .nan, -0.0])],
      [.bools([4], [true, false, false, true])]),
    OperatorCase(
      "equal truth values", Comparison(.equal),
      [.bools([4], [false, false, true, true]), .bools([4], [false, true, false, true])],
      [.bools([4], [true, false, false, true])]),
    OperatorCase(
      "greater, broadcast", Comparison(.greater),
      [.floats([2, 1], [1, 2]), .floats([3], [0, 1, 2])],
      [.bools([2, 3], [true, false, false, true, true, false])]),
    OperatorCase(
      "greater or equal", Comparison(.greaterOrEqual),
      [.floats([4], [1, 2, 3, .nan]), .floats([], [2])],
      [.bools([4], [false, true, true, false])]),
    OperatorCase(
      "less, 64-bit integers that doubles do not tell apart", Comparison(.less),
      [.int64s([2], [.max - 1, .max]), .int64s([], [.max])],
      [.bools([2], [true, false])]),
    OperatorCase(
      "less or equal", Comparison(.lessOrEqual),
      [.int32s([3], [-1, 0, 1]), .int32s([], [0])],
      [.bools([3], [true, true, false])]),
    OperatorCase(
      "and", Logic(.and),
      [.bools([4], [false, false, true, true]), .bools([4], [false, true, false, true])],
      [.bools([4], [false, false, false, true])]),
    OperatorCase(
      "or, broadcast", Logic(.or),
      [.bools([2, 1], [false, true]), .bools([2], [false, true])],
      [.bools([2, 2], [false, true, true, true])]),
    OperatorCase(
      "xor", Logic(.xor),
      [.bools([4], [false, false, true, true]), .bools([4], [false, true, false, true])],
      [.bools([4], [false, true, true, false])]),
    OperatorCase(
      "not", Logic(.not), [.bools([2], [false, true])], [.bools([2], [true, false])]),
    OperatorCase(
      "bitwise and", Logic(.and, isBitwise: true),
      [.int32s([2], [12, -1]), .int32s([], [10])], [.int32s([2], [8, 10])]),
    OperatorCase(
      "bitwise or", Logic(.or, isBitwise: true),
      [.uint8s([2], [12, 0]), .uint8s([], [10])], [.uint8s([2], [14, 10])]),
    OperatorCase(
      "bitwise xor", Logic(.xor, isBitwise: true),
      [.int64s([2], [12, -1]), .int64s([], [10])], [.int64s([2], [6, -11])]),
    OperatorCase(
      "bitwise not", Logic(.not, isBitwise: true),
      [.uint8s([2], [0, 250])], [.uint8s([2], [255, 5])]),
    OperatorCase(
      "shift left, also by more than there are bits", BitShift(.left),
      [.uint8s([4], [16, 4, 1, 255]), .uint8s([4], [1, 2, 8, 200])],
      [.uint8s([4], [32, 16, 0, 0])]),
    OperatorCase(
      "shift right", BitShift(.right),
      [.uint8s([3], [16, 4, 1]), .uint8s([], [2])], [.uint8s([3], [4, 1, 0])]),
    OperatorCase(
      "not a number", IsNaN(),
      [.floats([3], [.nan, 1, .infinity])], [.bools([3], [true, false, false])]),
    OperatorCase(
      "infinite", IsInf(),
      [.floats([4], [.nan, 1, .infinity, -.infinity])],
      [.bools([4], [false, false, true, true])]),
    OperatorCase(
      "positive infinity", IsInf(detectsNegative: false),
      [.floats([2], [.infinity, -.infinity])], [.bools([2], [true, false])]),
    OperatorCase(
      "negative infinity", IsInf(detectsPositive: false),
      [.floats([2], [.infinity, -.infinity])], [.bools([2], [false, true])]),
    OperatorCase(
      "choice among numbers", Where(),
      [.bools([2, 1], [true, false]), .floats([2], [1, 2]), .floats([], [-1])],
      [.floats([2, 2], [1, 2, -1, -1])]),
    OperatorCase(
      "choice among truth values", Where(),
      [.bools([2], [true, false]), .bools([2], [true, true]), .bools([2], [false, false])],
      [.bools([2], [true, false])]),
    OperatorCase(
      "no choice", Where(),
      [.bools([1], [true]), .int64s([0], []), .int64s([1], [1])], [.int64s([0], [])]),
  ]
}
