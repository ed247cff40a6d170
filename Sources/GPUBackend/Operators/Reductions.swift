internal import GPUKernels
package import Graphs
package import Tensors

extension Reduce: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if node.shape(ofInput: 1) != nil, node.constant(ofInput: 1) == nil {
      return "axes computed at run time"
    }
    if kernelOperator == nil { return "no GPU kernel for \(name)" }
    guard let axes = try? axes(for: node.inputs) else { return nil }
    return axes.contains(0) ? "it reduces images" : nil
  }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let axes = try axes(for: node.inputs)
    let rank = node.shape(ofInput: 0)?.rank ?? 0
    if kind == .mean || kind == .max, rank > 2, axes == Array(2..<rank) {
      try lowering.poolPlanes(maximum: kind == .max)
      return nil
    }
    guard let kernelOperator else {
      throw HewnError(.internal, "no kernel for \(name)")
    }
    try lowering.reduce(kernelOperator, axes: axes)
    return nil
  }

  private var kernelOperator: ReductionOperator? {
    switch kind {
    case .mean: .mean
    case .sum: .sum
    case .max: .max
    case .min: .min
    case .product: .product
    case .l1: .l1
    case .l2: .l2
    case .sumSquare: .sumSquare
    case .logSumExp: .logSumExp
    case .logSum: nil
    }
  }
}

extension Softmax: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if kind == .hard { return "no GPU kernel for Hardmax" }
    return (try? node.outputs[0].shape.normalized(axis: axis)) == 0 ? "it runs across images" : nil
  }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let (input, output) = (try lowering.input(0), try lowering.output(0))
    let first = try input.shape.normalized(axis: axis)
    let lanes = input.lanesShape
    let last = flattens ? lanes.count - 1 : first + 1
    func product(_ range: Range<Int>) -> Int { lanes[range].reduce(1, *) }
    let range = try AxisRange(
      outer: product(0..<first), axis: product(first..<last), inner: product(last..<lanes.count))
    let kernel = SoftmaxKernel(
      SoftmaxProblem(
        range, input: input.element, output: output.element, logarithm: kind == .logarithm))
    try lowering.launch(kernel, reads: [input.memory], writes: [output.memory]) { addresses in
      kernel.arguments(input: addresses[input], output: addresses[output])
    }
    return nil
  }
}

extension GPULowering {
  /// Reduces axes behind the first.
  fileprivate func reduce(_ op: ReductionOperator, axes: [Int]) throws(HewnError) {
    let (input, output) = (try input(0), try output(0))
    let reduction = try AxesReduction(
      op, shape: input.lanesShape, axes: axes, input: input.element, output: output.element)
    let scratch = try scratch(byteCount: max(1, reduction.scratchByteCount))
    for (index, kernel) in reduction.kernels.enumerated() {
      let isLast = index == reduction.kernels.count - 1
      try launch(
        kernel, reads: [input.memory, scratch], writes: isLast ? [output.memory] : [scratch]
      ) { addresses in
        reduction.arguments(
          input: addresses[input], scratch: addresses[scratch], output: addresses[output])[index]
      }
    }
  }
}
