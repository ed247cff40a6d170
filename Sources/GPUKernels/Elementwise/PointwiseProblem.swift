package import Tensors

/// y = f(x₀, x₁, …) for every element of y, where inputs repeat along axes that they lack.
package struct PointwiseProblem: Hashable, Sendable {
  package let expression: PointwiseExpression
  package let inputs: [KernelElement]
  package let output: KernelElement
  let axes: BroadcastAxes
  package let elementCount: Int

  /// A dense tensor in row-major order.
  package struct Operand: Hashable, Sendable {
    package var element: KernelElement
    package var shape: [Int]

    package init(_ element: KernelElement, _ shape: [Int]) {
      self.element = element
      self.shape = shape
    }
  }

  /// The most inputs and collapsed axes that a kernel has.
  package static let inputLimit = 8
  package static let axisLimit = 6

  /// - Throws: `invalidArgument` for shapes that do not broadcast, without elements or with more than
  ///   2³¹ − 2¹⁰ of them; `unsupported` beyond the limits.
  package init(
    _ expression: PointwiseExpression, inputs: [Operand], output: Operand
  ) throws(HewnError) {
    self.expression = expression
    self.inputs = inputs.map(\.element)
    self.output = output.element
    elementCount = try KernelSize.count(output.shape)
    guard expression.inputCount <= inputs.count else {
      throw HewnError(
        .invalidArgument, "\(expression) reads \(expression.inputCount) inputs of \(inputs.count)")
    }
    axes = try BroadcastAxes(output.shape, inputs: inputs.map(\.shape))
    guard inputs.count <= Self.inputLimit, axes.extents.count <= Self.axisLimit else {
      throw HewnError(
        .unsupported, "a pointwise kernel of \(inputs.count) inputs and \(axes.extents.count) axes")
    }
  }
}

/// How a pointwise kernel goes about it.
package struct PointwiseConfiguration: Hashable, Sendable {
  /// Neighbouring elements of each thread, a power of two.
  package var vectorCount: Int
  /// Of a block.
  package var threadCount: Int

  package init(vectorCount: Int, threadCount: Int = 256) {
    self.vectorCount = vectorCount
    self.threadCount = threadCount
  }

  /// Vectors of 16 bytes of the narrowest tensor, where rows consist of whole ones.
  package init(for problem: PointwiseProblem) {
    let widest = ([problem.output] + problem.inputs).map(\.vectorCount).max() ?? 1
    let isFlat = problem.axes.extents.count == 1
    var count = widest
    if let row = problem.axes.extents.last, !isFlat { while row % count != 0 { count /= 2 } }
    self.init(vectorCount: count)
  }

  /// Whether rows consist of whole vectors, where there are several.
  func fits(_ problem: PointwiseProblem) -> Bool {
    let extents = problem.axes.extents
    return vectorCount.isPowerOfTwo
      && (extents.count == 1 || extents.last.map { $0 % vectorCount } == 0)
  }
}
