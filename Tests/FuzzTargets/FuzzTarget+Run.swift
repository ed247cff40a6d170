internal import CPUBackend
internal import Graphs
internal import Runtime
internal import Tensors

extension Graph {
  /// Whether compiling takes milliseconds.
  var isCompilable: Bool { elementCount <= 1 << 20 }

  /// Whether running takes milliseconds.
  fileprivate var isRunnable: Bool {
    var flops = 0
    for node in nodes {
      let count = node.op.operationCount(
        inputs: node.inputs.map { $0.map { self[$0].type } },
        outputs: node.outputs.map { self[$0].type })
      flops = max(flops, count.flops)
    }
    return elementCount <= 1 << 14 && flops <= 1 << 20
  }

  private var elementCount: Int {
    values.reduce(0) { $0.addingReportingOverflow($1.type.shape.elementCount).partialValue }
  }
}

extension FuzzTarget {
  /// Runs a plan once, if that is fast.
  static func run(_ graph: Graph, compiled plan: CPUPlan) throws {
    guard graph.isRunnable, plan.arenaByteCount <= 1 << 22 else { return }
    let session = try plan.makeSession()
    for (index, port) in plan.inputs.enumerated() {
      try session.setInput(index, try .ramp(port.type))
    }
    try session.execute()
    for index in plan.outputs.indices { _ = try session.output(index) }
  }
}

extension Tensor {
  /// Small numbers of both signs in float32, zeros in other types.
  fileprivate static func ramp(_ type: TensorType) throws -> Tensor {
    try Tensor(type: type) { bytes in
      guard type.element == .float32 else { return }
      for (index, place) in bytes.bindMemory(to: Float.self).indices.enumerated() {
        bytes.storeBytes(of: Float(index % 7) - 2.5, toByteOffset: 4 * place, as: Float.self)
      }
    }
  }
}
