import Graphs
import Tensors

/// Computes the few operators of shape arithmetic, in double precision.
@Sendable func tinyEvaluator(
  _ op: any Operator, _ inputs: [Tensor?], _ outputs: [TensorType]
) throws -> [Tensor] {
  let operands = inputs.map { $0?.doubles() ?? [] }
  let operandShapes = inputs.map { $0?.shape ?? [] }
  let elements: [Double]
  switch op {
  case is Cast, is Reshape, is Unsqueeze, is Squeeze, is Identity: elements = operands[0]
  case let op as Unary where op.function == .ceil: elements = operands[0].map { $0.rounded(.up) }
  case let op as Unary where op.function == .floor: elements = operands[0].map { $0.rounded(.down) }
  case let op as Binary:
    let isInteger = !outputs[0].element.isFloatingPoint
    elements = (0..<outputs[0].shape.elementCount).map { index in
      apply(
        op.kind, operands[0][operands[0].count == 1 ? 0 : index],
        operands[1][operands[1].count == 1 ? 0 : index], isInteger: isInteger)
    }
  case is Gather where operandShapes[0].rank == 1:
    elements = operands[1].map { operands[0][Int($0) + ($0 < 0 ? operands[0].count : 0)] }
  case is Concat where outputs[0].shape.rank == 1: elements = operands.flatMap { $0 }
  case let op as ConstantOfShape:
    elements = [Double](
      repeating: op.value.doubles()[0], count: outputs[0].shape.elementCount)
  case let op as Slice where operandShapes[0].rank == 2:
    let axes = try op.geometry(for: inputs.map { $0.map { Operand($0) } }).axes
    elements = (0..<axes[0].count).flatMap { row in
      (0..<axes[1].count).map { column in
        operands[0][
          (axes[0].start + row * axes[0].step) * operandShapes[0][1] + axes[1].start
            + column * axes[1].step]
      }
    }
  case is Transpose where operandShapes[0].rank == 2:
    let (rows, columns) = (operandShapes[0][0], operandShapes[0][1])
    elements = (0..<rows * columns).map { operands[0][$0 % rows * columns + $0 / rows] }
  default: throw HewnError(.unsupported, "the tiny evaluator has no \(op.name)")
  }
  return [tensor(elements, outputs[0])]
}

private func apply(
  _ kind: Binary.Kind, _ a: Double, _ b: Double, isInteger: Bool
) -> Double {
  switch kind {
  case .add: a + b
  case .subtract: a - b
  case .multiply: a * b
  case .divide: isInteger ? (a / b).rounded(.towardZero) : a / b
  case .maximum: max(a, b)
  case .minimum: min(a, b)
  case .power: .nan
  }
}

private func tensor(_ elements: [Double], _ type: TensorType) -> Tensor {
  switch type.element {
  case .int64: Tensor(type.shape, elements.map { Int64($0.rounded(.towardZero)) })
  default: Tensor(type.shape, elements.map { Float($0) })
  }
}

/// Throws, for templates in which nothing is to be computed.
@Sendable func noEvaluator(
  _ op: any Operator, _ inputs: [Tensor?], _ outputs: [TensorType]
) throws -> [Tensor] {
  throw HewnError(.internal, "nothing should be evaluated, but \(op.name) is")
}
