import Graphs
import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// One node of a file and the operators that it must become.
struct ImportCase: CustomTestStringConvertible, Sendable {
  let type: String
  let opset: Int
  let attributes: [String: Attribute]
  let inputs: [String]
  let outputs: [String]
  /// The operators as text: the value, its inputs, its outputs.
  let want: [String]
  var testDescription: String { "\(type) in operator set \(opset)" }

  static let all =
    windowCases + matrixCases + elementwiseCases + logicCases + reduceCases + searchCases
    + movementCases + shapeCases + resizeCases + indexingCases

  /// A node that becomes one operator.
  ///
  /// - Parameters:
  ///   - inputs: names; those that start with `k` are constants of the file.
  ///   - wants: the operator's inputs; `nil` means the node's own. Constants that the importer
  ///     adds are written as type and elements.
  init(
    _ type: String, _ opset: Int = 13, _ attributes: [String: Attribute] = [:],
    inputs: [String] = ["x"], outputs: [String] = ["y"], becomes op: any Operator,
    wants: [String]? = nil
  ) {
    self.init(
      type, opset, attributes, inputs: inputs, outputs: outputs,
      all: [(op, wants ?? inputs, outputs)])
  }

  /// A node that becomes several operators.
  init(
    _ type: String, _ opset: Int, _ attributes: [String: Attribute] = [:], inputs: [String],
    outputs: [String] = ["y"], all: [(any Operator, [String], [String])]
  ) {
    self.type = type
    self.opset = opset
    self.attributes = attributes
    self.inputs = inputs
    self.outputs = outputs
    self.want = all.map { Self.text($0.0, $0.1, $0.2) }
  }

  /// The file's constants that a case may name.
  static let constants: [ONNXTensorProto] = [
    .integers("k12", [1, 2]), .floats("kNone", []), .floats("kDouble", [1, 1, 2, 2]),
    .floats("kMixed", [1, 1, 0.5, 2]),
    .floats("kZero", [0]),
    ONNXTensorProto("kTrue", type: 9, []) { $0.int32Data = [1] },
    ONNXTensorProto("kFalse", type: 9, []) { $0.int32Data = [0] },
    ONNXTensorProto("kWeights", type: 1, [1, 2, 3, 3]) {
      $0.floatData = [Float](repeating: 1, count: 18)
    },
    ONNXTensorProto("kWeights3D", type: 1, [1, 2, 1, 1, 1]) { $0.floatData = [1, 1] },
  ]

  /// The case's node alone in a model.
  var model: ONNXModelProto {
    ONNXModelProto(
      opset: opset, inputs: inputs.filter { !$0.isEmpty && !$0.hasPrefix("k") },
      outputs: outputs.filter { !$0.isEmpty }, initializers: Self.constants,
      [ONNXNodeProto(type, inputs, outputs, attributes, name: "n")])
  }

  /// The nodes of a template as text.
  static func text(_ template: GraphTemplate) -> [String] {
    let own = Set(constants.map(\.name))
    return template.nodes.map { node in
      let inputs = node.inputs.map { name in
        guard !own.contains(name), let constant = template.constants[name] else { return name }
        return "\(constant.type) \(constant.doubles())"
      }
      return text(node.op, inputs, node.outputs)
    }
  }

  private static func text(_ op: any Operator, _ inputs: [String], _ outputs: [String]) -> String {
    // A tensor's storage is no part of its text; the test of ConstantOfShape compares the element.
    let value = op is ConstantOfShape ? "ConstantOfShape" : "\(op)"
    return "\(value) of \(inputs) gives \(outputs)"
  }
}
