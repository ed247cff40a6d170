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
    OperatorCase(
      "statistics of a plane", InstanceNormalization(),
      [
        .floats([2, 2, 2, 1], [6, -8, -6, -5, -6, 6, 7, 2]), .floats([2], [1, -2]),
        .floats([2], [0, 3]),
      ],
      [
        .floats(
          [2, 2, 2, 1],
          [0.9999998, -0.9999998, 4.99996, 1.00004, -0.9999999, 0.9999999, 1.0000014, 4.9999986])
      ]),
    OperatorCase(
      "statistics of a plane, one axis", InstanceNormalization(epsilon: 0.5),
      [
        .floats([1, 2, 3], [-9, -8, -3, -1, 2, 0]), .floats([2], [1, -2]), .floats([2], [0, 3]),
      ],
      [.floats([1, 2, 3], [-0.8583951, -0.49051142, 1.3489065, 4.8599625, 0.67504716, 3.4649906])]),
    OperatorCase(
      "two groups", GroupNormalization(groups: 2),
      [
        .floats([2, 4, 2], [-4, -6, 4, 4, -9, -7, -1, -2, 7, 0, -2, -1, 3, 2, -6, 5]),
        .floats([4], [1, 2, -1, 3]), .floats([4], [0, 1, 2, -3]),
      ],
      [
        .floats(
          [2, 4, 2],
          [
            -0.76834965, -1.2074065, 2.9757562, 2.9757562, 3.2706392, 2.6726913, 0.36345643,
            -0.5334653, 1.6970556, -0.2828426, -0.6970556, -0.1313704, 1.5219086, 1.7609544,
            -8.0199585, -0.13145216,
          ])
      ]),
    OperatorCase(
      "two groups, one scale for each",
      GroupNormalization(groups: 2, epsilon: 0.25, scalesGroups: true),
      [
        .floats([2, 4, 2], [-4, -6, 4, 4, -9, -7, -1, -2, 7, 0, -2, -1, 3, 2, -6, 5]),
        .floats([2], [1, -2]), .floats([2], [0, 3]),
      ],
      [
        .floats(
          [2, 4, 2],
          [
            -0.7637626, -1.2001984, 0.9819805, 0.9819805, 5.5133524, 4.3305984, 0.7823362,
            1.3737133, 1.6803361, -0.28005603, -0.84016806, -0.56011206, 2.0505748, 2.5252874,
            6.3229885, 1.1011493,
          ])
      ]),
    OperatorCase(
      "last axis of a layer", LayerNormalization(),
      [
        .floats([2, 3, 2], [5, 9, 5, -4, -3, 3, 3, 4, 7, -4, 8, -9]), .floats([2], [1, -2]),
        .floats([2], [0, 3]),
      ],
      [
        .floats(
          [2, 3, 2],
          [
            -0.9999988, 1.0000024, 0.99999976, 4.9999995, -0.99999946, 1.0000011, -0.99998, 1.00004,
            0.9999998, 4.9999995, 1, 5,
          ])
      ]),
    OperatorCase(
      "last axis, with statistics", LayerNormalization(epsilon: 0.5, statistics: .float32),
      [.floats([2, 3], [-8, 9, 8, -4, -7, -4]), .floats([3], [1, 2, 3])],
      [
        .floats([2, 3], [-1.4064856, 1.5343479, 1.9179349, 0.6324555, -2.529822, 1.8973665]),
        .floats([2, 1], [3, -5]), .floats([2, 1], [0.12786232, 0.6324555]),
      ]),
    OperatorCase(
      "two axes, broadcast scale", LayerNormalization(axis: 1),
      [
        .floats([2, 2, 3], [-9, 7, 3, 2, -5, -1, -6, 5, 0, -9, -5, 4]),
        .floats([2, 3], [0, -2, -5, -8, 2, 3]), .floats([2, 3], [0, 8, 8, -6, 2, 2]),
      ],
      [
        .floats(
          [2, 2, 3],
          [
            0, 5.1610394, 4.687879, -9.785281, 0.29662347, 1.7161039, 0, 5.376588, 6.2403946,
            5.005533, 0.78427255, 5.359247,
          ])
      ]),
    OperatorCase(
      "root mean square", RMSNormalization(),
      [.floats([2, 3], [-5, -4, 0, 5, -4, 4]), .floats([3], [1, 2, 3])],
      [.floats([2, 3], [-1.352504, -2.1640062, 0, 1.1470784, -1.8353254, 2.752988])]),
    OperatorCase(
      "channels of all images", MeanVarianceNormalization(),
      [.floats([2, 2, 1, 3], [3, -5, -2, 6, 7, 3, -9, 3, -5, 6, 8, -1])],
      [
        .floats(
          [2, 2, 1, 3],
          [
            1.2535664, -0.5698029, 0.11396058, 0.3859225, 0.7167132, -0.6064496, -1.4814875,
            1.2535664, -0.5698029, 0.3859225, 1.047504, -1.9296125,
          ])
      ]),
    OperatorCase(
      "one axis alone", MeanVarianceNormalization(axes: [1]),
      [.floats([2, 2, 1, 3], [3, -5, -2, 6, 7, 3, -9, 3, -5, 6, 8, -1])],
      [.floats([2, 2, 1, 3], [-1, -1, -1, 1, 1, 1, -1, -1, -1, 1, 1, 1])]),
    OperatorCase(
      "sum of magnitudes", LpNormalization(axis: 0, exponent: 1),
      [.floats([3, 2], [1, -3, 3, 0, -4, 2])],
      [.floats([3, 2], [0.125, -0.6, 0.375, 0, -0.5, 0.4])]),
    OperatorCase(
      "length", LpNormalization(),
      [.floats([2, 2], [3, 4, 0, 0])],
      [.floats([2, 2], [0.6, 0.8, 0, 0])]),
    OperatorCase(
      "even window", LRN(size: 2, alpha: 2, beta: 1, bias: 1),
      [.floats([1, 3, 1], [1, 2, 3])],
      [.floats([1, 3, 1], [0.16666667, 0.14285715, 0.3])]),
  ]
}
