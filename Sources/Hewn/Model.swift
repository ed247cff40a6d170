internal import Graphs
internal import ONNXFormat
internal import Passes
internal import ReferenceBackend
internal import Runtime
internal import Tensors

/// A network as its file states it, with extents still free.
///
/// ```swift
/// let model = try Model(contentsOf: "resnet20.onnx")
/// let plan = try model.compile()
/// var session = try plan.makeSession()
/// let outputs = try session.run(["input": Tensor(shape: [1, 3, 32, 32], floats: pixels)])
/// ```
public struct Model: Sendable {
  /// One extent of an input or output.
  public enum Dimension: Hashable, Sendable {
    case fixed(Int)
    /// Decided when compiling; the name is the file's, if it gives one.
    case free(name: String?)
  }

  /// An input or output as the file declares it.
  public struct Port: Sendable {
    public let name: String
    public let elementType: ElementType
    /// `nil` where the file declares no shape.
    public let dimensions: [Dimension]?
  }

  private let file: ONNXModel

  /// Reads an ONNX file.
  ///
  /// - Throws: ``HewnError``: `io` for a file that cannot be read, `invalidFile` for one that is no
  ///   valid model, `unsupported` for a valid model that uses what Hewn lacks.
  public init(contentsOf path: String) throws {
    file = try rethrowing { try ONNXModel.read(contentsOf: path) }
  }

  /// Reads the bytes of an ONNX file.
  ///
  /// - Parameter name: what errors call it.
  /// - Throws: as `init(contentsOf:)`.
  public init(bytes: [UInt8], name: String = "model") throws {
    file = try rethrowing { try ONNXModel.read(bytes: bytes, fileName: name) }
  }

  /// The inputs that must be given to run the model.
  public var inputs: [Port] { file.template.inputs.map(Port.init) }

  public var outputs: [Port] { file.template.outputs.map(Port.init) }

  /// What the file says about itself.
  public var summary: ModelSummary {
    ModelSummary(
      name: file.template.name, file: file.fileName, byteCount: file.fileByteCount,
      opset: file.opset, producer: file.producer)
  }

  /// Optimises the model and lowers it to a device.
  ///
  /// - Throws: ``HewnError``: `invalidArgument` for options that do not fit the model,
  ///   `unsupported` with the node and the reason for what the device cannot run.
  public func compile(_ options: CompileOptions = CompileOptions()) throws -> Plan {
    let threads = options.threads ?? Machine.coreCount
    guard (1...Machine.maximumThreadCount).contains(threads) else {
      throw HewnError(
        .invalidArgument, "\(threads) threads; give 1 to \(Machine.maximumThreadCount)")
    }
    return try rethrowing {
      let bindings = ShapeBindings(
        batch: options.batch, shapes: try options.shapes.mapValues { try Shape(checking: $0) })
      var graph = try file.template.bind(bindings, evaluate: Reference.evaluate)
      var passes: [PassSummary] = []
      if options.optimizes {
        let result = try PassPipeline.standard(evaluate: Reference.evaluate).run(graph)
        graph = result.graph
        passes = result.reports.map(PassSummary.init)
      }
      let (backend, instructionSet) = try options.device.makeBackend()
      let core = try backend.compile(
        graph, options: Runtime.CompileOptions(engine: options.engine.core, threads: threads))
      return Plan(
        core, model: summary, device: options.device, instructionSet: instructionSet,
        engine: options.engine, threads: threads, passes: passes, notes: graph.notes)
    }
  }
}

extension Model.Port {
  fileprivate init(_ port: GraphTemplate.Port) {
    self.init(
      name: port.name, elementType: ElementType(port.element),
      dimensions: port.dimensions?.map { dimension in
        switch dimension {
        case .fixed(let extent): .fixed(extent)
        case .symbol(let name): .free(name: name)
        case .unknown: .free(name: nil)
        }
      })
  }
}
