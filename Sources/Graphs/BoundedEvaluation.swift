internal import Synchronization
internal import Tensors

/// Bounds what computing the constants of one model takes: a file of a few bytes could ask for any
/// time and any memory.
///
/// What is beyond the limits is refused with `outOfMemory`; such nodes stay in the graph and run when
/// the network does.
package final class BoundedEvaluation: Sendable {
  /// What constants may take.
  package struct Limits: Sendable {
    /// Multiply-adds, or elements read and written, of one node.
    package var workOfNode = 1 << 28
    /// The same of all nodes together.
    package var work = 1 << 32
    /// Bytes of all results together.
    package var byteCount = 1 << 32

    package init() {}
  }

  private let limits: Limits
  private let base: Evaluator
  private let work = Atomic(0)
  private let byteCount = Atomic(0)

  package init(_ base: @escaping Evaluator, limits: Limits = Limits()) {
    self.base = base
    self.limits = limits
  }

  /// The evaluator with these limits; all calls count together.
  package var evaluator: Evaluator {
    { op, inputs, outputs in
      try self.take(op, inputs, outputs)
      return try self.base(op, inputs, outputs)
    }
  }

  private func take(
    _ op: any Operator, _ inputs: [Tensor?], _ outputs: [TensorType]
  ) throws(HewnError) {
    let types = inputs.map { $0?.type }
    let elements = (types.compactMap { $0 } + outputs)
      .reduce(0) { $0.saturatingAdd($1.shape.elementCount) }
    let work = max(elements, op.operationCount(inputs: types, outputs: outputs).flops / 2)
    let byteCount = outputs.reduce(0) { $0.saturatingAdd($1.byteCount) }
    guard work <= limits.workOfNode,
      self.work.load(ordering: .relaxed) <= limits.work - work,
      self.byteCount.load(ordering: .relaxed) <= limits.byteCount.saturatingAdd(-byteCount)
    else {
      throw HewnError(
        .outOfMemory,
        "computing it in advance takes \(work) operations and \(byteCount) bytes; the limits are"
          + " \(limits.workOfNode) operations for one node, and \(limits.work) operations and"
          + " \(limits.byteCount) bytes for all")
    }
    self.work.add(work, ordering: .relaxed)
    self.byteCount.add(byteCount, ordering: .relaxed)
  }
}
