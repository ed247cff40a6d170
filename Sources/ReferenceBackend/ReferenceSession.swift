internal import Graphs
internal import Runtime
package import Tensors

/// Runs a ``ReferencePlan``. As the oracle it allocates while running.
package final class ReferenceSession: PlanSession {
  private let plan: ReferencePlan
  private var inputs: [Tensor?]
  private var results: [Tensor]?

  init(_ plan: ReferencePlan) {
    self.plan = plan
    inputs = [Tensor?](repeating: nil, count: plan.inputs.count)
  }

  package func setInput(_ index: Int, _ tensor: Tensor) throws {
    let port = plan.inputs[index]
    guard tensor.type == port.type else {
      throw HewnError(
        .invalidArgument, "input \"\(port.name)\" is \(tensor.type), expected \(port.type)")
    }
    inputs[index] = try tensor.promoted()
  }

  package func execute() throws { try run { _, _ in } }

  package func execute(addingTimesTo times: UnsafeMutableBufferPointer<UInt64>) throws {
    try run { step, duration in
      let (seconds, attoseconds) = duration.components
      times[step] += UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
  }

  /// - Throws: `invalidArgument` before a run that succeeded.
  package func output(_ index: Int) throws -> Tensor {
    let port = plan.outputs[index]
    return try port.part(of: try result(index).cast(to: port.type.element))
  }

  /// An output before it is rounded or trimmed.
  ///
  /// - Throws: as ``output(_:)``.
  package func outputDoubles(_ index: Int) throws -> [Double] { try result(index).doubles() }

  private func result(_ index: Int) throws(HewnError) -> Tensor {
    guard let results else { throw HewnError(.invalidArgument, "the session has not run yet") }
    return results[index]
  }

  private func run(_ report: (_ step: Int, _ duration: Duration) -> Void) throws(HewnError) {
    results = nil
    results = try evaluate(report)
  }

  private func evaluate(
    _ report: (_ step: Int, _ duration: Duration) -> Void
  ) throws(HewnError) -> [Tensor] {
    var values = plan.constants
    for (index, id) in plan.inputIDs.enumerated() {
      guard let input = inputs[index] else {
        throw HewnError(.invalidArgument, "input \"\(plan.inputs[index].name)\" is not set")
      }
      values[id.index] = input
    }
    let clock = ContinuousClock()
    for (index, step) in plan.steps.enumerated() {
      let start = clock.now
      if !step.isKnown {
        let operands = step.node.inputs.map { $0.flatMap { values[$0.index] } }
        let outputs = try evaluate(step, operands)
        for (id, tensor) in zip(step.node.outputs, outputs) { values[id.index] = tensor }
      }
      for id in step.lastUses { values[id.index] = nil }
      report(index, clock.now - start)
    }
    var outputs: [Tensor] = []
    for (id, port) in zip(plan.outputIDs, plan.outputs) {
      guard let output = values[id.index] else {
        throw HewnError(.internal, "no node produces output \"\(port.name)\"")
      }
      outputs.append(output)
    }
    return outputs
  }

  private func evaluate(
    _ step: ReferencePlan.Step, _ operands: [Tensor?]
  ) throws(HewnError) -> [Tensor] {
    do {
      return try Reference.evaluate(step.op, operands, step.outputTypes)
    } catch let error as HewnError {
      throw error.at(node: step.node.label)
    } catch {
      throw HewnError(.internal, "\(error)", node: step.node.label)
    }
  }
}
