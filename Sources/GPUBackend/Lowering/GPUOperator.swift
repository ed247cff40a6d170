internal import GPUKernels
package import Graphs
package import Runtime
package import Tensors

/// An operator that the GPU backend runs.
package protocol GPUOperator: Operator {
  /// Why no kernel computes this node, in words for the user; `nil` where one does.
  ///
  /// - Precondition: everything that the node reads or writes at run time is float32, and has elements.
  func gpuObstacle(for node: GPUNode) -> String?

  /// Whether the outputs may be some channels of larger tensors.
  func writesChannels(of node: GPUNode) -> Bool

  /// Emits the launches that compute the node's outputs, or views of its inputs that are them.
  ///
  /// - Returns: what was decided, for the report; `nil` where there was no choice.
  func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision?
}

extension GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? { nil }

  package func writesChannels(of node: GPUNode) -> Bool { false }
}

/// What lowering a node decided.
package struct GPUDecision: Sendable {
  package var engine: String
  package var reason: String
  package var matrix: MatrixReport?
  package var sparseSeconds: Double?
  package var denseSeconds: Double?
  /// How the chosen kernel goes about it.
  package var kernel: KernelReport?

  package init(
    engine: String = "other", reason: String = "", matrix: MatrixReport? = nil,
    sparseSeconds: Double? = nil, denseSeconds: Double? = nil, kernel: KernelReport? = nil
  ) {
    self.engine = engine
    self.reason = reason
    self.matrix = matrix
    self.sparseSeconds = sparseSeconds
    self.denseSeconds = denseSeconds
    self.kernel = kernel
  }
}

/// A node as lowering sees it.
package struct GPUNode: Sendable {
  package var label: String
  package var index: Int
  /// Type, and elements where constant, of each input.
  package var inputs: [Operand?]
  package var outputs: [TensorType]

  init(label: String, index: Int, inputs: [Operand?], outputs: [TensorType]) {
    self.label = label
    self.index = index
    self.inputs = inputs
    self.outputs = outputs
  }

  init(_ node: Node, index: Int, _ graph: Graph) {
    self.init(
      label: node.label, index: index, inputs: node.inputs.map { $0.map { Operand(graph[$0]) } },
      outputs: node.outputs.map { graph[$0].type })
  }

  package func shape(ofInput index: Int) -> Shape? {
    index < inputs.count ? inputs[index]?.shape : nil
  }

  package func constant(ofInput index: Int) -> Tensor? {
    index < inputs.count ? inputs[index]?.constant : nil
  }

  /// The types of everything that is read or written at run time.
  var runtimeTypes: [TensorType] {
    inputs.compactMap { $0?.constant == nil ? $0?.type : nil } + outputs
  }

  /// Why a node mixes images: first axes that differ. Lanes hold images, and no kernel crosses them.
  var batchObstacle: String? {
    let batches = Set(runtimeTypes.map { $0.shape.dimensions.first ?? 1 })
    return batches.count > 1
      ? "first axes of \(batches.sorted().map(String.init).joined(separator: " and ")); kernels keep"
        + " the images of a batch apart" : nil
  }
}

extension GPUOperator {
  /// Why the GPU cannot compute a node; `nil` where it can.
  package func obstacle(for node: GPUNode) -> String? {
    for type in node.runtimeTypes where type.element != .float32 {
      return "\(type.element.rawValue) at run time; kernels take float32"
    }
    if node.runtimeTypes.contains(where: { $0.shape.elementCount == 0 }) {
      return "a tensor without elements"
    }
    if node.runtimeTypes.contains(where: { $0.shape.rank == 0 }) {
      return "a tensor without axes"
    }
    // Beside the axes of an image, moves have one for the groups and one for the parts of a vector.
    let rank = node.runtimeTypes.map(\.shape.rank).max() ?? 0
    if rank >= MoveProblem.axisLimit { return "tensors of \(rank) axes" }
    return node.batchObstacle ?? gpuObstacle(for: node) ?? constantObstacle(node)
  }

  /// Constants have no place on the device but where an operator gives them one.
  private func constantObstacle(_ node: GPUNode) -> String? {
    guard node.constant(ofInput: 0) != nil, !(self is any PointwiseOperator), !(self is Concat)
    else { return nil }
    return "a constant input"
  }
}
