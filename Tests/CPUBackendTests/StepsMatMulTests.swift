import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsMatMulTests {
  @Test func bothAtRunTime() {
    let shapes: [(Shape, Shape)] = [
      ([4, 5], [5, 6]), ([7, 33], [33, 19]), ([2, 3, 5, 4], [2, 3, 4, 9]), ([5, 4], [3, 4, 8]),
      ([2, 1, 5, 4], [3, 4, 8]), ([4], [4, 3]), ([3, 4], [4]), ([4], [4]), ([1, 100], [100, 1]),
      ([64, 80], [80, 64]), ([0, 4], [4, 3]), ([2, 4, 6], [6]),
    ]
    StepHarness.expect(
      shapes.enumerated().map { index, shapes in
        StepCase(
          "\(shapes)", MatMul(),
          [.random(shapes.0, seed: UInt64(index)), .random(shapes.1, seed: UInt64(index) + 50)])
      })
  }

  @Test func oneConstant() {
    let shapes: [(Shape, Shape)] = [
      ([4, 5], [5, 6]), ([2, 3, 20], [20, 33]), ([7], [7, 9]), ([3, 4], [4]), ([3, 4], [2, 4, 5]),
      ([0, 4], [4, 3]),
    ]
    StepHarness.expect(
      shapes.enumerated().flatMap { index, shapes in
        [0, 1].map { constant in
          StepCase(
            "\(shapes), input \(constant) constant", MatMul(),
            [.random(shapes.0, seed: UInt64(index)), .random(shapes.1, seed: UInt64(index) + 50)],
            constants: [constant])
        }
      })
  }
}
