package import Runtime
package import Tensors

extension PlanSession {
  /// Sets all inputs, runs once and returns all outputs.
  package func run(_ inputs: [Tensor], outputCount: Int) throws -> [Tensor] {
    for (index, input) in inputs.enumerated() { try setInput(index, input) }
    try execute()
    return try (0..<outputCount).map { try output($0) }
  }
}
