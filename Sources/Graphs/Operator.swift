package import Tensors

/// What type inference may know of an operator's input.
package struct Operand: Sendable {
  package var type: TensorType
  /// The elements, where they are known at compile time.
  package var constant: Tensor?

  package init(type: TensorType, constant: Tensor? = nil) {
    self.type = type
    self.constant = constant
  }

  package init(_ value: Value) { self.init(type: value.type, constant: value.constant) }

  package init(_ tensor: Tensor) { self.init(type: tensor.type, constant: tensor) }

  package var shape: Shape { type.shape }
}

/// A plain value that holds an operator's attributes.
///
/// Operators have the form of the newest ONNX opset: what older opsets gave as attributes and
/// newer ones as inputs (axes, pads, bounds) is an input here.
///
/// Operators are `Codable` as files of compiled plans hold them.
package protocol Operator: Sendable, Codable {
  /// The operator's name in ONNX.
  var name: String { get }

  /// Infers the output types.
  ///
  /// - Parameter inputs: one operand for each declared input, `nil` where an optional one is left
  ///   out; trailing optional inputs may be missing.
  /// - Throws: `invalidFile` for inputs that ONNX forbids, `unsupported` for what Hewn lacks.
  func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType]

  /// The elements of output `index` where the operand types alone determine them, as for `Shape`.
  func knownOutput(_ index: Int, for inputs: [Operand?]) -> Tensor?

  /// Arithmetic and traffic for given operand types.
  func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount
}

extension Operator {
  package func knownOutput(_ index: Int, for inputs: [Operand?]) -> Tensor? { nil }

  /// One operation for each output element, every operand moved once.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(
      flops: outputs.reduce(0) { $0 + $1.shape.elementCount }, moving: inputs, outputs)
  }
}

/// Computes an operator's outputs from known inputs; how passes evaluate constants without
/// knowing a backend.
///
/// The types are those that inference gave the outputs.
package typealias Evaluator =
  @Sendable (_ op: any Operator, _ inputs: [Tensor?], _ outputs: [TensorType]) throws -> [Tensor]
