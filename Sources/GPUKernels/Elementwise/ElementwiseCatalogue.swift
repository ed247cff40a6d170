package import KernelIR
package import Tensors

/// Kernels that stand for all pointwise ones where each is assembled.
package enum ElementwiseCatalogue {
  /// Every function, in f32 and f16.
  package static let functions: [PointwiseUnary] = [
    .negate, .absolute, .sign, .squareRoot, .reciprocal, .floor, .ceil, .round, .exp, .log, .erf,
    .tanh, .sigmoid, .softplus, .relu, .leakyRelu(slope: 0.1), .clip(lower: 0, upper: 6),
    .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .elu(alpha: 1), .gelu(approximates: false),
    .gelu(approximates: true), .silu, .mish, .power(3), .power(-2), .power(0.5), .power(2.5),
  ]

  package static func problems() throws(HewnError) -> [PointwiseProblem] {
    var problems: [PointwiseProblem] = []
    for function in functions {
      for element in KernelElement.allCases {
        problems.append(
          try PointwiseProblem(
            .unary(function, .input(0)), inputs: [.init(element, [4096])],
            output: .init(element, [4096])))
      }
    }
    let residual: PointwiseExpression = .unary(.relu, .input(0) * .input(1) + .input(2))
    for element in KernelElement.allCases {
      // Scale by channel, residual: planes, and vectors of 8 images.
      for (shape, channels) in [([2, 64, 7, 7], [64, 1, 1]), ([2, 64, 56, 8], [1, 64, 1, 1])] {
        problems.append(
          try PointwiseProblem(
            residual,
            inputs: [.init(element, shape), .init(.f32, channels), .init(element, shape)],
            output: .init(element, shape)))
      }
    }
    let sixAxes = [2, 3, 4, 5, 6, 8]
    problems.append(
      try PointwiseProblem(
        .where(.binary(.less, .input(0), .input(1)), .input(0), .input(1)),
        inputs: [.init(.f16, [2, 1, 4, 1, 6, 1]), .init(.f32, [1, 3, 1, 5, 1, 8])],
        output: .init(.f16, sixAxes)))
    // As many inputs as there can be, all alive at the end.
    let inputs = (0..<PointwiseProblem.inputLimit).map { PointwiseExpression.input($0) }
    let functions: [PointwiseUnary] = [.gelu(approximates: false), .mish, .power(1.5), .erf]
    let all = inputs.enumerated().reduce(PointwiseExpression.constant(1)) { product, input in
      product * .unary(functions[input.offset % functions.count], input.element)
    }
    let sum = inputs.reduce(all) { $0 + $1 }
    for element in KernelElement.allCases {
      problems.append(
        try PointwiseProblem(
          sum, inputs: inputs.map { _ in .init(element, sixAxes) },
          output: .init(element, sixAxes)))
    }
    return problems
  }

  package static func kernels() throws -> [Kernel] {
    try problems().map { try PointwiseKernel($0).build() }
  }
}
