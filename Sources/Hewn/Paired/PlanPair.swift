internal import Tensors

/// Two plans that take the same images and give outputs of the same shapes.
struct PlanPair {
  /// The outputs of the first plan, each with its name in the other.
  let outputs: [(port: Plan.Port, otherName: String)]

  /// - Throws: `invalidArgument` for plans that do not fit each other, with both files.
  init(_ plan: Plan, _ other: Plan) throws(HewnError) {
    let (file, otherFile) = (plan.model.file, other.model.file)
    guard plan.inputs.count == 1, other.inputs.count == 1,
      plan.inputs[0].elementType == other.inputs[0].elementType,
      plan.inputs[0].shape == other.inputs[0].shape
    else {
      throw HewnError(
        .invalidArgument,
        "\(file) and \(otherFile) do not take the same images: the inputs of the former are"
          + " \(Self.text(plan.inputs)), of the latter \(Self.text(other.inputs)); models are"
          + " compared that have one input, of the same type and shape")
    }
    let isPair = plan.outputs.count == 1 && other.outputs.count == 1
    var outputs: [(port: Plan.Port, otherName: String)] = []
    for port in plan.outputs {
      let match = other.outputs.first { (isPair || $0.name == port.name) && $0.shape == port.shape }
      if let match { outputs.append((port, match.name)) }
    }
    guard outputs.count == plan.outputs.count, plan.outputs.count == other.outputs.count else {
      throw HewnError(
        .invalidArgument,
        "\(file) and \(otherFile) do not have the same outputs: those of the former are"
          + " \(Self.text(plan.outputs)), of the latter \(Self.text(other.outputs)); models are"
          + " compared whose outputs have the same names and shapes")
    }
    self.outputs = outputs
  }

  private static func text(_ ports: [Plan.Port]) -> String {
    ports.map { "\"\($0.name)\" (\($0.elementType.rawValue) \(Shape($0.shape)))" }
      .joined(separator: ", ")
  }
}
