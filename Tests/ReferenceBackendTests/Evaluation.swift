import Graphs
import ReferenceBackend
import Tensors

/// The first output of an operator for known inputs.
func evaluate(_ op: any Operator, _ inputs: [Tensor?]) throws -> Tensor {
  try evaluateAll(op, inputs)[0]
}

/// Every output of an operator for known inputs.
func evaluateAll(_ op: any Operator, _ inputs: [Tensor?]) throws -> [Tensor] {
  let operands = inputs.map { $0.map { Operand(type: $0.type, constant: $0) } }
  return try Reference.evaluate(op, inputs, try op.outputTypes(for: operands))
}

/// Describes the first element that differs by more than 1e-12 of the largest; `nil` where all is
/// well.
func difference(_ got: [Double], _ want: [Double]) -> String? {
  guard got.count == want.count else { return "\(got.count) elements, want \(want.count)" }
  let bound = 1e-12 * want.reduce(1) { max($0, $1.magnitude) }
  for (index, (got, want)) in zip(got, want).enumerated()
  where !((got - want).magnitude <= bound) {
    return "element \(index): got \(got), want \(want)"
  }
  return nil
}

extension Tensor {
  /// Seeded values in -1..<1, in double precision.
  static func randomDoubles(_ shape: Shape, seed: UInt64) -> Tensor {
    var generator = SplitMix64(seed: seed)
    return Tensor(shape, (0..<shape.elementCount).map { _ in Double(generator.uniform()) })
  }
}

extension SplitMix64 {
  mutating func int(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
