/// A reduction as kernels that are launched one after the other: one, or two where few blocks would read a
/// long axis. The first then reduces parts of the axis, the second their results, in an order that only the
/// shape decides.
package struct ReductionPlan: Sendable {
  package let problem: ReductionProblem
  package let kernels: [ReductionKernel]

  /// Fewer blocks cannot read memory as fast as it is; with as many as these, multiprocessors are full.
  private static let fewBlocks = 256
  private static let manyBlocks = 1024
  /// The least elements of a block that repay a second launch, and of each block then.
  private static let longShare = 1 << 15
  private static let leastShare = 1 << 13

  /// - Parameter configuration: of the first kernel.
  package init(_ problem: ReductionProblem, _ configuration: ReductionConfiguration? = nil) {
    let configuration = configuration ?? Self.configuration(for: problem)
    self.problem = problem
    guard configuration.partLength != nil else {
      kernels = [ReductionKernel(problem, configuration)]
      return
    }
    var ofParts = problem
    ofParts.output = .f32
    let first = ReductionKernel(ofParts, configuration)
    let ofResults = ReductionProblem(
      problem.operator.ofParts, problem.range.results(ofParts: first.partCount), input: .f32,
      output: problem.output)
    kernels = [first, ReductionKernel(ofResults)]
  }

  private static func configuration(for problem: ReductionProblem) -> ReductionConfiguration {
    var configuration = ReductionConfiguration(for: problem)
    let range = problem.range
    let (width, vectorCount): (Int, Int)
    switch configuration.form {
    case .threads, .warps: return configuration
    case .blocks(let count): (width, vectorCount) = (1, count)
    case .columns: (width, vectorCount) = (ColumnTile.width(range), 1)
    }
    let blocks = configuration.form.grid(range).x
    guard blocks < fewBlocks, range.axis * width >= longShare else { return configuration }
    let parts = min(
      manyBlocks.dividedRoundingUp(by: blocks), range.axis * width / leastShare)
    configuration.partLength =
      range.axis.dividedRoundingUp(by: parts).dividedRoundingUp(by: vectorCount) * vectorCount
    return configuration
  }

  /// Bytes of device memory that all launches share; 0 where there is one launch.
  package var scratchByteCount: Int {
    kernels.count == 1 ? 0 : kernels[1].problem.range.elementCount * KernelElement.f32.byteCount
  }

  /// The arguments of each kernel.
  ///
  /// - Parameter scratch: aligned to 16 bytes; unused where there is one launch.
  package func arguments(input: UInt64, scratch: UInt64, output: UInt64) -> [AxisArguments] {
    kernels.indices.map { index in
      kernels[index].arguments(
        input: index == 0 ? input : scratch, output: index == kernels.count - 1 ? output : scratch)
    }
  }
}
