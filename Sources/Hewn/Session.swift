internal import Runtime

/// Runs a plan; belongs to one caller at a time.
public struct Session: ~Copyable {
  private let core: any PlanSession
  private let inputs: [Plan.Port]
  private let outputs: [Plan.Port]

  init(_ core: any PlanSession, inputs: [Plan.Port], outputs: [Plan.Port]) {
    self.core = core
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Computes the outputs for given inputs.
  ///
  /// - Parameter tensors: one tensor for each input of the plan, by name.
  /// - Returns: every output by name.
  /// - Throws: ``HewnError``: `invalidArgument` for missing or unknown names, and for tensors whose
  ///   type or shape differs from the plan's.
  public mutating func run(_ tensors: [String: Tensor]) throws -> [String: Tensor] {
    try setInputs(tensors)
    try execute()
    return try readOutputs()
  }

  /// Copies the inputs in; the first of the three steps of `run`.
  ///
  /// - Throws: as `run`.
  public mutating func setInputs(_ tensors: [String: Tensor]) throws {
    try Self.setInputs(tensors, ports: inputs, of: core)
  }

  /// Runs every layer once; the second of the three steps of `run`.
  ///
  /// Allocates, locks and logs nothing on the `cpu` device, but for layers that `Plan.layers` shows
  /// with the engine `reference`.
  ///
  /// - Throws: ``HewnError``: `invalidFile` for what depends on the values of tensors, such as an
  ///   index out of range.
  public mutating func execute() throws { try rethrowing { try core.execute() } }

  /// As ``execute()``, but on GPUs it may return before the layers are done; ``readOutputs()`` waits.
  ///
  /// The caller has time for its next batch, and a second session of the same plan copies and computes that
  /// one meanwhile. Faults show when outputs are read.
  ///
  /// - Throws: as ``execute()``.
  public mutating func start() throws { try rethrowing { try core.start() } }

  /// Copies every output out; the last of the three steps of `run`.
  ///
  /// - Throws: ``HewnError``: `outOfMemory`.
  public mutating func readOutputs() throws -> [String: Tensor] {
    var results: [String: Tensor] = [:]
    for (index, port) in outputs.enumerated() {
      results[port.name] = Tensor(try rethrowing { try core.output(index) })
    }
    return results
  }

  static func setInputs(
    _ tensors: [String: Tensor], ports: [Plan.Port], of core: any PlanSession
  ) throws(HewnError) {
    for name in tensors.keys.sorted() where !ports.contains(where: { $0.name == name }) {
      throw HewnError(
        .invalidArgument,
        "there is no input \"\(name)\"; the inputs are \(quoted(ports.map(\.name)))")
    }
    for (index, port) in ports.enumerated() {
      guard let tensor = tensors[port.name] else {
        throw HewnError(.invalidArgument, "input \"\(port.name)\" is missing")
      }
      try rethrowing { try core.setInput(index, tensor.core) }
    }
  }
}

/// Names as messages list them: `"a", "b"`.
func quoted(_ names: some Sequence<String>) -> String {
  names.map { "\"\($0)\"" }.joined(separator: ", ")
}
