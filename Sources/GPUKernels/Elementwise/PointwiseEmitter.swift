internal import KernelIR

/// Emits pointwise expressions for one element, equal subexpressions once.
struct PointwiseEmitter {
  private let builder: KernelBuilder
  private let inputs: [Value<F32>]
  private var known: [PointwiseExpression: PointwiseResult] = [:]

  init(_ builder: KernelBuilder, inputs: [Value<F32>]) {
    self.builder = builder
    self.inputs = inputs
  }

  /// The expression's value, in a register.
  mutating func value(of expression: PointwiseExpression) -> Value<F32> {
    inRegister(result(of: expression).number)
  }

  private mutating func result(of expression: PointwiseExpression) -> PointwiseResult {
    if let result = known[expression] { return result }
    let result: PointwiseResult
    switch expression {
    case .input(let index): result = .number(inputs[index])
    case .constant(let constant): result = .number(Value(Double(constant.value)))
    case .unary(let function, let operand): result = .number(function.emit(value(of: operand)))
    case .binary(let function, let left, let right):
      let (a, b) = (self.result(of: left).number, self.result(of: right).number)
      result = function.emit(b.isConstant ? inRegister(a) : a, b)
    case .where(let condition, let left, let right):
      let truth = self.result(of: condition).truth(inRegister)
      result = .number(
        select(truth, self.result(of: left).number, self.result(of: right).number))
    }
    known[expression] = result
    return result
  }

  /// Operations need a register, as constants do not know their kernel.
  private func inRegister(_ value: Value<F32>) -> Value<F32> {
    value.isConstant ? builder.variable(initially: value).value : value
  }
}

/// Comparisons stay predicates as long as nobody wants their number.
private enum PointwiseResult {
  case number(Value<F32>)
  case truth(Value<Predicate>)

  var number: Value<F32> {
    switch self {
    case .number(let value): value
    case .truth(let condition): select(condition, 1, 0)
    }
  }

  func truth(_ inRegister: (Value<F32>) -> Value<F32>) -> Value<Predicate> {
    switch self {
    case .number(let value): inRegister(value) != 0
    case .truth(let condition): condition
    }
  }
}

extension Value {
  fileprivate var isConstant: Bool { if case .immediate = operand { true } else { false } }
}

extension PointwiseUnary {
  fileprivate func emit(_ x: Value<F32>) -> Value<F32> {
    switch self {
    case .negate: -x
    case .absolute: KernelIR.abs(x)
    case .sign: select(x > 0, 1, select(x < 0, -1, x))
    case .squareRoot: KernelIR.squareRoot(x)
    case .reciprocal: KernelIR.reciprocal(x)
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .round: x.rounded(.nearestEven)
    case .exp: GPUKernels.exp(x)
    case .log: GPUKernels.log(x)
    case .erf: GPUKernels.erf(x)
    case .tanh: GPUKernels.tanh(x)
    case .sigmoid: GPUKernels.sigmoid(x)
    case .softplus: GPUKernels.softplus(x)
    case .relu: GPUKernels.relu(x)
    case .leakyRelu(let slope): select(x < 0, x * Value(Double(slope.value)), x)
    case .clip(let lower, let upper): GPUKernels.clip(x, lower.value, upper.value)
    case .hardSigmoid(let alpha, let beta):
      GPUKernels.hardSigmoid(x, alpha: alpha.value, beta: beta.value)
    case .hardSwish: GPUKernels.hardSwish(x)
    case .elu(let alpha): GPUKernels.elu(x, alpha: alpha.value)
    case .gelu(let approximates): approximates ? GPUKernels.geluByTangent(x) : GPUKernels.gelu(x)
    case .silu: x * GPUKernels.sigmoid(x)
    case .mish: GPUKernels.mish(x)
    case .power(let exponent): GPUKernels.power(x, exponent.value)
    }
  }
}

extension PointwiseBinary {
  fileprivate func emit(_ a: Value<F32>, _ b: Value<F32>) -> PointwiseResult {
    switch self {
    case .add: .number(a + b)
    case .subtract: .number(a - b)
    case .multiply: .number(a * b)
    case .divide: .number(a / b)
    case .minimum: .number(KernelIR.minimum(a, b))
    case .maximum: .number(KernelIR.maximum(a, b))
    case .equal: .truth(a == b)
    case .notEqual: .truth(a != b)
    case .less: .truth(a < b)
    case .lessOrEqual: .truth(a <= b)
    case .greater: .truth(a > b)
    case .greaterOrEqual: .truth(a >= b)
    }
  }
}
