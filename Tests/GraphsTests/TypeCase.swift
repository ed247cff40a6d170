import Graphs
import Tensors

/// One operator application and the types, or the error, that inference must give.
struct TypeCase: Sendable, CustomStringConvertible {
  enum Expectation: Sendable {
    case types([TensorType])
    /// The error's code, and words that its message must contain.
    case failure(HewnError.Code, String)
  }

  let op: any Operator
  let inputs: [Operand?]
  let expectation: Expectation

  var description: String {
    let operands = inputs.map { operand in
      guard let operand else { return "_" }
      let elements = (try? operand.constant?.integers()).map { "=\($0)" } ?? ""
      return "\(operand.type)\(elements)"
    }
    return "\(op)(\(operands.joined(separator: ", ")))"
  }

  /// What went wrong, or `nil`.
  func violation() -> String? {
    do throws(HewnError) {
      let got = try op.outputTypes(for: inputs)
      switch expectation {
      case .types(let want):
        return got == want ? nil : "\(self): got \(got), want \(want)"
      case .failure(_, let fragment):
        return "\(self): got \(got), want an error that says “\(fragment)”"
      }
    } catch {
      switch expectation {
      case .types(let want):
        return "\(self): threw “\(error)”, want \(want)"
      case .failure(let code, let fragment):
        let matches = error.code == code && error.message.contains(fragment)
        if matches { return nil }
        return "\(self): threw \(error.code.rawValue) “\(error)”,"
          + " want \(code.rawValue) “\(fragment)”"
      }
    }
  }
}

/// A case whose outputs have the element type of the first input.
func accepts(_ op: any Operator, _ inputs: [Operand?], _ shapes: Shape...) -> TypeCase {
  let element = (inputs.first ?? nil)?.type.element ?? .float32
  return TypeCase(
    op: op, inputs: inputs, expectation: .types(shapes.map { TensorType(element, $0) }))
}

/// A case whose outputs have element types of their own.
func accepts(_ op: any Operator, _ inputs: [Operand?], types: TensorType...) -> TypeCase {
  TypeCase(op: op, inputs: inputs, expectation: .types(types))
}

/// A case that ONNX forbids.
func rejects(_ op: any Operator, _ inputs: [Operand?], _ fragment: String) -> TypeCase {
  TypeCase(op: op, inputs: inputs, expectation: .failure(.invalidFile, fragment))
}

/// A case that Hewn lacks.
func lacks(_ op: any Operator, _ inputs: [Operand?], _ fragment: String) -> TypeCase {
  TypeCase(op: op, inputs: inputs, expectation: .failure(.unsupported, fragment))
}

/// A float32 operand whose elements are not known.
func floats(_ extents: Int...) -> Operand { values(.float32, extents) }

/// An operand whose elements are not known.
func values(_ element: ElementType, _ extents: [Int]) -> Operand {
  Operand(type: TensorType(element, Shape(extents)))
}

/// A known int64 operand of one axis.
func list(_ values: Int...) -> Operand { list(values) }

func list(_ values: [Int]) -> Operand {
  Operand(Tensor([values.count], values.map(Int64.init)))
}

/// An int64 operand of one axis whose elements are not known.
func unknownList(_ count: Int) -> Operand { values(.int64, [count]) }
