import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsGridSampleTests {
  private static let shapes: [(image: Shape, grid: Shape)] = [
    ([2, 3, 4, 5], [2, 6, 7, 2]), ([1, 1, 1, 1], [1, 3, 2, 2]), ([1, 2, 9, 13], [1, 20, 15, 2]),
    ([2, 2, 7], [2, 300, 1]), ([1, 2, 3, 4, 5], [1, 2, 3, 4, 3]), ([2, 3, 4, 5], [2, 0, 7, 2]),
  ]

  @Test(arguments: [GridSample.Mode.nearest, .linear, .cubic])
  func everyPadding(mode: GridSample.Mode) {
    var cases: [StepCase] = []
    for padding in [GridSample.Padding.zeros, .border, .reflection] {
      for alignsCorners in [false, true] {
        for (image, grid) in Self.shapes {
          // Positions reach beyond the border on all sides.
          let positions = Tensor.random(grid, seed: 2).floats().map { $0 * 1.5 }
          cases.append(
            StepCase(
              "\(mode) \(padding) \(alignsCorners) \(image) at \(grid)",
              GridSample(mode: mode, padding: padding, alignsCorners: alignsCorners),
              [.random(image, seed: 1), Tensor(grid, positions)]))
        }
      }
    }
    StepHarness.expect(cases)
  }

  @Test func noNumbers() {
    let positions = Tensor([1, 2, 2, 2], [Float.nan, 0, .infinity, 0, 0, -.infinity, 1e30, 1e30])
    StepHarness.expect(
      [GridSample.Padding.zeros, .border].map { padding in
        StepCase(
          "\(padding)", GridSample(padding: padding), [.random([1, 2, 3, 4], seed: 1), positions])
      })
  }
}
