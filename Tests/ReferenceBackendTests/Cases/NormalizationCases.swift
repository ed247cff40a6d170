import Graphs
import Tensors

extension OperatorCase {
  /// BatchNormalization, LRN and Softmax.
  static let normalization: [OperatorCase] = [
    OperatorCase(
      "statistics per channel", BatchNormalization(epsilon: 0),
      [
        .floats([1, 2, 2, 1], [1, 2, 3, 4]),
        .floats([2], [1, 2]),
        .floats([2], [0, 10]),
        .floats([2], [1, 3]),
        .floats([2], [4, 0.25]),
      ],
      [.floats([1, 2, 2, 1], [0, 0.5, 10, 14])]),
    OperatorCase(
      "epsilon", BatchNormalization(epsilon: 0.75),
      [
        .floats([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
        .floats([2], [1, -1]),
        .floats([2], [0, 1]),
        .floats([2], [0, 1]),
        .floats([2], [0.25, 3.25]),
      ],
      [.floats([2, 2, 2], [1, 2, 0, -0.5, 5, 6, -2, -2.5])]),
    OperatorCase(
      "rank 2", BatchNormalization(),
      [
        .floats([2, 2], [1, 2, 3, 4]),
        .floats([2], [1, 3]),
        .floats([2], [0, 1]),
        .floats([2], [1, 2]),
        .floats([2], [1, 4]),
      ],
      [.floats([2, 2], [0, 1, 1.99999, 3.9999964])]),
    OperatorCase(
      "window 3 over 4 channels", LRN(size: 3, alpha: 3, beta: 0.5, bias: 1),
      [.floats([1, 4, 1, 1], [1, 2, 3, 4])],
      [.floats([1, 4, 1, 1], [0.40824828, 0.5163978, 0.5477226, 0.7844646])]),
    OperatorCase(
      "window wider than the channels", LRN(size: 5, alpha: 0.5, beta: 0.75, bias: 2),
      [.floats([2, 2, 1, 2], [-3, 0, 1, -1, -3, -2, 0, -2])],
      [
        .floats(
          [2, 2, 1, 2],
          [
            -1.3160739, 0, 0.43869132, -0.57323873, -1.3499657, -0.9239776, 0, -0.9239776,
          ])
      ]),
    OperatorCase(
      "window 1", LRN(size: 1, alpha: 1, beta: 1, bias: 0.5),
      [.floats([1, 2, 1, 1], [1, -2])],
      [.floats([1, 2, 1, 1], [0.6666667, -0.44444445])]),
    OperatorCase(
      "last axis", Softmax(),
      [.floats([2, 2], [0, 1.0986123, 1, 1])],
      [.floats([2, 2], [0.25, 0.75, 0.5, 0.5])]),
    OperatorCase(
      "middle axis", Softmax(axis: 1),
      [.floats([1, 3, 2], [3, 0, 1, 3, -1, 1])],
      [
        .floats(
          [1, 3, 2],
          [
            0.8668133, 0.042010065, 0.11731042, 0.8437947, 0.01587624, 0.11419519,
          ])
      ]),
    OperatorCase(
      "large values stay finite", Softmax(),
      [.floats([3], [1000, 1000, -1000])],
      [.floats([3], [0.5, 0.5, 0])]),
    OperatorCase(
      "before opset 13", Softmax(axis: 1, flattens: true),
      [.floats([2, 2, 2], [1, -3, -2, 2, -1, -3, 0, -2])],
      [
        .floats(
          [2, 2, 2],
          [
            0.2641042, 0.004837237, 0.013148973, 0.7179096, 0.2368828, 0.0320586, 0.6439142,
            0.087144315,
          ])
      ]),
    OperatorCase(
      "one element", Softmax(axis: 0),
      [.floats([1], [7])],
      [.floats([1], [1])]),
    OperatorCase(
      "logarithm, last axis", Softmax(.logarithm),
      [.floats([2, 3], [-3, 3, 3, 4, 7, -4])],
      [
        .floats(
          [2, 3], [-6.6943855, -0.6943857, -0.6943857, -3.0486033, -0.048603225, -11.048603])
      ]),
    OperatorCase(
      "logarithm, before opset 13", Softmax(.logarithm, axis: 1, flattens: true),
      [.floats([2, 2, 2], [8, -9, -8, 9, 8, -4, -7, -4])],
      [
        .floats(
          [2, 2, 2],
          [
            -1.3132617, -18.313261, -17.313261, -0.31326175, -1.2636105e-05, -12.000012, -15.000012,
            -12.000012,
          ])
      ]),
    OperatorCase(
      "logarithm of large differences", Softmax(.logarithm),
      [.floats([2], [1000, 0])],
      [.floats([2], [0, -1000])]),
    OperatorCase(
      "hard, first of equals", Softmax(.hard, axis: 0),
      [.floats([3, 2], [1, 2, 3, 2, 3, 0])],
      [.floats([3, 2], [0, 1, 1, 0, 0, 0])]),
  ]
}
