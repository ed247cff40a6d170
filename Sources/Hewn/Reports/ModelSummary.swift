/// What a model's file says about itself.
public struct ModelSummary: Codable, Sendable, Equatable {
  /// The graph's name.
  public var name: String
  /// The file's name without its folder.
  public var file: String
  /// The size of the file.
  public var byteCount: Int
  /// The version of the ONNX operator set.
  public var opset: Int
  /// The tool that wrote the file; may be empty.
  public var producer: String
  /// The name of the plan file that was read instead of the model's.
  @Nullable public var planFile: String?

  package init(
    name: String, file: String, byteCount: Int, opset: Int, producer: String,
    planFile: String? = nil
  ) {
    self.name = name
    self.file = file
    self.byteCount = byteCount
    self.opset = opset
    self.producer = producer
    self.planFile = planFile
  }

  private enum CodingKeys: String, CodingKey {
    case name, file, opset, producer
    case byteCount = "bytes"
    case planFile = "plan_file"
  }
}

/// An input or output of a plan.
public struct PortSummary: Codable, Sendable, Equatable {
  /// The name in the model.
  public var name: String
  /// The type of the elements.
  public var elementType: ElementType
  /// The extents, outermost first.
  public var shape: [Int]

  package init(name: String, elementType: ElementType, shape: [Int]) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
  }

  init(_ port: Plan.Port) {
    self.init(name: port.name, elementType: port.elementType, shape: port.shape)
  }

  private enum CodingKeys: String, CodingKey {
    case name, shape
    case elementType = "type"
  }
}

/// What was compiled, and how.
public struct PlanSummary: Codable, Sendable, Equatable {
  /// What the plan runs on.
  public var device: Device
  /// `portable`, `avx2` or `avx512`; `nil` on devices without that choice.
  @Nullable public var instructionSet: String?
  /// The GPU that kernels were chosen for; `nil` on devices that are none.
  @Nullable public var gpu: String?
  /// What the device computes in; `f32` on devices that are no GPUs.
  public var precision: Precision
  /// The costs of kernels that it was compiled by; `nil` on devices without a choice.
  @Nullable public var costs: CostSummary?
  /// The kernels that layers chose from.
  public var engine: Engine
  /// The threads that a session runs with.
  public var threads: Int
  /// The items that one run computes.
  public var batch: Int
  /// What must be given to run it.
  public var inputs: [PortSummary]
  /// What it computes.
  public var outputs: [PortSummary]
  /// How many of the first layers run from first to last for one image before the next.
  public var layersByImage: Int
  /// Bytes of activations that a session allocates.
  public var activationByteCount: Int
  /// Bytes of packed weights and their indices.
  public var weightByteCount: Int

  package init(
    device: Device, instructionSet: String? = nil, gpu: String? = nil, precision: Precision = .f32,
    costs: CostSummary? = nil, engine: Engine, threads: Int, batch: Int, inputs: [PortSummary],
    outputs: [PortSummary], layersByImage: Int = 0, activationByteCount: Int, weightByteCount: Int
  ) {
    self.device = device
    self.instructionSet = instructionSet
    self.gpu = gpu
    self.precision = precision
    self.costs = costs
    self.engine = engine
    self.threads = threads
    self.batch = batch
    self.inputs = inputs
    self.outputs = outputs
    self.layersByImage = layersByImage
    self.activationByteCount = activationByteCount
    self.weightByteCount = weightByteCount
  }

  private enum CodingKeys: String, CodingKey {
    case device, gpu, precision, costs, engine, threads, batch, inputs, outputs
    case instructionSet = "instruction_set"
    case layersByImage = "layers_by_image"
    case activationByteCount = "activation_bytes"
    case weightByteCount = "weight_bytes"
  }
}

extension Plan {
  /// What was compiled, and how.
  public var summary: PlanSummary {
    PlanSummary(
      device: device, instructionSet: instructionSet, gpu: gpu, precision: precision,
      costs: costs, engine: engine, threads: threads, batch: batch,
      inputs: inputs.map(PortSummary.init), outputs: outputs.map(PortSummary.init),
      layersByImage: layersByImage, activationByteCount: activationByteCount,
      weightByteCount: weightByteCount)
  }
}
