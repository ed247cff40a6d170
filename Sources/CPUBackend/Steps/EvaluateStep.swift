internal import Graphs
internal import Tensors

/// A node without a kernel, computed by the backend's evaluator on copies of its operands.
///
/// For element types other than float32 and for operators that cost no time where they occur. It
/// allocates while running, and it is one part.
struct EvaluateStep: Step {
  private enum Source: Sendable {
    case missing
    case constant(Tensor)
    case arena(Located)
  }

  private let op: any Operator
  private let label: String
  private let sources: [Source]
  private let targets: [Located]
  private let evaluate: Evaluator
  let decision: StepDecision?

  /// - Precondition: all buffers are plain.
  init(
    _ op: any Operator, _ node: NodeContext, inputs: [Located?], outputs: [Located],
    reason: String, evaluate: @escaping Evaluator
  ) {
    self.op = op
    label = node.label
    sources = node.inputs.indices.map { index in
      if index < inputs.count, let located = inputs[index] { return .arena(located) }
      return node.constant(ofInput: index).map(Source.constant) ?? .missing
    }
    targets = outputs
    self.evaluate = evaluate
    decision = StepDecision(
      matrix: nil, engine: "reference", reason: reason, weightByteCount: 0)
  }

  var partCount: Int { 1 }

  func run(part: Int, in memory: StepMemory) throws {
    do {
      let operands = try sources.map { source -> Tensor? in
        switch source {
        case .missing: nil
        case .constant(let tensor): tensor
        case .arena(let located): try memory.arena.read(located)
        }
      }
      let results = try evaluate(op, operands, targets.map(\.buffer.type))
      for (result, target) in zip(results, targets) { memory.arena.write(result, to: target) }
    } catch let error as HewnError {
      throw error.at(node: label)
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// Copies a plain buffer out of the arena that starts here.
  ///
  /// - Throws: `outOfMemory`.
  func read(_ located: Located) throws -> Tensor {
    try Tensor(type: located.buffer.type) { bytes in
      let source = UnsafeRawPointer(self + located.placement.offset)
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: source, count: bytes.count))
    }
  }

  /// Copies a tensor into a plain buffer of the arena that starts here.
  ///
  /// - Precondition: tensor and buffer have one type.
  func write(_ tensor: Tensor, to located: Located) {
    precondition(tensor.type == located.buffer.type, "\(tensor.type) into \(located.buffer.type)")
    let target = UnsafeMutableRawPointer(self + located.placement.offset)
    tensor.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { target.copyMemory(from: base, byteCount: bytes.count) }
    }
  }
}
