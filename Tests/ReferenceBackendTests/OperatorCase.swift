import Graphs
import Tensors
import Testing

/// One operator application with the outputs that it must have.
///
/// The catalogue under `Cases` has small numbers that can be checked by hand; they agree with ONNX
/// Runtime except where it has no such operator (fused parts) or leaves the result open (casts out
/// of range).
struct OperatorCase: Sendable, CustomTestStringConvertible {
  let name: String
  let op: any Operator
  let inputs: [Tensor?]
  let want: [Tensor]

  init(_ name: String, _ op: any Operator, _ inputs: [Tensor?], _ want: [Tensor]) {
    self.name = name
    self.op = op
    self.inputs = inputs
    self.want = want
  }

  var testDescription: String { "\(op.name): \(name)" }

  static let all =
    convolution + pooling + reduction + matrix + normalization + elementwise + movement + resize
    + indexing + generation + rearranging + sampling + logic

  var operands: [Operand?] { inputs.map { $0.map { Operand(type: $0.type, constant: $0) } } }
}

extension Tensor {
  static func floats(_ shape: Shape, _ elements: [Float]) -> Tensor { Tensor(shape, elements) }
  static func doubles(_ shape: Shape, _ elements: [Double]) -> Tensor { Tensor(shape, elements) }
  static func int64s(_ shape: Shape, _ elements: [Int64]) -> Tensor { Tensor(shape, elements) }
  static func int32s(_ shape: Shape, _ elements: [Int32]) -> Tensor { Tensor(shape, elements) }
  static func uint8s(_ shape: Shape, _ elements: [UInt8]) -> Tensor { Tensor(shape, elements) }
  static func bools(_ shape: Shape, _ elements: [Bool]) -> Tensor { Tensor(shape, elements) }

  /// A tensor of 16-bit elements by their bits.
  static func words(_ element: ElementType, _ shape: Shape, _ bits: [UInt16]) -> Tensor {
    precondition(element.byteCount == 2 && bits.count == shape.elementCount)
    do {
      return try Tensor(type: TensorType(element, shape)) { bytes in
        bits.withUnsafeBytes { bytes.copyMemory(from: $0) }
      }
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
