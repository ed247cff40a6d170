package import KernelIR
package import Tensors

/// Kernels that stand for all reductions and softmaxes where each is assembled: every operator, form and type.
package enum ReductionsCatalogue {
  package static func reductions() throws(HewnError) -> [ReductionKernel] {
    let range = try AxisRange(outer: 64, axis: 1024, inner: 1)
    var kernels: [ReductionKernel] = []
    for `operator` in ReductionOperator.allCases {
      for element in KernelElement.allCases {
        let problem = ReductionProblem(`operator`, range, input: element, output: element)
        let vectorCount = element.vectorCount
        let forms: [AxisForm] = [
          .threads, .columns, .warps(vectorCount: 1), .warps(vectorCount: vectorCount),
          .blocks(vectorCount: 1), .blocks(vectorCount: vectorCount),
        ]
        kernels += forms.map { ReductionKernel(problem, ReductionConfiguration($0)) }
        let ofParts: [AxisForm] = [
          .columns, .blocks(vectorCount: 1), .blocks(vectorCount: vectorCount),
        ]
        kernels += ofParts.map {
          ReductionKernel(
            ReductionProblem(`operator`, range, input: element, output: .f32),
            ReductionConfiguration($0, partLength: 128))
        }
      }
    }
    return kernels
  }

  package static func softmaxes() throws(HewnError) -> [SoftmaxKernel] {
    var kernels: [SoftmaxKernel] = []
    for isLogarithm in [false, true] {
      for element in KernelElement.allCases {
        for (axis, inner) in [(10, 1), (1000, 1), (1001, 1), (32_000, 1), (4097, 1), (21, 3136)] {
          let range = try AxisRange(outer: 8, axis: axis, inner: inner)
          kernels.append(
            SoftmaxKernel(
              SoftmaxProblem(range, input: element, output: element, logarithm: isLogarithm)))
        }
      }
    }
    return kernels
  }

  package static func kernels() throws -> [Kernel] {
    try reductions().map { try $0.build() } + softmaxes().map { try $0.build() }
  }
}
