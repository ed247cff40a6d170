import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsResizeTests {
  /// A case with scales, for all axes of the input.
  private static func scaled(_ op: Resize, _ shape: Shape, _ scales: [Float]) -> StepCase {
    StepCase(
      "\(op.mode) \(op.coordinates) \(op.rounding) \(shape) × \(scales)", op,
      [.random(shape, seed: 1), nil, Tensor([scales.count], scales)], constants: [2])
  }

  private static func sized(_ op: Resize, _ shape: Shape, _ sizes: [Int64]) -> StepCase {
    StepCase(
      "\(op.mode) \(op.coordinates) \(shape) to \(sizes)", op,
      [.random(shape, seed: 1), nil, nil, Tensor([sizes.count], sizes)], constants: [3])
  }

  private static let coordinates: [Resize.Coordinates] = [
    .halfPixel, .halfPixelSymmetric, .pytorchHalfPixel, .alignCorners, .asymmetric,
  ]

  @Test func nearest() {
    var cases: [StepCase] = []
    for coordinates in Self.coordinates {
      for rounding in [Resize.Rounding.roundPreferFloor, .roundPreferCeil, .floor, .ceil] {
        let op = Resize(mode: .nearest, coordinates: coordinates, rounding: rounding)
        cases.append(Self.scaled(op, [2, 3, 5, 7], [1, 1, 2, 2]))
        cases.append(Self.scaled(op, [1, 2, 9, 13], [1, 1, 0.6, 1.7]))
        cases.append(Self.sized(op, [1, 2, 9, 13], [1, 2, 3, 26]))
      }
    }
    let op = Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor)
    cases.append(Self.scaled(op, [1, 20, 40, 40], [1, 1, 2, 2]))
    cases.append(Self.scaled(op, [2, 3, 4], [1, 1, 3]))
    cases.append(Self.scaled(op, [2, 3, 4, 5], [2, 2, 1, 1]))
    cases.append(Self.scaled(op, [2, 3, 4, 5], [1, 1, 1, 1]))
    StepHarness.expect(cases)
  }

  @Test func linearAndCubic() {
    var cases: [StepCase] = []
    for mode in [Resize.Mode.linear, .cubic] {
      for coordinates in Self.coordinates {
        for excludesOutside in [false, true] {
          let op = Resize(
            mode: mode, coordinates: coordinates, excludesOutside: excludesOutside)
          cases.append(Self.scaled(op, [2, 3, 5, 7], [1, 1, 2, 2]))
          cases.append(Self.scaled(op, [1, 2, 9, 13], [1, 1, 0.6, 1.7]))
          cases.append(Self.sized(op, [1, 2, 9, 13], [1, 2, 3, 26]))
          cases.append(Self.sized(op, [1, 2, 4, 4], [1, 2, 1, 1]))
        }
      }
      let op = Resize(mode: mode)
      cases.append(Self.scaled(op, [2, 3, 4, 5], [1, 1, 3, 1]))
      cases.append(Self.scaled(op, [2, 3, 4], [1, 1, 2.5]))
      cases.append(Self.scaled(op, [1, 4, 5, 3], [1, 2, 2, 1]))
      cases.append(Self.scaled(op, [2, 3, 4, 5], [1, 2, 1, 1]))
      cases.append(Self.scaled(op, [4, 5], [2, 1.5]))
      cases.append(Self.scaled(op, [2, 2, 3, 4, 3], [1, 1, 2, 2, 2]))
      cases.append(Self.scaled(op, [1, 30, 30, 30], [1, 1, 2, 2]))
    }
    StepHarness.expect(cases)
  }

  @Test func antialiased() {
    var cases: [StepCase] = []
    for mode in [Resize.Mode.linear, .cubic] {
      for excludesOutside in [false, true] {
        let op = Resize(mode: mode, excludesOutside: excludesOutside, antialiases: true)
        cases.append(Self.scaled(op, [1, 2, 9, 13], [1, 1, 0.6, 1.7]))
        cases.append(Self.sized(op, [2, 3, 17, 40], [2, 3, 3, 7]))
        cases.append(Self.sized(op, [1, 6, 8, 4], [1, 2, 2, 4]))
      }
    }
    StepHarness.expect(cases)
  }

  @Test func cropped() {
    let op = Resize(coordinates: .tfCropAndResize, extrapolationValue: 4, axes: [2, 3])
    let crop = Tensor([4], [Float(0.2), -0.3, 1.4, 0.9])
    StepHarness.expect([
      StepCase(
        "crop", op,
        [.random([2, 3, 4, 6], seed: 1), crop, nil, Tensor([2], [Int64(9), 11])],
        constants: [1, 3])
    ])
  }

  @Test func aspectRatio() {
    StepHarness.expect(
      [Resize.AspectRatioPolicy.notLarger, .notSmaller].flatMap { policy in
        [Resize.Mode.nearest, .linear].map { mode in
          StepCase(
            "\(mode) \(policy)", Resize(mode: mode, aspectRatioPolicy: policy, axes: [2, 3]),
            [.random([2, 3, 4, 6], seed: 1), nil, nil, Tensor([2], [Int64(9), 11])],
            constants: [3])
        }
      })
  }

  @Test func someAxes() {
    let op = Resize(mode: .linear, axes: [2, 3])
    StepHarness.expect([
      StepCase(
        "sizes of two axes", op,
        [.random([1, 2, 4, 6], seed: 1), nil, nil, Tensor([2], [Int64(8), 9])], constants: [3])
    ])
  }
}
