package import ONNXFormat

/// An attribute of a node as a test writes it.
package enum Attribute {
  case int(Int)
  case ints([Int])
  case float(Float)
  case floats([Float])
  case string(String)
  case tensor(ONNXTensorProto)
  case sparse(ONNXSparseTensorProto)
  /// What a call gives for the attribute of this name, in a function.
  case reference(String, ONNXAttributeProto.AttributeType)
  /// An attribute of this type without content.
  case empty(ONNXAttributeProto.AttributeType)

  package func proto(_ name: String) -> ONNXAttributeProto {
    var proto = ONNXAttributeProto()
    proto.name = name
    switch self {
    case .int(let value): (proto.type, proto.i) = (.int, Int64(value))
    case .ints(let values): (proto.type, proto.ints) = (.ints, values.map { Int64($0) })
    case .float(let value): (proto.type, proto.f) = (.float, value)
    case .floats(let values): (proto.type, proto.floats) = (.floats, values)
    case .string(let value):
      proto.type = .string
      proto.s.append(contentsOf: value.utf8)
    case .tensor(let value): (proto.type, proto.t) = (.tensor, value)
    case .sparse(let value): (proto.type, proto.sparseTensor) = (.sparseTensor, value)
    case .reference(let name, let type): (proto.type, proto.refAttrName) = (type, name)
    case .empty(let type): proto.type = type
    }
    return proto
  }
}

extension ONNXNodeProto {
  package init(
    _ type: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [String: Attribute] = [:],
    name: String = ""
  ) {
    self.init()
    self.opType = type
    self.input = inputs
    self.output = outputs
    self.name = name
    self.attribute = attributes.sorted { $0.key < $1.key }.map { $0.value.proto($0.key) }
  }
}

extension ONNXTensorProto {
  /// A tensor whose elements `fill` stores.
  package init(_ name: String, type: Int, _ dims: [Int], _ fill: (inout ONNXTensorProto) -> Void) {
    self.init()
    self.name = name
    self.dataType = Int32(type)
    self.dims = dims.map { Int64($0) }
    fill(&self)
  }

  /// A tensor with raw data.
  package init(_ name: String, type: Int, _ dims: [Int], raw: [UInt8]) {
    self.init(name, type: type, dims) { $0.rawData.append(contentsOf: raw) }
  }

  package static func floats(_ name: String, _ values: [Float]) -> ONNXTensorProto {
    ONNXTensorProto(name, type: 1, [values.count]) { $0.floatData = values }
  }

  package static func integers(_ name: String, _ values: [Int]) -> ONNXTensorProto {
    ONNXTensorProto(name, type: 7, [values.count]) { $0.int64Data = values.map { Int64($0) } }
  }
}

extension ONNXTensorProto {
  /// A tensor whose elements lie in another file.
  package static func external(
    _ name: String, type: Int, _ dims: [Int], _ entries: [String: String]
  ) -> ONNXTensorProto {
    ONNXTensorProto(name, type: type, dims) {
      $0.dataLocation = .external
      $0.externalData = entries.map { key, value in
        var entry = ONNXStringStringEntryProto()
        (entry.key, entry.value) = (key, value)
        return entry
      }
    }
  }
}

extension ONNXSparseTensorProto {
  /// A tensor with one index for each value, or one for each value and axis.
  package init(_ name: String, _ dims: [Int], values: [Float], indices: [Int], rank: Int? = nil) {
    self.init()
    self.dims = dims.map { Int64($0) }
    self.values = .floats(name, values)
    self.indices = .integers("", indices)
    if let rank { self.indices.dims = [Int64(indices.count / max(1, rank)), Int64(rank)] }
  }
}

extension ONNXFunctionProto {
  /// A function of the domain `local`, with operators of one version.
  package init(
    _ name: String, inputs: [String], outputs: [String], attributes: [String] = [],
    opset: Int? = 13, _ nodes: [ONNXNodeProto]
  ) {
    self.init()
    self.name = name
    domain = "local"
    input = inputs
    output = outputs
    attribute = attributes
    node = nodes
    guard let opset else { return }
    var version = ONNXOperatorSetIdProto()
    version.version = Int64(opset)
    opsetImport = [version]
  }
}

extension ONNXNodeProto {
  /// A call of a function of the domain `local`.
  package static func call(
    _ function: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [String: Attribute] = [:], name: String = ""
  ) -> ONNXNodeProto {
    var node = ONNXNodeProto(function, inputs, outputs, attributes, name: name)
    node.domain = "local"
    return node
  }
}

extension ONNXValueInfoProto {
  /// A port; a dimension is a number, a name, or `?`.
  package init(_ name: String, type: Int = 1, _ dims: [String]? = ["1", "2", "4", "4"]) {
    self.init()
    self.name = name
    self.type.tensorType.elemType = Int32(type)
    guard let dims else { return }
    self.type.tensorType.shape.dim = dims.map { text in
      var dim = ONNXTensorShapeProto.Dimension()
      if let extent = Int64(text) {
        dim.dimValue = extent
      } else if text != "?" {
        dim.dimParam = text
      }
      return dim
    }
  }
}

extension ONNXModelProto {
  /// A model whose graph reads `inputs` and gives `outputs`, all of type float.
  package init(
    opset: Int = 13, inputs: [String] = ["x"], outputs: [String] = ["y"],
    initializers: [ONNXTensorProto] = [], _ nodes: [ONNXNodeProto]
  ) {
    self.init()
    irVersion = 8
    var version = ONNXOperatorSetIdProto()
    version.version = Int64(opset)
    opsetImport = [version]
    graph.name = "test"
    graph.node = nodes
    graph.initializer = initializers
    graph.input = inputs.map { ONNXValueInfoProto($0) }
    graph.output = outputs.map { ONNXValueInfoProto($0, nil) }
  }

  /// The model with a change.
  package func with(_ change: (inout ONNXModelProto) -> Void) -> ONNXModelProto {
    var copy = self
    change(&copy)
    return copy
  }

  package func bytes() throws -> [UInt8] { try serializedBytes() }

  package func read() throws -> ONNXModel {
    try ONNXModel.read(bytes: bytes(), fileName: "test.onnx")
  }
}
