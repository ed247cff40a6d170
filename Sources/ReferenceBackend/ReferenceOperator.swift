package import Graphs
package import Tensors

/// An operator with a slow, obvious implementation: the oracle for passes and backends.
///
/// Floating-point arithmetic happens in double precision and is rounded once, to the element type
/// of the output. Integer arithmetic wraps. Operators that only move elements move them bit for bit.
package protocol ReferenceOperator: Operator {
  /// Computes the outputs.
  ///
  /// - Parameters:
  ///   - inputs: one tensor for each declared input, `nil` where an optional one is left out;
  ///     trailing optional inputs may be missing.
  ///   - outputs: what `outputTypes(for:)` gave. Floating-point types may be wider than that,
  ///     where the inputs are.
  /// - Throws: `invalidFile` for values that ONNX forbids, `unsupported` for what Hewn lacks.
  func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor]
}

/// Evaluates operators one at a time.
package enum Reference {
  /// The greatest number of elements that one tensor may have here: 8 GiB in double precision.
  package static let elementLimit = 1 << 30

  /// Computes any operator's outputs; what constant folding uses.
  ///
  /// Throws `unsupported` for an operator without a reference implementation, `outOfMemory` for
  /// outputs above ``elementLimit``, and `internal` where the results are not of the types that were
  /// asked for.
  package static let evaluate: Evaluator = { op, inputs, outputs in
    guard let op = op as? any ReferenceOperator else {
      throw HewnError(.unsupported, "\(op.name) has no reference implementation")
    }
    for type in outputs { try check(type) }
    try checkMemory(op, inputs, outputs)
    // Extents beside a 0 may be of any size; nothing is computed for them.
    if !outputs.isEmpty, outputs.allSatisfy({ $0.shape.elementCount == 0 }) {
      return try outputs.map { try Tensor(type: $0) { _ in } }
    }
    let results = try op.evaluate(inputs, outputs: outputs)
    guard results.map(\.type) == outputs else {
      throw HewnError(
        .internal, "\(op.name) evaluated to \(results.map(\.type)), inferred \(outputs)")
    }
    return results
  }

  /// Bytes that an element takes at most while it is computed: in double precision, as the index that
  /// it is gathered from, and in the result.
  private static let bytesPerOutput = 24
  /// Bytes that an element takes at most beside its tensor while it is read.
  private static let bytesPerInput = 16

  /// - Throws: `outOfMemory` where the machine lacks what computing the outputs may take.
  private static func checkMemory(
    _ op: any ReferenceOperator, _ inputs: [Tensor?], _ outputs: [TensorType]
  ) throws(HewnError) {
    var byteCount = 0
    for type in outputs {
      byteCount = byteCount.saturatingAdd(Self.bytesPerOutput * type.shape.elementCount)
    }
    for case let input? in inputs {
      byteCount = byteCount.saturatingAdd(Self.bytesPerInput * input.shape.elementCount)
    }
    try MemoryLimit.check(byteCount, for: "computing \(op.name) in double precision")
  }

  /// - Throws: `outOfMemory` for a tensor above ``elementLimit``.
  static func check(_ type: TensorType) throws(HewnError) {
    guard type.shape.elementCount <= elementLimit else {
      throw HewnError(
        .outOfMemory, "\(type) is beyond the 2^30 elements of the double-precision reference")
    }
  }
}

extension [Tensor?] {
  /// The input at `index`, or `nil` where it is left out.
  func optional(_ index: Int) -> Tensor? { index < count ? self[index] : nil }

  /// The input at `index`.
  ///
  /// - Throws: `invalidFile` where it is left out.
  func required(_ index: Int) throws(HewnError) -> Tensor {
    guard let tensor = optional(index) else {
      throw HewnError(.invalidFile, "input \(index) is missing")
    }
    return tensor
  }

  /// What the shared geometry and type inference read: every input known.
  var operands: [Operand?] {
    map { $0.map { Operand(type: $0.type, constant: $0) } }
  }
}
