package import CPUKernels
package import Graphs
package import Runtime
package import Tensors

/// An operator that the CPU backend runs: which layouts it wants, and the step that computes it.
package protocol CPUOperator: Operator {
  /// Why no kernel computes this node, in words for the user; `nil` where one does. The backend's
  /// evaluator computes it then, and the layer's report says so.
  ///
  /// - Precondition: everything that the node reads or writes at run time is float32.
  func obstacle(for node: NodeContext) -> String?

  /// The layout that each input must have and each output gets.
  ///
  /// - Precondition: there is no obstacle.
  func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands

  /// Whether every image of a batch, an index of the first axis of all computed inputs and outputs, is
  /// computed from itself alone, as by the same node for one image.
  ///
  /// - Parameter node: for one image.
  func keepsImagesApart(_ node: NodeContext) -> Bool

  /// Makes the step, once layouts and places are known.
  ///
  /// - Parameters:
  ///   - inputs: one for each input of the node; `nil` for missing and for constant inputs, whose
  ///     elements are in `node`.
  ///   - outputs: one for each output of the node.
  func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step
}

extension CPUOperator {
  package func obstacle(for node: NodeContext) -> String? { nil }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { false }

  /// Why the evaluator computes this node; `nil` where a kernel does.
  package func reasonToEvaluate(_ node: NodeContext) -> String? {
    for type in node.runtimeTypes where type.element != .float32 {
      return "\(type.element.rawValue) at run time; kernels compute in float32"
    }
    if node.runtimeTypes.contains(where: { $0.shape.elementCount == 0 }) {
      return "a tensor without elements"
    }
    return obstacle(for: node)
  }
}

/// A node as lowering sees it.
package struct NodeContext: Sendable {
  package var label: String
  /// Type, and elements where constant, of each input.
  package var inputs: [Operand?]
  package var outputs: [TensorType]
  package var target: Target
  /// What the node's weights were packed to; `nil` where that is still to be done.
  package var packed: PackedLayer?

  /// What steps are made for.
  package struct Target: Sendable {
    package var engine: Engine
    package var threads: Int
    package var costs: CPUCostTable
    /// Floats of the kernels' vectors; 1 keeps images apart.
    package var vectorLanes: Int
    /// The share of the lanes that images must fill to be put together.
    package var leastLaneUse: Double

    package init(
      engine: Engine, threads: Int, costs: CPUCostTable, vectorLanes: Int = 1,
      leastLaneUse: Double = 0
    ) {
      self.engine = engine
      self.threads = threads
      self.costs = costs
      self.vectorLanes = vectorLanes
      self.leastLaneUse = leastLaneUse
    }

    /// The images of one cell for a batch of so many.
    package func lanes(images: Int) -> Int {
      let use = Double(images) / Double(max(1, images.roundedUp(to: vectorLanes)))
      return images > 0 && use >= leastLaneUse ? vectorLanes : 1
    }
  }

  package init(
    label: String, inputs: [Operand?], outputs: [TensorType],
    target: Target = Target(engine: .sparse, threads: 1, costs: .portable)
  ) {
    self.label = label
    self.inputs = inputs
    self.outputs = outputs
    self.target = target
  }

  /// The images of one cell in the layouts of this node: as many as a vector has lanes where the batch
  /// fills most of the vectors, else 1. Constants are read image by image.
  package var lanes: Int {
    constant(ofInput: 0) == nil ? target.lanes(images: outputs[0].shape.dimensions.first ?? 0) : 1
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
}

/// What an operator asks of the layouts around it.
package struct LayoutDemands: Sendable {
  package enum Input: Sendable {
    /// Row-major. Also the entry for constant and missing inputs, which need no layout.
    case plain
    /// Planes with at least this halo, split into these phases.
    ///
    /// `pitch` joins inputs and outputs that must have the same pitch; `read` are the phases that are read,
    /// counted row by row, `nil` all.
    case planes(
      halo: PlanesLayout.Halo = .init(), verticalPhases: Int = 1, horizontalPhases: Int = 1,
      pitch: PitchRule = .free, lanes: Int = 1, read: Set<Int>? = nil)
  }

  package enum PitchRule: Hashable, Sendable {
    /// Any pitch.
    case free
    /// The same pitch as the planes output of the node and all other inputs with this rule.
    case sharedWithOutput
  }

  package enum Output: Sendable {
    case plain
    /// Planes; a transposed convolution writes them split into its stride's phases.
    case planes(verticalPhases: Int = 1, horizontalPhases: Int = 1, lanes: Int = 1)

    /// Unsplit planes of single images.
    package static var planes: Output { .planes() }
  }

  package var inputs: [Input]
  package var outputs: [Output]

  package init(inputs: [Input], outputs: [Output]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Everything row-major.
  package static func plain(_ node: NodeContext) -> LayoutDemands {
    LayoutDemands(
      inputs: node.inputs.map { _ in .plain }, outputs: node.outputs.map { _ in .plain })
  }
}

/// A buffer and its place in the arena.
package struct Located: Sendable {
  package var buffer: Buffer
  package var placement: Placement

  package init(buffer: Buffer, placement: Placement) {
    self.buffer = buffer
    self.placement = placement
  }

  package var shape: Shape { buffer.shape }

  /// The planes layout.
  ///
  /// - Precondition: the buffer lies in planes.
  package var planes: PlanesLayout { buffer.planes }
}
