import Graphs
import Tensors

extension OperatorCase {
  /// Gemm and MatMul on small integers.
  static let matrix: [OperatorCase] = [
    OperatorCase(
      "plain", Gemm(),
      [.floats([2, 3], [2, 2, 2, 2, 1, 1]), .floats([3, 2], [-1, -3, 3, -1, -1, 1])],
      [.floats([2, 2], [2, -6, 0, -6])]),
    OperatorCase(
      "B transposed, alpha and beta, row bias", Gemm(alpha: 0.5, beta: 2, transposesB: true),
      [
        .floats([2, 3], [2, 2, 2, 2, 1, 1]),
        .floats([4, 3], [0, 2, 3, 1, 3, -3, 0, 1, 3, -2, 0, 2]),
        .floats([4], [1, 2, 3, 4]),
      ],
      [.floats([2, 4], [7, 5, 10, 8, 4.5, 5, 8, 7])]),
    OperatorCase(
      "A transposed, column bias", Gemm(transposesA: true),
      [
        .floats([3, 2], [1, -3, -1, -1, -2, -2]),
        .floats([3, 4], [-2, -1, -1, -2, 3, 2, 1, 0, 2, 0, -1, 3]),
        .floats([2, 1], [10, 20]),
      ],
      [.floats([2, 4], [1, 7, 10, 2, 19, 21, 24, 20])]),
    OperatorCase(
      "both transposed, scalar bias", Gemm(transposesA: true, transposesB: true),
      [
        .floats([3, 2], [-2, 1, -2, 1, -3, -2]),
        .floats([2, 3], [2, -1, 3, -3, -2, -1]),
        .floats([], [5]),
      ],
      [.floats([2, 2], [-6, 18, 0, 2])]),
    OperatorCase(
      "whole bias", Gemm(),
      [
        .floats([2, 3], [2, 2, 2, 2, 1, 1]),
        .floats([3, 2], [-1, -3, 3, -1, -1, 1]),
        .floats([2, 2], [1, 2, 3, 4]),
      ],
      [.floats([2, 2], [3, -4, 3, -2])]),
    OperatorCase(
      "depth 0 leaves the bias", Gemm(),
      [.floats([2, 0], []), .floats([0, 2], []), .floats([2], [1, 2])],
      [.floats([2, 2], [1, 2, 1, 2])]),
    OperatorCase(
      "no rows", Gemm(),
      [.floats([0, 3], []), .floats([3, 2], [-1, -3, 3, -1, -1, 1])],
      [.floats([0, 2], [])]),
    OperatorCase(
      "fused relu", Gemm(activation: .relu),
      [
        .floats([2, 3], [2, 2, 2, 2, 1, 1]),
        .floats([3, 2], [-1, -3, 3, -1, -1, 1]),
        .floats([2], [1, -1]),
      ],
      [.floats([2, 2], [3, 0, 1, 0])]),
    OperatorCase(
      "two matrices", MatMul(),
      [.floats([2, 3], [2, 2, 2, 2, 1, 1]), .floats([3, 2], [-1, -3, 3, -1, -1, 1])],
      [.floats([2, 2], [2, -6, 0, -6])]),
    OperatorCase(
      "batches broadcast", MatMul(),
      [
        .floats([2, 1, 1, 2], [0, 1, 0, 1]),
        .floats([3, 2, 2], [-2, 0, 2, 0, 1, 1, -1, -2, -2, 1, -3, 3]),
      ],
      [.floats([2, 3, 1, 2], [2, 0, -1, -2, -3, 3, 2, 0, -1, -2, -3, 3])]),
    OperatorCase(
      "vector by matrix", MatMul(),
      [.floats([3], [1, 2, 3]), .floats([3, 2], [-1, -3, 3, -1, -1, 1])],
      [.floats([2], [2, -2])]),
    OperatorCase(
      "matrix by vector", MatMul(),
      [.floats([2, 3], [2, 2, 2, 2, 1, 1]), .floats([3], [1, 2, 3])],
      [.floats([2], [12, 7])]),
    OperatorCase(
      "vector by vector", MatMul(),
      [.floats([3], [1, 2, 3]), .floats([3], [4, 5, 6])],
      [.floats([], [32])]),
    OperatorCase(
      "batch by one matrix", MatMul(),
      [
        .floats([2, 2, 3], [-2, -2, -2, -3, 1, 3, 0, 0, -3, 1, 0, 0]),
        .floats([3, 2], [-1, -3, 3, -1, -1, 1]),
      ],
      [.floats([2, 2, 2], [-2, 6, 3, 11, 3, -3, -1, -3])]),
    OperatorCase(
      "two matrices", Det(), [.floats([2, 2, 2], [1, 2, 3, 4, 1, 2, 2, 4])],
      [.floats([2], [-2, 0])]),
    OperatorCase(
      "rows change places", Det(), [.doubles([3, 3], [0, 2, 0, 0, 0, 3, 4, 0, 0])],
      [.doubles([], [24])]),
    OperatorCase("no elements", Det(), [.floats([1, 0, 0], [])], [.floats([1], [1])]),
    OperatorCase(
      "product, transposed", Einsum("ij,jk->ki"),
      [.floats([2, 3], [2, 2, 2, 2, 1, 1]), .floats([3, 2], [-1, -3, 3, -1, -1, 1])],
      [.floats([2, 2], [2, 0, -6, -6])]),
    OperatorCase(
      "implicit output, in alphabetic order", Einsum("ba"), [.floats([2, 3], [1, 2, 3, 4, 5, 6])],
      [.floats([3, 2], [1, 4, 2, 5, 3, 6])]),
    OperatorCase(
      "diagonals of a batch", Einsum("...ii->...i"),
      [.floats([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])], [.floats([2, 2], [1, 4, 5, 8])]),
    OperatorCase(
      "axes broadcast and one is summed away", Einsum("a...,b...->..."),
      [.floats([2, 1], [1, 2]), .floats([1, 3], [1, 10, 100])], [.floats([3], [3, 30, 300])]),
    OperatorCase(
      "three factors", Einsum("i,i,i->"),
      [
        .int32s([2], [1, 2]), .int32s([2], [3, 4]), .int32s([2], [5, 1 << 30]),
      ], [.int32s([], [15])]),
    OperatorCase(
      "an empty sum", Einsum("ij->i"), [.floats([2, 0], [])], [.floats([2], [0, 0])]),
  ]
}
