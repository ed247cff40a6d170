package import Runtime

/// An immutable, runnable form of a model for one device.
///
/// Plans are shared between threads freely; each caller makes a ``Session`` of its own.
public struct Plan: Sendable {
  /// An input or output with its shape.
  public struct Port: Sendable, Hashable {
    /// The name in the model.
    public let name: String
    /// The type of the elements.
    public let elementType: ElementType
    /// The extents, outermost first.
    public let shape: [Int]

    init(_ port: Runtime.Port) {
      name = port.name
      elementType = ElementType(port.type.element)
      shape = port.type.shape.dimensions
    }
  }

  package let core: any Runtime.Plan
  /// What the model's file says about itself.
  public let model: ModelSummary
  /// What the plan runs on.
  public let device: Device
  /// The kernels' instruction set: `portable`, `avx2` or `avx512`; `nil` on devices without that
  /// choice.
  public let instructionSet: String?
  /// The GPU that kernels were chosen for, on the emulator the one in whose place it runs; `nil` on
  /// other devices.
  public let gpu: String?
  /// What the device computes in; `f32` on other devices than GPUs.
  public let precision: Precision
  /// The costs of kernels that it was compiled by; `nil` on devices without a choice.
  public let costs: CostSummary?
  /// The kernels that layers chose from.
  public let engine: Engine
  /// The threads that a session runs with; they do not matter on `cuda`.
  public let threads: Int
  /// What each optimisation did, in order; empty where none ran.
  public let passes: [PassSummary]
  /// What binding the shapes changed or found that the caller should know.
  public let notes: [String]
  /// What must be given to run it.
  public let inputs: [Port]
  /// What it computes.
  public let outputs: [Port]

  init(
    _ core: any Runtime.Plan, model: ModelSummary, device: Device, instructionSet: String?,
    gpu: String? = nil, precision: Precision = .f32, costs: CostSummary?, engine: Engine,
    threads: Int, passes: [PassSummary], notes: [String]
  ) {
    self.core = core
    self.model = model
    self.device = device
    self.instructionSet = instructionSet
    self.gpu = gpu
    self.precision = precision
    self.costs = costs
    self.engine = engine
    self.threads = threads
    self.passes = passes
    self.notes = notes
    inputs = core.inputs.map(Port.init)
    outputs = core.outputs.map(Port.init)
  }

  /// One entry for each executed step, in order.
  public var layers: [LayerSummary] { core.layers.map(LayerSummary.init) }

  /// The items that one run computes: the first extent of the first input, 1 without inputs.
  public var batch: Int { inputs.first?.shape.first ?? 1 }

  /// How many of the first layers run from first to last for one image before the next, so that
  /// activations stay in the caches; 0 where every layer runs for the whole batch.
  public var layersByImage: Int { core.layersByImage }

  /// Bytes of activations that a session allocates.
  public var activationByteCount: Int { core.arenaByteCount }

  /// Bytes of packed weights and their indices.
  public var weightByteCount: Int { core.weightByteCount }

  /// Allocates everything that running needs.
  ///
  /// - Throws: ``HewnError``: `outOfMemory`.
  public func makeSession() throws -> Session {
    Session(try rethrowing { try core.makeSession() }, inputs: inputs, outputs: outputs)
  }

  /// Random tensors for every input, the same for the same seed.
  ///
  /// - Throws: ``HewnError``: `outOfMemory`.
  public func randomInputs(seed: UInt64) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (index, input) in inputs.enumerated() {
      tensors[input.name] = try .random(
        shape: input.shape, elementType: input.elementType, seed: seed &+ UInt64(index))
    }
    return tensors
  }
}
