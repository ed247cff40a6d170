import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsReductionTests {
  private static let reductions: [(Shape, [Int64])] = [
    ([2, 3, 5, 7], [2, 3]), ([2, 3, 5, 7], [-1, -2]), ([2, 3, 5, 7], [1]), ([2, 3, 5, 7], [0]),
    ([2, 3, 5, 7], [3]), ([2, 3, 5, 7], [0, 2]), ([2, 3, 5, 7], [1, 3]), ([2, 3, 5, 7], []),
    ([2, 3, 9], [2]), ([2, 3, 9], [1]), ([4, 9], [0]), ([4, 9], [1]), ([9], [0]), ([], []),
    ([1, 2, 150, 160], [2, 3]), ([1, 40, 30, 30], [1]), ([2, 3, 1, 1], [2, 3]),
    ([2, 1, 3, 2, 1, 3], [1, 3, 5]), ([30000, 2], [0]), ([2, 1, 5, 1], [1, 3]),
  ]

  @Test func everyKind() {
    var cases: [StepCase] = []
    for kind in Reduce.Kind.allCases {
      for (index, (shape, axes)) in Self.reductions.enumerated() {
        let random = Tensor.random(shape, seed: UInt64(index))
        let x = kind == .logSum ? random.positive : random
        for keeps in [false, true] {
          cases.append(
            StepCase(
              "\(kind) \(shape) over \(axes), keeps \(keeps)",
              Reduce(kind, keepsDimensions: keeps), [x, Tensor([axes.count], axes)],
              constants: [1]))
        }
      }
    }
    StepHarness.expect(cases, seeds: 0..<2)
  }

  @Test func withoutAxes() {
    let x = Tensor.random([2, 3, 4], seed: 1)
    StepHarness.expect([
      StepCase("all", Reduce(.mean), [x]),
      StepCase("none", Reduce(.mean, ignoresEmptyAxes: true), [x], tolerance: .exact),
      StepCase("squares", Reduce(.sumSquare, ignoresEmptyAxes: true), [x]),
    ])
  }

  @Test func extremes() {
    let far = Tensor([2, 3], [Float(1000), 1001, 999, -1000, -1001, -1200])
    let infinite = Tensor([2, 2], [-Float.infinity, -.infinity, .infinity, 1])
    let empty = Tensor([2, 0, 3], [Float]())
    StepHarness.expect(
      [0, 1].flatMap { axis in
        let axes = Tensor([1], [Int64(axis)])
        return [
          StepCase("far, axis \(axis)", Reduce(.logSumExp), [far, axes], constants: [1]),
          StepCase(
            "infinite, axis \(axis)", Reduce(.logSumExp), [infinite, axes], constants: [1],
            tolerance: .exact),
        ]
      }
        + Reduce.Kind.allCases.map {
          StepCase(
            "\($0) of nothing", Reduce($0), [empty, Tensor([1], [Int64(1)])], constants: [1])
        })
  }
}
