import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct ReductionTests {
  private static let axes: [(Shape, [Int])] = [
    ([9, 3, 2, 4], [2, 3]), ([3, 3, 2, 4], [1]), ([1, 3, 2, 4], [3]), ([8, 3, 2, 4], [1, 3]),
    ([9, 3, 2, 4], [1, 2, 3]), ([3, 5], [-1]), ([9, 2, 3], [2]), ([3, 2, 1, 1], [2, 3]),
    ([3, 1, 4], [1]),
  ]

  @Test func everyKind() {
    for (row, kind) in Reduce.Kind.allCases.enumerated() where kind != .logSum {
      var cases: [OperatorCase] = []
      for (index, (shape, axes)) in Self.axes.enumerated() {
        // Every kind meets every row of the table in one of the two forms.
        let op = Reduce(kind, keepsDimensions: (row + index) % 2 == 0)
        cases.append(
          OperatorCase("\(kind) \(shape) over \(axes)", op, .random(shape), .integers(axes)))
      }
      // Half precision has no numbers as small as products of many.
      GPUHarness.expect(cases, precisions: [.f32, kind == .product ? .bf16 : .f16])
    }
  }

  @Test func withoutAxes() {
    GPUHarness.expect([
      OperatorCase("none", Reduce(.mean, ignoresEmptyAxes: true), .input([3, 2, 2])),
      OperatorCase("squares", Reduce(.sumSquare, ignoresEmptyAxes: true), .input([9, 2, 2])),
      OperatorCase("no axes of two", Reduce(.max, ignoresEmptyAxes: true), .input([3, 2])),
    ])
  }

  @Test func softmax() {
    let rows: [(Shape, Int)] = [
      ([9, 7], 1), ([3, 3, 2, 4], 1), ([8, 3, 2, 4], 2), ([1, 3, 2, 4], -1), ([3, 2, 1], 2),
      ([3, 40], 1),
    ]
    GPUHarness.expect(
      rows.flatMap { shape, axis in
        [Softmax.Kind.probability, .logarithm].flatMap { kind in
          [false, true].map { flattens in
            OperatorCase(
              "\(kind) \(shape) axis \(axis) flattens \(flattens)",
              Softmax(kind, axis: axis, flattens: flattens), .input(shape))
          }
        }
      })
  }

  @Test func normalizations() {
    var cases: [OperatorCase] = []
    for (index, extents) in [[6, 2, 3], [6, 7], [6, 2, 2, 2]].enumerated() {
      let x = OperatorCase.Argument.input(Shape([GPUHarness.images(index + 1)] + extents))
      let six = OperatorCase.Argument.constant([6])
      cases.append(
        OperatorCase("instance \(extents)", InstanceNormalization(epsilon: 1e-2), x, six, six))
      for groups in [1, 3, 6] {
        cases.append(
          OperatorCase(
            "\(groups) groups \(extents)", GroupNormalization(groups: groups, epsilon: 1e-2), x,
            six,
            six))
      }
      cases.append(
        OperatorCase(
          "scaled groups \(extents)", GroupNormalization(groups: 2, scalesGroups: true), x,
          .constant([2]), .constant([2])))
    }
    let rows: [(Shape, Int)] = [
      ([9, 3, 7], -1), ([3, 5], 1), ([8, 2, 3, 2], 2), ([3, 2, 3, 2], 1), ([3, 1, 6], 1),
    ]
    for (shape, axis) in rows {
      let row = OperatorCase.Argument.constant(
        Shape(Array(shape.dimensions[(axis < 0 ? axis + shape.rank : axis)...])))
      let op = LayerNormalization(axis: axis, epsilon: 1e-2)
      cases.append(OperatorCase("layer \(shape)", op, .input(shape), row, row))
      cases.append(OperatorCase("layer without shift \(shape)", op, .input(shape), row))
    }
    let lrn = LRN(size: 3, alpha: 0.1, beta: 0.75, bias: 2)
    cases += [
      OperatorCase("LRN", lrn, .input([9, 5, 2, 2])),
      OperatorCase("LRN of a row", lrn, .input([3, 4, 3])),
      OperatorCase("LRN of few channels", LRN(size: 5), .input([3, 2, 2, 2])),
    ]
    GPUHarness.expect(cases)
  }
}
