import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsPoolingTests {
  private struct Window {
    var input: Shape
    var window: PoolingWindow
  }

  private static func window(
    _ input: Shape, _ kernel: [Int], _ strides: [Int] = [], dilations: [Int] = [],
    _ padding: Padding = .valid, roundsUp: Bool = false
  ) -> Window {
    Window(
      input: input,
      window: PoolingWindow(
        kernel: kernel, strides: strides, dilations: dilations, padding: padding,
        roundsUp: roundsUp))
  }

  private static let windows: [Window] = [
    window([2, 3, 8, 8], [2, 2], [2, 2]),
    window([1, 2, 112, 112], [3, 3], [2, 2], .explicit(begin: [1, 1], end: [1, 1])),
    window([1, 2, 55, 55], [3, 3], [2, 2]),
    window([2, 3, 7, 7], [3, 3], [1, 1], .explicit(begin: [1, 1], end: [1, 1])),
    window([1, 2, 13, 13], [5, 5], [1, 1], .explicit(begin: [2, 2], end: [2, 2])),
    window([1, 2, 14, 13], [3, 2], [3, 3], .explicit(begin: [2, 1], end: [1, 1])),
    window([1, 2, 14, 14], [3, 3], [2, 2], roundsUp: true),
    window(
      [1, 2, 15, 17], [3, 3], [2, 2], .explicit(begin: [1, 0], end: [0, 1]), roundsUp: true),
    window([1, 2, 9, 11], [3, 3], [2, 1], .sameUpper),
    window([1, 2, 9, 11], [2, 4], [2, 3], .sameLower),
    window([1, 2, 12, 12], [3, 3], [1, 2], dilations: [2, 3]),
    window([1, 2, 7, 7], [7, 7]),
    window([2, 3, 1, 9], [1, 3], [1, 2]),
    window([2, 3, 40], [4], [4]),
    window([2, 3, 41], [3], [2], .explicit(begin: [1], end: [1])),
    window([1, 1, 1, 1], [1, 1]),
    window([1, 40, 40, 40], [2, 2], [2, 2]),
    window([1, 1, 300, 200], [3, 3], [1, 1], .explicit(begin: [1, 1], end: [1, 1])),
    window([1, 1, 70000], [2], [2]),
    window([1, 1, 6, 6], [1, 1], [4, 4]),
  ]

  private static func input(_ window: Window, _ index: Int) -> Tensor {
    // All below zero, so that zero padding would win a maximum.
    let x = Tensor.random(window.input, seed: UInt64(index))
    return Tensor(x.shape, x.elements(as: Float.self).map { $0 - 2 })
  }

  @Test func maximum() {
    StepHarness.expect(
      Self.windows.enumerated().map { index, window in
        StepCase(
          "case \(index)", MaxPool(window.window), [Self.input(window, index)],
          tolerance: .exact)
      })
  }

  @Test func mean() {
    StepHarness.expect(
      Self.windows.enumerated().flatMap { index, window in
        [false, true].map { counts in
          StepCase(
            "case \(index), counts padding \(counts)",
            AveragePool(window.window, countsPadding: counts), [Self.input(window, index)])
        }
      })
  }

  @Test func global() {
    let shapes: [Shape] = [
      [2, 3, 7, 7], [1, 2, 100, 100], [1, 600, 8, 8], [2, 3, 17], [2, 3, 1, 1],
      [1, 1, 1, 33], [2, 3, 4, 5, 6],
    ]
    var cases: [StepCase] = []
    for (index, shape) in shapes.enumerated() {
      let x = Tensor.random(shape, seed: UInt64(index))
      cases.append(StepCase("mean \(shape)", GlobalAveragePool(), [x]))
      cases.append(StepCase("maximum \(shape)", GlobalMaxPool(), [x], tolerance: .exact))
    }
    StepHarness.expect(cases)
  }
}
