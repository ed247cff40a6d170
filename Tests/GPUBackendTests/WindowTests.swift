import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct WindowTests {
  private static func window(
    _ input: Shape, _ kernel: [Int], _ strides: [Int] = [], dilations: [Int] = [],
    _ padding: Padding = .valid, roundsUp: Bool = false
  ) -> (Shape, PoolingWindow) {
    (
      input,
      PoolingWindow(
        kernel: kernel, strides: strides, dilations: dilations, padding: padding,
        roundsUp: roundsUp)
    )
  }

  private static let windows = [
    window([9, 2, 4, 4], [2, 2], [2, 2]),
    window([3, 2, 5, 5], [3, 3], [2, 2], .explicit(begin: [1, 1], end: [1, 1])),
    window([8, 1, 6, 5], [3, 2], [3, 3], .explicit(begin: [2, 1], end: [1, 1])),
    window([1, 2, 6, 6], [3, 3], [2, 2], roundsUp: true),
    window(
      [3, 1, 7, 8], [3, 3], [2, 2], .explicit(begin: [1, 0], end: [0, 1]), roundsUp: true),
    window([1, 2, 4, 5], [3, 3], [2, 1], .sameUpper),
    window([9, 1, 4, 5], [2, 4], [2, 3], .sameLower),
    window([3, 2, 7, 8], [3, 3], [1, 2], dilations: [2, 3]),
    window([3, 2, 3, 3], [3, 3]),
    window([9, 2, 9], [3], [2], .explicit(begin: [1], end: [1])),
    window([3, 2, 8], [4], [4]),
    window([1, 1, 1, 1], [1, 1]),
    window([3, 1, 5, 5], [1, 1], [4, 4]),
  ]

  @Test func pools() {
    GPUHarness.expect(
      Self.windows.enumerated().flatMap { index, row in
        [
          OperatorCase("maximum \(index)") { net in
            // All below zero, so that zero padding would win.
            let x = net.constant(Tensor(scalar: Float(-8)))
            let below = try net.add(Binary(.add), [net.coarseInput(row.0), x])
            net.output(try net.add(MaxPool(row.1), [below]))
          },
          OperatorCase("mean \(index)", AveragePool(row.1), .input(row.0)),
          OperatorCase(
            "mean with padding \(index)", AveragePool(row.1, countsPadding: true), .input(row.0)),
        ]
      })
  }

  @Test func global() {
    let shapes: [Shape] = [
      [9, 3, 2, 3], [3, 2, 7], [1, 2, 1, 1], [3, 2, 2, 1, 3], [3, 2, 6, 7],
    ]
    GPUHarness.expect(
      shapes.flatMap { shape in
        [
          OperatorCase("mean \(shape)", GlobalAveragePool(), .input(shape)),
          OperatorCase("maximum \(shape)", GlobalMaxPool(), .input(shape)),
        ]
      })
  }
}
