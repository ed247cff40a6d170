import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsNormalizationTests {
  @Test func softmax() {
    let shapes: [(Shape, Int)] = [
      ([1, 1000], -1), ([3, 7], 1), ([3, 7], 0), ([2, 3, 5, 7], 1), ([2, 3, 5, 7], 2),
      ([2, 3, 5, 7], 3), ([1, 21, 40, 30], 1), ([300, 80], 1), ([5], 0), ([1, 2, 20000], 1),
      ([2, 3, 1], 2), ([0, 3], 1),
    ]
    var cases: [StepCase] = []
    for (index, (shape, axis)) in shapes.enumerated() {
      let x = Tensor.random(shape, seed: UInt64(index)).scaled(by: 20)
      for flattens in [false, true] {
        cases.append(
          StepCase(
            "\(shape) axis \(axis) flattens \(flattens)", Softmax(axis: axis, flattens: flattens),
            [x]))
      }
    }
    let far = Tensor([2, 3], [Float(1000), 1001, 999, -1000, -1001, -1200])
    cases.append(StepCase("far from zero", Softmax(), [far]))
    StepHarness.expect(cases)
  }
}
