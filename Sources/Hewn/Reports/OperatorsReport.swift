internal import CPUBackend
internal import GPUBackend
internal import Graphs
internal import ONNXFormat

/// The ONNX operators that Hewn reads, and what computes them.
public struct OperatorsReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The oldest and the newest version of the standard operator set.
  public var opsets: Range
  /// Every operator, by name.
  public var operators: [Entry]

  /// The least and the greatest value.
  public struct Range: Codable, Sendable, Equatable {
    /// The least value.
    public var min: Int
    /// The greatest value; `nil` where there is no limit.
    @Nullable public var max: Int?

    package init(min: Int, max: Int?) {
      self.min = min
      self.max = max
    }

    init(_ range: ClosedRange<Int>) {
      self.init(min: range.lowerBound, max: range.upperBound == .max ? nil : range.upperBound)
    }
  }

  /// One ONNX operator type.
  public struct Entry: Codable, Sendable, Equatable {
    /// The name of the operator in ONNX.
    public var type: String
    /// The operator sets in which Hewn reads it.
    public var opsets: Range
    /// How many inputs a node may have.
    public var inputs: Range
    /// How many outputs a node may have.
    public var outputs: Range
    /// The operators of Hewn that its plainest node becomes; none for constants.
    public var becomes: [String]
    /// What computes it on the CPU.
    public var cpu: Computation
    /// What computes it on GPUs; the reference only where the options let it
    /// (``CompileOptions/fallsBackToCPU``).
    public var gpu: Computation

    package init(
      type: String, opsets: Range, inputs: Range, outputs: Range, becomes: [String],
      cpu: Computation, gpu: Computation
    ) {
      self.type = type
      self.opsets = opsets
      self.inputs = inputs
      self.outputs = outputs
      self.becomes = becomes
      self.cpu = cpu
      self.gpu = gpu
    }
  }

  /// What computes an operator on a device.
  public enum Computation: String, Codable, Sendable {
    /// Kernels, for single precision.
    case kernel
    /// The reference implementation, whose results are copied in.
    case reference
    /// Nothing, as the elements are in the file.
    case constant
  }

  package init(hewnVersion: String = Release.version, opsets: Range, operators: [Entry]) {
    self.hewnVersion = hewnVersion
    self.opsets = opsets
    self.operators = operators
  }

  /// What this version of Hewn reads.
  ///
  /// - Throws: ``HewnError``: `internal` for a defect of Hewn.
  public static func current() throws -> OperatorsReport {
    let support = try rethrowing { try ONNXModel.operatorSupport() }
    return OperatorsReport(
      opsets: Range(ONNXModel.opsets),
      operators: support.map { entry in
        Entry(
          type: entry.type, opsets: Range(entry.opsets), inputs: Range(entry.inputCounts),
          outputs: Range(entry.outputCounts), becomes: entry.operators.map(\.name),
          cpu: Computation(of: entry.operators, hasKernel: CPUBackend.hasKernel),
          gpu: Computation(of: entry.operators) { $0 is any GPUOperator })
      })
  }

  private enum CodingKeys: String, CodingKey {
    case opsets, operators
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
  }
}

extension OperatorsReport.Computation {
  fileprivate init(of operators: [any Operator], hasKernel: (any Operator) -> Bool) {
    self =
      operators.isEmpty ? .constant : operators.allSatisfy(hasKernel) ? .kernel : .reference
  }
}
