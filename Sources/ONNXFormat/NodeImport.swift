internal import Graphs
internal import Tensors

/// One node of a file while its importer turns it into operators.
struct NodeImport {
  /// The version of the standard operator set.
  let opset: Int
  /// The node's operator type in ONNX.
  let type: String
  /// The node's name, unique in the graph.
  let name: String
  /// The input names without trailing empty ones; an empty one is left out.
  let inputs: [String]
  /// The output names without trailing empty ones; an empty one is not wanted.
  let outputs: [String]
  var attributes: NodeAttributes
  private let builder: TemplateBuilder
  private var hasEmitted = false

  init(
    _ node: ModelNode, name: String, builder: TemplateBuilder
  ) throws(HewnError) {
    self.opset = node.opset
    self.type = node.proto.opType
    self.name = name
    self.inputs = Self.trimmed(node.proto.input)
    self.outputs = Self.trimmed(node.proto.output)
    self.attributes = try NodeAttributes(node.proto.attribute, tensors: builder.tensors)
    self.builder = builder
  }

  private static func trimmed(_ names: [String]) -> [String] {
    Array(names[...(names.lastIndex { !$0.isEmpty } ?? -1)])
  }

  /// The name of an input, empty where it is left out.
  func input(_ index: Int) -> String { index < inputs.count ? inputs[index] : "" }

  /// The elements of an input, where the file states them.
  func constant(_ index: Int) -> Tensor? { builder.constants[input(index)] }

  /// Whether a node or the graph's outputs read output `index`.
  func usesOutput(_ index: Int) -> Bool {
    index < outputs.count && builder.readNames.contains(outputs[index])
  }

  /// Adds one operator that stands for the whole node.
  mutating func emit(_ op: any Operator) { emit(op, inputs) }

  /// Adds one operator with the node's first output.
  mutating func emit(_ op: any Operator, _ inputs: [String]) {
    emit(op, inputs, outputs: [outputs[0]])
  }

  /// Adds an operator. The node's first carries its name, further ones a name made from it.
  mutating func emit(_ op: any Operator, _ inputs: [String], outputs: [String]) {
    let name = hasEmitted ? builder.nodeNames.unique(name) : name
    hasEmitted = true
    builder.nodes.append(
      GraphTemplate.NamedNode(name: name, op: op, inputs: Self.trimmed(inputs), outputs: outputs))
  }

  /// States the node's first output as a constant.
  func emit(constant tensor: Tensor) { builder.constants[outputs[0]] = tensor }

  /// Adds a constant input.
  ///
  /// - Returns: its name.
  func add(_ role: String, _ tensor: Tensor) -> String {
    let name = temporary(role)
    builder.constants[name] = tensor
    return name
  }

  /// Adds a vector of integers as a constant input.
  func add(_ role: String, _ integers: [Int]) -> String {
    add(role, Tensor([integers.count], integers.map { Int64($0) }))
  }

  /// A name for a value of the importer's own.
  func temporary(_ role: String) -> String { builder.valueNames.unique("\(name):\(role)") }

  /// The error for an attribute whose value Hewn lacks.
  func unsupported(
    _ attribute: String, _ value: some CustomStringConvertible, _ why: String
  ) -> HewnError {
    HewnError(.unsupported, "attribute \(attribute) = \(value) is not supported: \(why)")
  }
}

/// Collects what the importers make.
final class TemplateBuilder {
  /// Reads the tensors of the file.
  let tensors: TensorReader
  var constants: [String: Tensor] = [:]
  var nodes: [GraphTemplate.NamedNode] = []
  var nodeNames = UniqueNames()
  var valueNames = UniqueNames()
  /// All names that nodes or graph outputs read.
  var readNames: Set<String> = []

  init(tensors: TensorReader) { self.tensors = tensors }
}
