internal import CPUBackend
internal import Graphs
internal import Tensors

/// What a fuzzer does with an input. It is public for the package `Fuzz`; tests replay cases.
///
/// A `HewnError` is an answer. Whatever else ends a run is a finding: a trap, a signal, another error,
/// an error that blames Hewn.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// Reads bytes as an ONNX model, optimises, compiles and runs it.
  case model
  /// Reads bytes as a plan file, compiles and runs it.
  case plan

  /// Runs on one input.
  ///
  /// - Parameter isRun: whether what was compiled runs as well, which costs as much as the rest.
  /// - Returns: the error that Hewn answers with; `nil` where it accepts the input.
  public func answer(to bytes: [UInt8], isRun: Bool = true) -> String? {
    do {
      let (graph, plan) =
        switch self {
        case .model: try Self.readModel(bytes)
        case .plan: try Self.readPlan(bytes)
        }
      if isRun, let plan { try Self.run(graph, compiled: plan) }
      return nil
    } catch let error as HewnError {
      precondition(error.code != .internal && !error.message.isEmpty, "\(error.code) \(error)")
      return error.description
    } catch {
      preconditionFailure("not an error of Hewn: \(error)")
    }
  }
}
