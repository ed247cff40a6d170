import GPUCatalogue
import GPUKernels
import Tensors
import Testing

struct ReductionTests {
  @Test(arguments: Emulated.all(KernelChecks.reductions))
  func `reductions reduce`(check: Emulated) { check.expectNoFindings() }

  @Test func `forms that do not fit a range are refused`() async {
    await #expect(processExitsWith: .failure) {
      let range = try AxisRange(outer: 2, axis: 1001, inner: 1)
      let problem = ReductionProblem(.sum, range, input: .f32, output: .f32)
      _ = ReductionKernel(problem, ReductionConfiguration(.warps(vectorCount: 4)))
    }
    await #expect(processExitsWith: .failure) {
      let range = try AxisRange(outer: 2, axis: 1000, inner: 3)
      let problem = ReductionProblem(.sum, range, input: .f32, output: .f32)
      _ = ReductionKernel(problem, ReductionConfiguration(.warps(vectorCount: 1)))
    }
  }

  @Test func `few long rows and columns have many blocks`() throws {
    let cases: [(outer: Int, axis: Int, inner: Int, kernels: Int, blocks: Int)] = [
      (1, 1 << 27, 1, 2, 1024), (1, (1 << 27) + 1, 1, 2, 1024), (64, 1 << 20, 1, 2, 1024),
      (3, 1 << 20, 1, 2, 384), (1, 1 << 20, 64, 2, 1024), (2, 1 << 15, 1, 2, 8),
      (1, 1 << 14, 1, 1, 1), (255, 1 << 20, 1, 2, 1275), (256, 1 << 20, 1, 1, 256),
      (1 << 20, 1000, 1, 1, 1 << 17), (1, 15, 1 << 20, 1, 1 << 12),
    ]
    for (outer, axis, inner, kernels, blocks) in cases {
      let range = try AxisRange(outer: outer, axis: axis, inner: inner)
      let plan = ReductionPlan(ReductionProblem(.sum, range, input: .f32, output: .f16))
      let grid = plan.kernels[0].grid
      #expect(
        plan.kernels.count == kernels && grid.x * grid.y == blocks,
        "\(range): \(plan.kernels.count) kernels, the first of \(grid) blocks")
      #expect((plan.scratchByteCount > 0) == (kernels == 2))
    }
  }

  @Test func `axes that a tensor does not have are errors`() {
    for (shape, axes) in [([2, 3], [2]), ([2, 3], [-1]), ([2, 3], [1, 1]), ([2, 0], [0])] {
      #expect(throws: HewnError.self, "\(axes) of \(shape)") {
        try AxesReduction(.sum, shape: shape, axes: axes, input: .f32, output: .f32)
      }
    }
  }

  @Test func `axes beside each other are one reduction`() throws {
    let cases: [(axes: [Int], kernels: Int)] = [
      ([1], 1), ([1, 2, 3], 1), ([2, 1], 1), ([1, 3], 2), ([0, 2], 2), ([0, 3], 2), ([4, 2, 0], 3),
    ]
    for (axes, kernels) in cases {
      let reduction = try AxesReduction(
        .mean, shape: [2, 3, 4, 5, 8], axes: axes, input: .f16, output: .f16)
      #expect(reduction.kernels.count == kernels, "\(axes)")
      #expect((reduction.scratchByteCount > 0) == (kernels > 1), "\(axes)")
    }
  }

  @Test func `names tell kernels apart`() throws {
    let names = try ReductionsCatalogue.kernels().map(\.name)
    #expect(
      Set(names).count == Set(try ReductionsCatalogue.reductions().map(\.name)).count
        + Set(try ReductionsCatalogue.softmaxes().map(\.name)).count)
  }
}
