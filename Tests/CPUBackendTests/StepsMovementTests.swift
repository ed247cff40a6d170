import CPUBackend
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct StepsMovementTests {
  private static func integers(_ values: Int...) -> Tensor {
    Tensor([values.count], values.map(Int64.init))
  }

  private static func moved(
    _ name: String, _ op: any Operator, _ inputs: [Tensor?], constants: Set<Int> = []
  ) -> StepCase {
    StepCase(name, op, inputs, constants: constants, tolerance: .exact)
  }

  @Test func concat() {
    func join(_ axis: Int, _ shapes: Shape..., constants: Set<Int> = []) -> StepCase {
      Self.moved(
        "axis \(axis) of \(shapes)", Concat(axis: axis),
        shapes.enumerated().map { .random($1, seed: UInt64($0)) }, constants: constants)
    }
    StepHarness.expect([
      join(1, [2, 3, 5, 7], [2, 4, 5, 7]), join(1, [2, 3, 5, 7]),
      join(1, [1, 64, 30, 30], [1, 1, 30, 30], [1, 64, 30, 30]),
      join(-3, [2, 3, 5, 7], [2, 4, 5, 7], constants: [1]), join(2, [2, 3, 5, 7], [2, 3, 1, 7]),
      join(3, [2, 3, 5, 7], [2, 3, 5, 9]), join(0, [2, 3, 5, 7], [1, 3, 5, 7]),
      join(1, [2, 3, 9], [2, 1, 9]), join(2, [2, 3, 9], [2, 3, 1]), join(1, [4, 3], [4, 5]),
      join(0, [4], [5], [1]), join(1, [2, 3, 1, 1], [2, 4, 1, 1]),
      join(1, [2, 0, 5, 7], [2, 2, 5, 7]), join(1, [2, 2, 5, 7], [2, 0, 5, 7]),
      join(2, [2, 3, 1, 1], [2, 3, 2, 1]),
    ])
  }

  @Test func split() {
    StepHarness.expect([
      Self.moved("channels", Split(axis: 1, outputCount: 2), [.random([2, 6, 5, 7], seed: 1)]),
      Self.moved(
        "sizes", Split(axis: 1, outputCount: 3),
        [.random([2, 6, 5, 7], seed: 1), Self.integers(1, 3, 2)], constants: [1]),
      Self.moved("rows", Split(axis: 2, outputCount: 2), [.random([2, 3, 5, 7], seed: 1)]),
      Self.moved("columns", Split(axis: -1, outputCount: 7), [.random([2, 3, 5, 7], seed: 1)]),
      Self.moved("matrix", Split(axis: 0, outputCount: 2), [.random([4, 3], seed: 1)]),
      Self.moved("large", Split(axis: 1, outputCount: 2), [.random([1, 4, 100, 90], seed: 1)]),
    ])
  }

  @Test func slice() {
    func cut(_ shape: Shape, _ starts: [Int], _ ends: [Int], _ steps: [Int]) -> StepCase {
      func list(_ values: [Int]) -> Tensor { Tensor([values.count], values.map(Int64.init)) }
      return Self.moved(
        "\(shape) \(starts) \(ends) \(steps)", Slice(),
        [
          .random(shape, seed: 3), list(starts), list(ends), list(Array(0..<starts.count)),
          list(steps),
        ], constants: [1, 2, 3, 4])
    }
    StepHarness.expect([
      cut([2, 6, 5, 7], [0, 1, 1, 2], [2, 5, 5, 6], [1, 1, 1, 1]),
      cut([2, 6, 5, 7], [0, 0, 0, 0], [9, 9, 9, 9], [1, 2, 2, 3]),
      cut([2, 6, 5, 7], [-1, -1, -1, -1], [-9, -9, -9, -9], [-1, -2, -1, -2]),
      cut([2, 6, 5, 7], [0, 0, 0, 3], [2, 6, 5, 4], [1, 1, 1, 1]),
      cut([9, 5], [2], [7], [2]), cut([9], [1], [1], [1]),
      cut([2, 4, 9], [0, 1, 0], [2, 3, 8], [1, 1, 1]),
    ])
  }

  @Test func transpose() {
    func permute(_ shape: Shape, _ permutation: [Int]) -> StepCase {
      Self.moved(
        "\(shape) \(permutation)", Transpose(permutation: permutation),
        [.random(shape, seed: 4)])
    }
    StepHarness.expect([
      permute([2, 3, 5, 7], [0, 2, 3, 1]), permute([2, 3, 5, 7], [0, 3, 1, 2]),
      permute([2, 3, 5, 7], [0, 1, 3, 2]), permute([2, 3, 5, 7], [3, 2, 1, 0]),
      permute([2, 3, 5, 7], []), permute([4, 9], [1, 0]), permute([2, 3, 9], [0, 2, 1]),
      permute([2, 3, 2, 3, 2], [4, 0, 3, 1, 2]), permute([1, 6, 1, 5], [0, 2, 1, 3]),
      permute([1, 80, 20, 20], [0, 2, 3, 1]),
      permute([2, 1, 3, 2, 1, 2, 3, 2], [7, 5, 3, 1, 0, 2, 4, 6]),
    ])
  }

  @Test func expand() {
    StepHarness.expect([
      Self.moved(
        "image", Expand(), [.random([2, 3, 1, 1], seed: 1), Self.integers(2, 3, 4, 5)],
        constants: [1]),
      Self.moved(
        "leading", Expand(), [.random([3, 1], seed: 1), Self.integers(2, 3, 4)], constants: [1]),
      Self.moved(
        "both", Expand(), [.random([5, 1, 7], seed: 1), Self.integers(2, 1, 3, 1)],
        constants: [1]),
    ])
  }

  @Test func gather() {
    func take(_ shape: Shape, axis: Int, _ indices: Tensor) -> StepCase {
      Self.moved(
        "\(shape) axis \(axis) \(indices.shape)", Gather(axis: axis),
        [.random(shape, seed: 6), indices], constants: [1])
    }
    StepHarness.expect([
      take([2, 6, 5, 7], axis: 1, Self.integers(5, 0, -2, 2)),
      take([2, 6, 5, 7], axis: 3, Self.integers(6, -7, 3)),
      take([2, 6, 5, 7], axis: 2, Tensor(scalar: Int64(-1))),
      take([2, 6, 5, 7], axis: 0, Tensor(scalar: Int64(1))),
      take([6, 5], axis: 0, Tensor([2, 2], [Int64(1), 5, -1, 0])),
      take([6, 40], axis: 1, Tensor([30], (0..<30).map { Int64($0 < 20 ? $0 : 60 - 2 * $0) })),
      take([9], axis: 0, Tensor(scalar: Int64(4))),
    ])
  }

  @Test func pad() {
    func pad(
      _ mode: Pad.Mode, _ shape: Shape, _ pads: [Int64], value: Float? = nil
    ) -> StepCase {
      Self.moved(
        "\(mode) \(shape) \(pads)", Pad(mode: mode),
        [
          .random(shape, seed: 9), Tensor([pads.count], pads),
          value.map { Tensor(scalar: $0) },
        ], constants: [1, 2])
    }
    StepHarness.expect([
      pad(.constant, [2, 3, 5, 7], [0, 0, 1, 2, 0, 0, 3, 4]),
      pad(.constant, [2, 3, 5, 7], [1, 0, 0, 2, 0, 2, 0, 4], value: 2.5),
      pad(.constant, [2, 3, 5, 7], [0, 0, -1, 2, 0, 0, 1, -3]),
      pad(.constant, [1, 3, 100, 90], [0, 0, 1, 1, 0, 0, 1, 1]),
      pad(.reflect, [2, 3, 5, 7], [0, 0, 4, 2, 0, 0, 3, 6]),
      pad(.edge, [2, 3, 5, 7], [0, 1, 4, 2, 0, 0, 3, 9]),
      pad(.wrap, [2, 3, 5, 7], [0, 0, 4, 12, 0, 0, 3, 9]),
      pad(.reflect, [20], [3, 4]), pad(.constant, [3, 4], [0, 1, 1, 0], value: -1),
      pad(.constant, [2, 3, 4, 5], [0, 0, 0, 0, 0, 0, 0, 0]),
    ])
  }

  @Test func depthToSpace() {
    StepHarness.expect(
      [DepthToSpace.Mode.depthColumnRow, .columnRowDepth].flatMap { mode in
        [([2, 12, 3, 5], 2), ([1, 9, 4, 4], 3), ([1, 8, 1, 1], 2)].map { (shape: Shape, block) in
          Self.moved(
            "\(mode) \(shape)", DepthToSpace(blockSize: block, mode: mode),
            [.random(shape, seed: 7)])
        }
      })
  }

  @Test func spaceToDepth() {
    StepHarness.expect(
      [([2, 3, 6, 10], 2), ([1, 2, 3, 9], 3), ([1, 8, 2, 2], 2), ([1, 2, 3, 4], 1)].map {
        (shape: Shape, block) in
        Self.moved("\(shape)", SpaceToDepth(blockSize: block), [.random(shape, seed: 7)])
      })
  }

  @Test func tile() {
    func tile(_ shape: Shape, _ repeats: Int64...) -> StepCase {
      Self.moved(
        "\(shape) \(repeats)", Tile(),
        [.random(shape, seed: 2), Tensor([repeats.count], repeats)], constants: [1])
    }
    StepHarness.expect([
      tile([2, 3, 4, 5], 1, 1, 2, 3), tile([2, 3, 4, 5], 2, 2, 1, 1),
      tile([1, 2, 3, 20], 1, 1, 1, 2),
      tile([3], 4), tile([2, 2], 3, 1), tile([2, 3, 1, 1], 1, 1, 3, 4), tile([2, 3], 0, 1),
      tile([1, 2, 1, 2, 1, 2, 1, 2], 2, 1, 2, 1, 2, 1, 2, 1),
    ])
  }

  @Test func centerCropPad() {
    func fit(_ shape: Shape, _ target: Int64...) -> StepCase {
      Self.moved(
        "\(shape) \(target)", CenterCropPad(),
        [.random(shape, seed: 2), Tensor([target.count], target)], constants: [1])
    }
    StepHarness.expect([
      fit([2, 3, 7, 8], 2, 3, 4, 11), fit([2, 3, 7, 8], 3, 2, 12, 3), fit([5], 8),
      fit([5, 6], 2, 6),
    ])
  }

  @Test func gatherElements() {
    StepHarness.expect([
      Self.moved(
        "columns", GatherElements(axis: 1),
        [
          .random([2, 3, 4, 5], seed: 1),
          Tensor([1, 2, 3, 2], [0, -1, 2, 1, 1, -3, 0, 0, 2, 1, 1, 2].map(Int64.init)),
        ],
        constants: [1]),
      Self.moved(
        "list", GatherElements(),
        [.random([7], seed: 1), Tensor([30], (0..<30).map { Int64($0 % 7) })], constants: [1]),
    ])
  }

  @Test func reshaping() {
    let x = Tensor.random([2, 3, 4, 5], seed: 8)
    StepHarness.expect([
      Self.moved("reshape", Reshape(), [x, Self.integers(6, -1)], constants: [1]),
      Self.moved("flatten", Flatten(axis: 2), [x]),
      Self.moved("squeeze", Squeeze(), [.random([2, 1, 3, 1], seed: 1)]),
      Self.moved("unsqueeze", Unsqueeze(), [x, Self.integers(0)], constants: [1]),
    ])
  }
}
