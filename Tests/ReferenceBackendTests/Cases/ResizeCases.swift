import Graphs
import Tensors

extension OperatorCase {
  /// Resampling in every mode.
  static let resize: [OperatorCase] = [
    OperatorCase(
      "nearest, doubled", Resize(),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), nil, .floats([4], [1, 1, 2, 2])],
      [.floats([1, 1, 4, 4], [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])]),
    OperatorCase(
      "nearest, asymmetric floor", Resize(coordinates: .asymmetric, rounding: .floor),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), nil, .floats([4], [1, 1, 1.5, 3])],
      [.floats([1, 1, 3, 6], [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])]),
    OperatorCase(
      "nearest, round_prefer_floor", Resize(coordinates: .asymmetric, rounding: .roundPreferFloor),
      [.floats([1, 1, 1, 5], [1, 2, 3, 4, 5]), nil, .floats([4], [1, 1, 1, 2])],
      [.floats([1, 1, 1, 10], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])]),
    OperatorCase(
      "nearest, round_prefer_ceil", Resize(coordinates: .asymmetric, rounding: .roundPreferCeil),
      [.floats([1, 1, 1, 5], [1, 2, 3, 4, 5]), nil, .floats([4], [1, 1, 1, 2])],
      [.floats([1, 1, 1, 10], [1, 2, 2, 3, 3, 4, 4, 5, 5, 5])]),
    OperatorCase(
      "nearest, floor", Resize(coordinates: .asymmetric, rounding: .floor),
      [.floats([1, 1, 1, 5], [1, 2, 3, 4, 5]), nil, .floats([4], [1, 1, 1, 2])],
      [.floats([1, 1, 1, 10], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])]),
    OperatorCase(
      "nearest, ceil", Resize(coordinates: .asymmetric, rounding: .ceil),
      [.floats([1, 1, 1, 5], [1, 2, 3, 4, 5]), nil, .floats([4], [1, 1, 1, 2])],
      [.floats([1, 1, 1, 10], [1, 2, 2, 3, 3, 4, 4, 5, 5, 5])]),
    OperatorCase(
      "nearest, a coordinate that single precision makes whole", Resize(rounding: .floor),
      [.floats([1, 1, 1, 5], [1, 2, 3, 4, 5]), nil, .floats([4], [1, 1, 1, 0.6])],
      [.floats([1, 1, 1, 3], [1, 3, 4])]),
    OperatorCase(
      "nearest, identity", Resize(),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), nil, .floats([4], [1, 1, 1, 1])],
      [.floats([1, 1, 2, 2], [1, 2, 3, 4])]),
    OperatorCase(
      "nearest, sizes of chosen axes", Resize(axes: [3, 2]),
      [.floats([1, 1, 2, 2], [1, 2, 3, 4]), nil, nil, .int64s([2], [3, 1])],
      [.floats([1, 1, 1, 3], [1, 1, 2])]),
    OperatorCase(
      "linear, half_pixel, enlarged", Resize(mode: .linear, coordinates: .halfPixel),
      [.floats([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), nil, .floats([4], [1, 1, 2, 1.5])],
      [
        .floats(
          [1, 1, 4, 6],
          [
            1, 1.5, 2.1666665, 2.8333333, 3.5, 4, 2, 2.5, 3.1666665, 3.8333333, 4.5, 5, 4, 4.5,
            5.166666, 5.833333, 6.5, 7, 5, 5.5, 6.166666, 6.8333335, 7.5, 8,
          ])
      ]),
    OperatorCase(
      "linear, half_pixel, reduced", Resize(mode: .linear, coordinates: .halfPixel),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        .floats([4], [1, 1, 0.6, 0.5]),
      ],
      [.floats([1, 1, 2, 1], [-1.3333331, -3.5])]),
    OperatorCase(
      "cubic, half_pixel", Resize(mode: .cubic, coordinates: .halfPixel),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        nil,
        .int64s([4], [1, 1, 3, 5]),
      ],
      [
        .floats(
          [1, 1, 3, 5],
          [
            8.190198, -0.08021972, -8.925928, -3.9997554, 1.9097596, 0.0874998, -2.676375,
            -5.90625, -5.305499, -4.125252, 3.5270662, 0.41090223, -3.9305558, -5.926388,
            -6.6274295,
          ])
      ]),
    OperatorCase(
      "linear, half_pixel_symmetric, enlarged",
      Resize(mode: .linear, coordinates: .halfPixelSymmetric),
      [.floats([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), nil, .floats([4], [1, 1, 2, 1.5])],
      [
        .floats(
          [1, 1, 4, 6],
          [
            1, 1.5, 2.1666665, 2.8333333, 3.5, 4, 2, 2.5, 3.1666665, 3.8333335, 4.5, 5, 4, 4.5,
            5.166666, 5.833333, 6.5, 7, 5, 5.5, 6.166666, 6.833333, 7.5, 8,
          ])
      ]),
    OperatorCase(
      "linear, half_pixel_symmetric, reduced",
      Resize(mode: .linear, coordinates: .halfPixelSymmetric),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        .floats([4], [1, 1, 0.6, 0.5]),
      ],
      [.floats([1, 1, 2, 1], [-8.333333, -4])]),
    OperatorCase(
      "cubic, half_pixel_symmetric", Resize(mode: .cubic, coordinates: .halfPixelSymmetric),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        nil,
        .int64s([4], [1, 1, 3, 5]),
      ],
      [
        .floats(
          [1, 1, 3, 5],
          [
            8.190194, -0.08022137, -8.925928, -3.9997628, 1.9097576, 0.0874998, -2.676375,
            -5.90625, -5.3054996, -4.125252, 3.5270662, 0.41090223, -3.9305558, -5.92639,
            -6.6274295,
          ])
      ]),
    OperatorCase(
      "linear, pytorch_half_pixel, enlarged", Resize(mode: .linear, coordinates: .pytorchHalfPixel),
      [.floats([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), nil, .floats([4], [1, 1, 2, 1.5])],
      [
        .floats(
          [1, 1, 4, 6],
          [
            1, 1.5, 2.1666665, 2.8333333, 3.5, 4, 2, 2.5, 3.1666665, 3.8333333, 4.5, 5, 4, 4.5,
            5.166666, 5.833333, 6.5, 7, 5, 5.5, 6.166666, 6.8333335, 7.5, 8,
          ])
      ]),
    OperatorCase(
      "linear, pytorch_half_pixel, reduced", Resize(mode: .linear, coordinates: .pytorchHalfPixel),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        .floats([4], [1, 1, 0.6, 0.5]),
      ],
      [.floats([1, 1, 2, 1], [6, -3])]),
    OperatorCase(
      "cubic, pytorch_half_pixel", Resize(mode: .cubic, coordinates: .pytorchHalfPixel),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        nil,
        .int64s([4], [1, 1, 3, 5]),
      ],
      [
        .floats(
          [1, 1, 3, 5],
          [
            8.190198, -0.08021972, -8.925928, -3.9997554, 1.9097596, 0.0874998, -2.676375,
            -5.90625, -5.305499, -4.125252, 3.5270662, 0.41090223, -3.9305558, -5.926388,
            -6.6274295,
          ])
      ]),
    OperatorCase(
      "linear, align_corners, enlarged", Resize(mode: .linear, coordinates: .alignCorners),
      [.floats([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), nil, .floats([4], [1, 1, 2, 1.5])],
      [
        .floats(
          [1, 1, 4, 6],
          [
            1, 1.6, 2.2, 2.8, 3.4, 4, 2.3333335, 2.9333334, 3.5333333, 4.133333, 4.7333336,
            5.3333335, 3.6666667, 4.2666664, 4.866667, 5.466666, 6.0666666, 6.666667, 5, 5.6,
            6.2000003, 6.7999997, 7.4, 8,
          ])
      ]),
    OperatorCase(
      "linear, align_corners, reduced", Resize(mode: .linear, coordinates: .alignCorners),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        .floats([4], [1, 1, 0.6, 0.5]),
      ],
      [.floats([1, 1, 2, 1], [7, -2])]),
    OperatorCase(
      "cubic, align_corners", Resize(mode: .cubic, coordinates: .alignCorners),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        nil,
        .int64s([4], [1, 1, 3, 5]),
      ],
      [
        .floats(
          [1, 1, 3, 5],
          [
            7, -2.03125, -9, -5, 2, -0.4375, -3.3242188, -5.90625, -5.6064453, -4.28125, 4,
            0.28125, -4, -6.25, -7,
          ])
      ]),
    OperatorCase(
      "linear, asymmetric, enlarged", Resize(mode: .linear, coordinates: .asymmetric),
      [.floats([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), nil, .floats([4], [1, 1, 2, 1.5])],
      [
        .floats(
          [1, 1, 4, 6],
          [
            1, 1.6666667, 2.3333335, 3, 3.6666667, 4, 3, 3.6666665, 4.333333, 5, 5.666667, 6, 5,
            5.6666665, 6.333333, 7, 7.666667, 8, 5, 5.6666665, 6.333333, 7, 7.666667, 8,
          ])
      ]),
    OperatorCase(
      "linear, asymmetric, reduced", Resize(mode: .linear, coordinates: .asymmetric),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        .floats([4], [1, 1, 0.6, 0.5]),
      ],
      [.floats([1, 1, 2, 1], [7, -0.6666664])]),
    OperatorCase(
      "cubic, asymmetric", Resize(mode: .cubic, coordinates: .asymmetric),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        nil,
        .int64s([4], [1, 1, 3, 5]),
      ],
      [
        .floats(
          [1, 1, 3, 5],
          [
            7, -3.9800026, -8.599998, -0.3199991, 3.1880026, 1.0740721, -3.8245924, -7.069332,
            -5.410664, -4.7419224, 1.4074095, -1.5659275, -4.6014876, -5.428149, -5.8296313,
          ])
      ]),
    OperatorCase(
      "linear, align_corners, to a fraction of an extent",
      Resize(mode: .linear, coordinates: .alignCorners),
      [.floats([1, 1, 1, 4], [1, 2, 3, 4]), nil, .floats([4], [1, 1, 1, 0.625])],
      [.floats([1, 1, 1, 2], [1, 3])]),
    OperatorCase(
      "linear, antialiased", Resize(mode: .linear, antialiases: true),
      [.floats([1, 1, 1, 4], [0, 4, 8, 12]), nil, .floats([4], [1, 1, 1, 0.5])],
      [.floats([1, 1, 1, 2], [2.5, 9.5])]),
    OperatorCase(
      "linear, antialiased, outside excluded",
      Resize(mode: .linear, excludesOutside: true, antialiases: true),
      [.floats([1, 1, 1, 4], [0, 4, 8, 12]), nil, .floats([4], [1, 1, 1, 0.5])],
      [.floats([1, 1, 1, 2], [20.0 / 7, 64.0 / 7])]),
    OperatorCase(
      "cubic, antialiased", Resize(mode: .cubic, antialiases: true),
      [.floats([1, 1, 1, 4], [0, 4, 8, 12]), nil, .floats([4], [1, 1, 1, 0.5])],
      [.floats([1, 1, 1, 2], [1.9609375, 10.0390625])]),
    OperatorCase(
      "linear, antialiasing does not change what grows",
      Resize(mode: .linear, antialiases: true),
      [.floats([1, 1, 1, 2], [0, 4]), nil, .floats([4], [1, 1, 1, 2])],
      [.floats([1, 1, 1, 4], [0, 1, 3, 4])]),
    OperatorCase(
      "nearest, crop beyond the input",
      Resize(coordinates: .tfCropAndResize, extrapolationValue: 9, axes: [3]),
      [.floats([1, 1, 1, 3], [1, 2, 3]), .floats([2], [0.5, 1.5]), nil, .int64s([1], [3])],
      [.floats([1, 1, 1, 3], [2, 3, 9])]),
    OperatorCase(
      "linear, crop beyond the input, all axes",
      Resize(mode: .linear, coordinates: .tfCropAndResize, extrapolationValue: 9),
      [
        .floats([2, 3], [1, 2, 3, 4, 5, 6]), .floats([4], [0, 0.25, 1, 1.75]), nil,
        .int64s([2], [2, 3]),
      ],
      [.floats([2, 3], [1.5, 3, 9, 4.5, 6, 9])]),
    OperatorCase(
      "linear, crop to one", Resize(mode: .linear, coordinates: .tfCropAndResize),
      [.floats([3], [1, 2, 3]), .floats([2], [0, 0.5]), nil, .int64s([1], [1])],
      [.floats([1], [1.5])]),
    OperatorCase(
      "nearest, not larger", Resize(aspectRatioPolicy: .notLarger, axes: [1, 2]),
      [.floats([1, 2, 2], [1, 2, 3, 4]), nil, nil, .int64s([2], [4, 3])],
      [.floats([1, 3, 3], [1, 1, 2, 1, 1, 2, 3, 3, 4])]),
    OperatorCase(
      "nearest, not smaller", Resize(aspectRatioPolicy: .notSmaller),
      [.floats([1, 3], [1, 2, 3]), nil, nil, .int64s([2], [1, 6])],
      [.floats([2, 6], [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3])]),
    OperatorCase(
      "nearest, down where it grows and up where it shrinks",
      Resize(coordinates: .asymmetric, rounding: .byDirection),
      [.floats([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), nil, .floats([2], [1.5, 0.6])],
      [.floats([3, 2], [1, 3, 1, 3, 5, 7])]),
    OperatorCase(
      "nearest, tf_half_pixel_for_nn",
      Resize(coordinates: .tfHalfPixelForNearest, rounding: .floor),
      [.floats([4], [1, 2, 3, 4]), nil, .floats([1], [0.5])],
      [.floats([2], [2, 4])]),
    OperatorCase(
      "nearest of bools", Resize(),
      [.bools([2], [true, false]), nil, .floats([1], [2])],
      [.bools([4], [true, true, false, false])]),
    OperatorCase(
      "linear of integers rounds", Resize(mode: .linear),
      [.int32s([2], [0, 5]), nil, .floats([1], [2])],
      [.int32s([4], [0, 1, 4, 5])]),
    OperatorCase(
      "linear, to one", Resize(mode: .linear, coordinates: .pytorchHalfPixel),
      [.floats([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), nil, nil, .int64s([4], [1, 1, 1, 1])],
      [.floats([1, 1, 1, 1], [1])]),
    OperatorCase(
      "cubic, other coefficient, outside excluded",
      Resize(mode: .cubic, cubicCoefficient: -0.5, excludesOutside: true),
      [
        .floats([1, 1, 4, 3], [7, -9, 2, 4, -8, -5, -3, -4, -3, 4, -4, -7]),
        nil,
        .floats([4], [1, 1, 1.5, 2]),
      ],
      [
        .floats(
          [1, 1, 6, 6],
          [
            8.632351, 3.8585284, -6.2574325, -7.631479, -0.08307865, 3.4775522, 7.302768,
            3.0369263, -6.0013466, -8.151325, -3.130528, -0.7629757, 3.817199, 0.88469917,
            -5.3273964, -7.654051, -5.7895703, -4.911354, -2.4319866, -2.9828343, -4.150128,
            -4.2931514, -3.393114, -2.968547, 0.65224934, -0.44911993, -2.7813206, -4.3170185,
            -4.854444, -5.1089964, 5.207043, 2.926335, -1.9028726, -5.303636, -6.82914, -7.5510836,
          ])
      ]),
  ]
}
