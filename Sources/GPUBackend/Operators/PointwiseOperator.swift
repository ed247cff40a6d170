package import GPUKernels
internal import Graphs
package import Tensors

/// An operator whose every output element is a function of one element of each input.
///
/// A chain of such nodes, each read by the next alone, is one kernel.
package protocol PointwiseOperator: GPUOperator {
  /// The function of the inputs' elements; `nil` where kernels cannot compute it.
  ///
  /// - Parameter x: the inputs' elements; missing inputs have none.
  func expression(of x: [PointwiseExpression?], for node: GPUNode) -> PointwiseExpression?
}

extension PointwiseOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    let output = node.outputs[0].shape
    if node.inputs.count > PointwiseProblem.inputLimit { return "\(node.inputs.count) inputs" }
    // With the lanes, a shape of n axes has n + 1, which are that many where they cannot be joined.
    if output.rank >= PointwiseProblem.axisLimit,
      node.inputs.contains(where: { $0.map { $0.shape != output } ?? false })
    {
      return "broadcasting to \(output.rank) axes"
    }
    for operand in node.inputs {
      guard let operand, operand.constant == nil || operand.shape.elementCount > 1 else { continue }
      if operand.constant != nil, operand.type.element != .float32 {
        return "a constant of \(operand.type.element.rawValue)"
      }
      if operand.constant == nil, operand.shape.rank != output.rank {
        return "inputs of \(operand.shape) and outputs of \(output), whose first axes differ"
      }
    }
    let inputs = node.inputs.indices.map {
      node.inputs[$0].map { _ in PointwiseExpression.input(0) }
    }
    return expression(of: inputs, for: node) == nil ? "no GPU kernel for this form of \(name)" : nil
  }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    var operands: [GPULowering.PointwiseOperand] = []
    var arguments: [PointwiseExpression?] = []
    for (index, operand) in node.inputs.enumerated() {
      guard let operand else {
        arguments.append(nil)
        continue
      }
      if let constant = operand.constant, constant.shape.elementCount == 1 {
        arguments.append(.constant(PointwiseConstant(constant.floats()[0])))
        continue
      }
      arguments.append(
        try lowering.pointwiseArgument(index, operand, node.outputs[0].shape, &operands))
    }
    guard let expression = expression(of: arguments, for: node) else {
      throw HewnError(.internal, "no expression for \(name)")
    }
    return try lowering.finish(expression, operands)
  }
}

extension GPULowering {
  /// What an expression reads: its input of that number.
  struct PointwiseOperand: Hashable {
    var memory: GPUMemory
    var operand: PointwiseProblem.Operand

    init(memory: GPUMemory, operand: PointwiseProblem.Operand) {
      self.memory = memory
      self.operand = operand
    }

    /// - Precondition: the tensor is dense.
    init(_ tensor: GPUTensor) {
      self.init(memory: tensor.memory, operand: .init(tensor.element, tensor.lanesShape))
    }
  }

  /// A value that is not computed by itself, but with what reads it.
  struct PendingExpression {
    var expression: PointwiseExpression
    var operands: [PointwiseOperand]
    var shape: Shape
    /// The nodes that it takes together.
    var nodeCount: Int
  }

  /// The most that is left to the next node: expressions are walked recursively, and functions that read their
  /// argument several times repeat it.
  private static let sizeLimit = 64

  /// The expression of an input's elements: a pending one, or the element itself.
  func pointwiseArgument(
    _ index: Int, _ operand: Operand, _ output: Shape, _ operands: inout [PointwiseOperand]
  ) throws(HewnError) -> PointwiseExpression {
    let read: PointwiseOperand
    if let pending = pendingExpression(ofInput: index) {
      // The node's other inputs want room too.
      let otherCount = node.inputs.count - index - 1
      if operands.count + pending.operands.count + otherCount <= PointwiseProblem.inputLimit {
        let numbers = pending.operands.map { number(of: $0, &operands) }
        pendingNodeCount += pending.nodeCount
        return pending.expression.replacingInputs(numbers)
      }
      let tensor = try tensor(element: target.element, shape: pending.shape)
      try launch(pending.expression, pending.operands, output: tensor)
      return .input(number(of: PointwiseOperand(tensor), &operands))
    }
    if let constant = operand.constant {
      read = self.constant(constant, alignedTo: output)
    } else {
      read = PointwiseOperand(try input(index))
    }
    return .input(number(of: read, &operands))
  }

  private func number(of operand: PointwiseOperand, _ operands: inout [PointwiseOperand]) -> Int {
    if let number = operands.firstIndex(of: operand) { return number }
    operands.append(operand)
    return operands.count - 1
  }

  /// Uploads a constant as a kernel reads it beside lanes: elements that all images share repeat along them.
  func constant(_ tensor: Tensor, alignedTo output: Shape) -> PointwiseOperand {
    let lead = [Int](repeating: 1, count: max(0, output.rank - tensor.shape.rank))
    let shape = lead + tensor.shape.dimensions
    let floats = tensor.floats()
    if shape[0] == 1 {
      return PointwiseOperand(memory: constant(floats), operand: .init(.f32, shape + [1]))
    }
    return PointwiseOperand(
      memory: constant(floats.inLanes(images: shape[0])),
      operand: .init(.f32, [GPUTensor.groups(of: Shape(shape))] + shape.dropFirst() + [8]))
  }

  /// Computes an expression for the node's output, or leaves that to the node that reads it alone.
  func finish(
    _ expression: PointwiseExpression, _ operands: [PointwiseOperand]
  ) throws(HewnError) -> GPUDecision? {
    let nodeCount = pendingNodeCount + 1
    pendingNodeCount = 0
    if leavesOutputPending, outputShape.rank < PointwiseProblem.axisLimit,
      expression.size <= Self.sizeLimit
    {
      setPendingOutput(
        PendingExpression(
          expression: expression, operands: operands, shape: outputShape, nodeCount: nodeCount))
      return nil
    }
    try launch(expression, operands, output: try output(0))
    return nodeCount > 1 ? GPUDecision(reason: "\(nodeCount) nodes as one kernel") : nil
  }

  /// Applies a function to a dense tensor in place.
  func apply(_ activation: Activation, to tensor: GPUTensor) throws(HewnError) {
    try launch(
      activation.expression(of: .input(0)), [PointwiseOperand(tensor)], output: tensor)
  }

  private func launch(
    _ expression: PointwiseExpression, _ operands: [PointwiseOperand], output: GPUTensor
  ) throws(HewnError) {
    let problem = try PointwiseProblem(
      expression, inputs: operands.map(\.operand),
      output: .init(output.element, output.lanesShape))
    let kernel = PointwiseKernel(problem)
    try launch(kernel, reads: operands.map(\.memory), writes: [output.memory]) { addresses in
      kernel.arguments(inputs: operands.map { addresses[$0.memory] }, output: addresses[output])
    }
  }
}

extension [Float] {
  /// [N, …] as [⌈N/8⌉][…][8]; 0 for missing images.
  func inLanes(images: Int) -> [Float] {
    let count = self.count / images
    let groups = images.dividedRoundingUp(by: 8)
    var lanes = [Float](repeating: 0, count: groups * count * 8)
    for image in 0..<images {
      for index in 0..<count {
        lanes[(image / 8 * count + index) * 8 + image % 8] = self[image * count + index]
      }
    }
    return lanes
  }
}

extension PointwiseExpression {
  /// The functions, numbers and inputs, each as often as it is written.
  fileprivate var size: Int {
    switch self {
    case .input, .constant: 1
    case .unary(_, let x): 1 + x.size
    case .binary(_, let a, let b): 1 + a.size + b.size
    case .where(let condition, let a, let b): 1 + condition.size + a.size + b.size
    }
  }

  /// The same function, where input i is input `numbers[i]`.
  fileprivate func replacingInputs(_ numbers: [Int]) -> PointwiseExpression {
    switch self {
    case .input(let index): .input(numbers[index])
    case .constant: self
    case .unary(let function, let x): .unary(function, x.replacingInputs(numbers))
    case .binary(let function, let a, let b):
      .binary(function, a.replacingInputs(numbers), b.replacingInputs(numbers))
    case .where(let condition, let a, let b):
      .where(
        condition.replacingInputs(numbers), a.replacingInputs(numbers), b.replacingInputs(numbers))
    }
  }
}
