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
      for kind in [Softmax.Kind.probability, .logarithm] {
        for flattens in [false, true] {
          cases.append(
            StepCase(
              "\(kind) \(shape) axis \(axis) flattens \(flattens)",
              Softmax(kind, axis: axis, flattens: flattens), [x]))
        }
      }
    }
    let far = Tensor([2, 3], [Float(1000), 1001, 999, -1000, -1001, -1200])
    cases.append(StepCase("far from zero", Softmax(), [far]))
    cases.append(StepCase("logarithm far from zero", Softmax(.logarithm), [far]))
    StepHarness.expect(cases)
  }

  @Test func batchNormalization() {
    let shapes: [Shape] = [[2, 3, 5, 7], [4, 3], [2, 3, 9], [1, 3, 100, 100], [2, 3, 1, 1]]
    StepHarness.expect(
      shapes.map { shape in
        StepCase(
          "\(shape)", BatchNormalization(epsilon: 1e-3),
          [
            .random(shape, seed: 1), .random([3], seed: 2), .random([3], seed: 3),
            .random([3], seed: 4), Tensor.random([3], seed: 5).positive,
          ], constants: [1, 2, 3, 4])
      })
  }

  @Test func planes() {
    let shapes: [Shape] = [
      [2, 6, 5, 7], [1, 6, 9], [1, 6, 60, 50], [3, 6, 1, 1], [2, 6, 3, 2, 4], [0, 6, 2, 2],
    ]
    var cases: [StepCase] = []
    for shape in shapes {
      // Far from zero beside its deviation.
      let random = Tensor.random(shape, seed: 1)
      let x = Tensor(shape, random.elements(as: Float.self).map { $0 + 3 })
      let (scale, shift) = (Tensor.random([6], seed: 2), Tensor.random([6], seed: 3))
      cases.append(
        StepCase(
          "instance \(shape)", InstanceNormalization(epsilon: 1e-3), [x, scale, shift],
          constants: [1, 2]))
      for groups in [1, 3, 6] {
        cases.append(
          StepCase(
            "\(groups) groups \(shape)", GroupNormalization(groups: groups, epsilon: 1e-3),
            [x, scale, shift], constants: [1, 2]))
      }
      let (two, other) = (Tensor.random([2], seed: 4), Tensor.random([2], seed: 5))
      cases.append(
        StepCase(
          "scaled groups \(shape)", GroupNormalization(groups: 2, scalesGroups: true),
          [x, two, other], constants: [1, 2]))
      let spatial = Array(2..<shape.rank)
      // The deviation of a single element is zero, and what is divided by it noise.
      for axes in [[0], [1], [0, 1]].map({ $0 + spatial }) where shape.elementCount > 18 {
        cases.append(
          StepCase("axes \(axes) of \(shape)", MeanVarianceNormalization(axes: axes), [x]))
      }
    }
    StepHarness.expect(cases)
  }

  @Test func rows() {
    let shapes: [(Shape, Int)] = [
      ([2, 3, 40], -1), ([7, 5], 1), ([2, 3, 4, 5], 2), ([1, 600], 0), ([300, 33], 1),
      ([2, 3, 1], 1), ([0, 3], 1),
    ]
    var cases: [StepCase] = []
    for (shape, axis) in shapes {
      let x = Tensor.random(shape, seed: 1)
      let row = Shape(Array(shape.dimensions[(axis < 0 ? axis + shape.rank : axis)...]))
      let (scale, shift) = (Tensor.random(row, seed: 2), Tensor.random(row, seed: 3))
      cases.append(
        StepCase(
          "layer \(shape) axis \(axis)", LayerNormalization(axis: axis), [x, scale, shift],
          constants: [1, 2]))
      cases.append(
        StepCase(
          "layer without bias \(shape)", LayerNormalization(axis: axis), [x, scale],
          constants: [1]))
      cases.append(
        StepCase(
          "root mean square \(shape)", RMSNormalization(axis: axis), [x, scale], constants: [1]))
    }
    StepHarness.expect(cases)
  }

  @Test func localResponse() {
    let ops = [
      LRN(size: 5, alpha: 0.3), LRN(size: 3, alpha: 0.3, bias: 2), LRN(size: 1, alpha: 1),
      LRN(size: 4, alpha: 0.3),
      LRN(size: 99, alpha: 0.5, beta: 0.6, bias: 0.5),
    ]
    let shapes: [Shape] = [[2, 9, 5, 7], [1, 1, 3, 3], [1, 12, 50, 50], [2, 6, 9]]
    StepHarness.expect(
      ops.flatMap { op in
        shapes.map { StepCase("\(op) \($0)", op, [.random($0, seed: 3)]) }
      })
  }
}
