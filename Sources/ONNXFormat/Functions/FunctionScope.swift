internal import Tensors

/// What the names in a function's body stand for in one call of it.
struct FunctionScope {
  /// The value of the model that each value of the body is; empty for an input that is left out.
  private var values: [String: String] = [:]
  private var attributes: [String: ONNXAttributeProto] = [:]
  /// Outputs of the call that are inputs of it.
  private(set) var passedThrough: [(output: String, input: String)] = []

  /// - Parameters:
  ///   - prefix: what the names of inner values begin with.
  ///   - names: takes the names of inner values.
  /// - Throws: `invalidFile` for a call that does not fit the function, and a function that defines
  ///   a value twice or an output nowhere.
  init(
    _ function: ONNXFunctionProto, call: ONNXNodeProto, prefix: String,
    names: inout UniqueNames
  ) throws(HewnError) {
    guard call.input.count <= function.input.count, call.output.count <= function.output.count
    else {
      throw HewnError(
        .invalidFile,
        "\(call.input.count) inputs and \(call.output.count) outputs, the function has"
          + " \(function.input.count) and \(function.output.count)")
    }
    for (index, name) in function.input.enumerated() {
      try define(name, as: index < call.input.count ? call.input[index] : "")
    }
    for (index, name) in function.output.enumerated() {
      let output = index < call.output.count ? call.output[index] : ""
      if let input = values[name], function.input.contains(name) {
        if !output.isEmpty { passedThrough.append((output, input)) }
      } else {
        try define(name, as: output.isEmpty ? names.unique("\(prefix):\(name.cut)") : output)
      }
    }
    try defineInnerValues(of: function, prefix: prefix, names: &names)
    try bindAttributes(of: function, call: call)
  }

  private mutating func define(_ name: String, as actual: String) throws(HewnError) {
    guard !name.isEmpty, values.updateValue(actual, forKey: name) == nil else {
      throw HewnError(
        .invalidFile, "the function's value \"\(name)\" has no name or a second definition")
    }
  }

  private mutating func defineInnerValues(
    of function: ONNXFunctionProto, prefix: String, names: inout UniqueNames
  ) throws(HewnError) {
    var awaited = Set(function.output).subtracting(function.input)
    let outputs = awaited
    for node in function.node {
      for name in node.output where !name.isEmpty {
        if outputs.contains(name) {
          guard awaited.remove(name) != nil else {
            throw HewnError(
              .invalidFile, "the function's value \"\(name)\" has a second definition")
          }
        } else {
          try define(name, as: names.unique("\(prefix):\(name.cut)"))
        }
      }
    }
    if let missing = awaited.min() {
      throw HewnError(.invalidFile, "the function's output \"\(missing)\" is defined nowhere")
    }
  }

  /// An attribute is what the call gives, or the default that the function states.
  private mutating func bindAttributes(
    of function: ONNXFunctionProto, call: ONNXNodeProto
  ) throws(HewnError) {
    for proto in function.attributeProto { attributes[proto.name] = proto }
    let declared = Set(function.attribute).union(attributes.keys)
    var given: Set<String> = []
    for proto in call.attribute {
      guard declared.contains(proto.name) else {
        throw HewnError(.invalidFile, "the function has no attribute \(proto.name)")
      }
      guard given.insert(proto.name).inserted else {
        throw HewnError(.invalidFile, "attribute \(proto.name) is given twice")
      }
      attributes[proto.name] = proto
    }
  }

  /// A node of the body with the call's values and attributes.
  ///
  /// - Throws: `invalidFile` for an input that is defined nowhere, or an attribute of another type.
  func actual(_ proto: ONNXNodeProto) throws(HewnError) -> ONNXNodeProto {
    var node = proto
    for (index, name) in proto.input.enumerated() where !name.isEmpty {
      guard let value = values[name] else {
        throw HewnError(
          .invalidFile, "input \"\(name)\" of \(proto.opType) is defined nowhere in the function")
      }
      node.input[index] = value
    }
    for (index, name) in proto.output.enumerated() where !name.isEmpty {
      node.output[index] = values[name] ?? ""
    }
    node.attribute = []
    for attribute in proto.attribute {
      if let actual = try actual(attribute) { node.attribute.append(actual) }
    }
    return node
  }

  /// `nil` for a reference to an attribute that the call leaves out.
  private func actual(
    _ proto: ONNXAttributeProto
  ) throws(HewnError) -> ONNXAttributeProto? {
    guard !proto.refAttrName.isEmpty else { return proto }
    guard var value = attributes[proto.refAttrName] else { return nil }
    guard value.type == proto.type else {
      throw HewnError(
        .invalidFile,
        "attribute \(proto.refAttrName) has type \(value.type), the function wants \(proto.type)")
    }
    value.name = proto.name
    return value
  }
}

extension String {
  /// The beginning of a long name, to be a part of another.
  var cut: String { utf8.count <= 100 ? self : String(decoding: utf8.prefix(100), as: UTF8.self) }
}
