internal import Graphs
internal import Tensors

/// Turns the graph of a file into a template of Hewn's operators.
enum GraphImport {
  /// - Parameters:
  ///   - nodes: the graph's nodes, those of functions in place of their calls.
  ///   - tensors: reads initializers and the tensors of attributes.
  /// - Throws: `unsupported` with all unsupported operators before anything else is looked at,
  ///   then what ports, initializers and nodes throw.
  static func template(
    of proto: ONNXGraphProto, nodes: [ModelNode], fallbackName: String, tensors: TensorReader
  ) throws(HewnError) -> GraphTemplate {
    try ImporterTable.checkSupport(of: nodes)
    let builder = TemplateBuilder(tensors: tensors)
    let labels = nodeNames(of: nodes, taking: &builder.nodeNames)
    try addInitializers(of: proto, to: builder)
    let inputs = try inputs(of: proto, builder: builder)
    let order = try order(of: proto, nodes: nodes, names: labels, builder: builder)
    for index in order {
      do {
        try importNode(nodes[index], name: labels[index], builder: builder)
      } catch {
        throw error.at(node: "\(nodes[index].proto.opType) \"\(labels[index])\"")
      }
    }
    return GraphTemplate(
      name: proto.name.isEmpty ? fallbackName : proto.name, inputs: inputs,
      outputs: try outputs(of: proto, builder: builder), constants: builder.constants,
      nodes: builder.nodes)
  }

  private static func importNode(
    _ modelNode: ModelNode, name: String, builder: TemplateBuilder
  ) throws(HewnError) {
    guard let importer = ImporterTable.importers[modelNode.proto.opType] else {
      throw HewnError(.internal, "no importer after the check for support")
    }
    var node = try NodeImport(modelNode, name: name, builder: builder)
    try importer.checkArity(of: node)
    try importer.build(&node)
    try node.attributes.verifyAllRead()
  }

  /// A unique name for each node: those that the file gives win over those made for nameless ones.
  private static func nodeNames(
    of nodes: [ModelNode], taking names: inout UniqueNames
  ) -> [String] {
    var result = nodes.map(\.proto.name)
    for index in result.indices where !result[index].isEmpty {
      result[index] = names.unique(result[index])
    }
    for index in result.indices where result[index].isEmpty {
      result[index] = names.unique("\(nodes[index].proto.opType)_\(index)")
    }
    return result
  }

  /// Initializers are constants, those that are inputs too: Hewn prepares weights when it compiles,
  /// so that a caller cannot replace them, whatever the file allows.
  private static func addInitializers(
    of proto: ONNXGraphProto, to builder: TemplateBuilder
  ) throws(HewnError) {
    func reserve(_ name: String) throws(HewnError) {
      guard !name.isEmpty else { throw HewnError(.invalidFile, "an initializer has no name") }
      guard builder.valueNames.reserve(name) else {
        throw HewnError(.invalidFile, "initializer \"\(name)\" is defined twice")
      }
    }
    for initializer in proto.initializer {
      let name = initializer.name
      try reserve(name)
      builder.constants[name] = try builder.tensors.tensor(initializer, name: name)
    }
    for initializer in proto.sparseInitializer {
      let name = initializer.values.name
      try reserve(name)
      builder.constants[name] = try builder.tensors.tensor(initializer, name: name)
    }
  }

  /// The inputs that a user must give.
  private static func inputs(
    of proto: ONNXGraphProto, builder: TemplateBuilder
  ) throws(HewnError) -> [GraphTemplate.Port] {
    var ports: [GraphTemplate.Port] = []
    for input in proto.input where builder.constants[input.name] == nil {
      guard !input.name.isEmpty, builder.valueNames.reserve(input.name) else {
        throw HewnError(.invalidFile, "input \"\(input.name)\" has no name or a second definition")
      }
      let port = try port(input, role: "input")
      guard port.dimensions != nil else {
        throw HewnError(
          .unsupported, "input \"\(input.name)\" has no shape; declare its rank in the file")
      }
      ports.append(port)
    }
    return ports
  }

  private static func outputs(
    of proto: ONNXGraphProto, builder: TemplateBuilder
  ) throws(HewnError) -> [GraphTemplate.Port] {
    guard !proto.output.isEmpty else { throw HewnError(.invalidFile, "the graph has no output") }
    var names: Set<String> = []
    var ports: [GraphTemplate.Port] = []
    for output in proto.output {
      guard names.insert(output.name).inserted else {
        throw HewnError(.invalidFile, "output \"\(output.name)\" is listed twice")
      }
      ports.append(try port(output, role: "output"))
    }
    return ports
  }

  private static func port(
    _ proto: ONNXValueInfoProto, role: String
  ) throws(HewnError) -> GraphTemplate.Port {
    let kind: String
    switch proto.type.value {
    case .tensorType(let tensor):
      do {
        return GraphTemplate.Port(
          name: proto.name, element: try ElementType(onnx: Int(tensor.elemType)),
          dimensions: tensor.hasShape ? try dimensions(tensor.shape) : nil)
      } catch {
        throw HewnError(error.code, "\(role) \"\(proto.name)\": \(error.message)")
      }
    case nil:
      throw HewnError(.invalidFile, "\(role) \"\(proto.name)\" has no type")
    case .sequenceType: kind = "sequence"
    case .mapType: kind = "map"
    case .opaqueType: kind = "opaque value"
    case .sparseTensorType: kind = "sparse tensor"
    case .optionalType: kind = "optional value"
    }
    throw HewnError(
      .unsupported, "\(role) \"\(proto.name)\" is of kind \(kind), only tensors are supported")
  }

  private static func dimensions(
    _ shape: ONNXTensorShapeProto
  ) throws(HewnError) -> [Dimension] {
    var dimensions: [Dimension] = []
    for proto in shape.dim {
      switch proto.value {
      // Some exporters write −1 for a free extent.
      case .dimValue(let extent): dimensions.append(extent < 0 ? .unknown : .fixed(Int(extent)))
      case .dimParam(let symbol): dimensions.append(symbol.isEmpty ? .unknown : .symbol(symbol))
      case nil: dimensions.append(.unknown)
      }
    }
    // The rank and the product of the fixed extents must be within the limits.
    _ = try Shape(checking: shape.dim.map { max(Int($0.dimValue), 1) })
    return dimensions
  }
}
