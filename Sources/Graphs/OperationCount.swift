package import Tensors

/// The arithmetic and the least memory traffic of one operator application.
package struct OperationCount: Hashable, Sendable {
  /// Floating-point operations; a multiply-add counts as two.
  package var flops: Int
  /// Bytes read and written when every operand moves once.
  package var bytes: Int

  package init(flops: Int, bytes: Int) {
    self.flops = flops
    self.bytes = bytes
  }

  /// `flops` operations, and every operand moved once.
  package init(flops: Int, moving inputs: [TensorType?], _ outputs: [TensorType]) {
    self.flops = flops
    bytes = (inputs.compactMap { $0 } + outputs).reduce(0) { $0.saturatingAdd($1.byteCount) }
  }

  /// The product of counts, or `Int.max` where that overflows.
  static func product(_ factors: Int...) -> Int {
    factors.reduce(1) { $0.saturatingMultiply($1) }
  }
}

/// An operator that moves or relabels elements and computes nothing.
package protocol MovementOperator: Operator {}

extension MovementOperator {
  /// No arithmetic, every operand moved once.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: 0, moving: inputs, outputs)
  }
}
