internal import Tensors

/// The attributes of one node, read by name and type.
///
/// What an importer has not asked for when it is done is unknown to it and thus unsupported.
struct NodeAttributes {
  private let protos: [String: ONNXAttributeProto]
  private var unread: Set<String>
  private let tensors: TensorReader

  /// - Throws: `invalidFile` when two attributes have the same name.
  init(_ protos: [ONNXAttributeProto], tensors: TensorReader) throws(HewnError) {
    self.tensors = tensors
    var byName: [String: ONNXAttributeProto] = [:]
    for proto in protos {
      guard byName.updateValue(proto, forKey: proto.name) == nil else {
        throw HewnError(.invalidFile, "attribute \(proto.name) is given twice")
      }
    }
    self.protos = byName
    self.unread = Set(byName.keys)
  }

  mutating func integer(_ name: String) throws(HewnError) -> Int? {
    try read(name, as: .int).map { Int($0.i) }
  }

  /// An integer that stands for a truth value.
  mutating func flag(_ name: String, default value: Bool = false) throws(HewnError) -> Bool {
    try integer(name).map { $0 != 0 } ?? value
  }

  mutating func integers(_ name: String) throws(HewnError) -> [Int]? {
    try read(name, as: .ints)?.ints.map { Int($0) }
  }

  mutating func float(_ name: String) throws(HewnError) -> Float? {
    try read(name, as: .float)?.f
  }

  mutating func floats(_ name: String) throws(HewnError) -> [Float]? {
    try read(name, as: .floats)?.floats
  }

  mutating func string(_ name: String) throws(HewnError) -> String? {
    guard let proto = try read(name, as: .string) else { return nil }
    guard let string = String(validating: proto.s, as: UTF8.self) else {
      throw HewnError(.invalidFile, "attribute \(name) is not valid UTF-8")
    }
    return string
  }

  mutating func tensor(_ name: String) throws(HewnError) -> Tensor? {
    guard let proto = try read(name, as: .tensor) else { return nil }
    return try tensors.tensor(proto.t, name: proto.t.name.isEmpty ? name : proto.t.name)
  }

  /// A tensor that is stored in sparse form.
  mutating func sparseTensor(_ name: String) throws(HewnError) -> Tensor? {
    guard let proto = try read(name, as: .sparseTensor)?.sparseTensor else { return nil }
    return try tensors.tensor(proto, name: proto.values.name.isEmpty ? name : proto.values.name)
  }

  /// Whether the attribute is given, whatever its type.
  func isGiven(_ name: String) -> Bool { protos[name] != nil }

  /// An attribute that ONNX requires.
  ///
  /// - Throws: `invalidFile` when it is missing.
  func required<Value>(_ name: String, _ value: Value?) throws(HewnError) -> Value {
    guard let value else { throw HewnError(.invalidFile, "attribute \(name) is missing") }
    return value
  }

  /// Takes note of an attribute that has no effect on inference.
  mutating func ignore(_ name: String) { unread.remove(name) }

  /// - Throws: `unsupported` when the node has an attribute that nobody has asked for.
  func verifyAllRead() throws(HewnError) {
    guard let name = unread.min() else { return }
    let type = protos[name].map { ", of type \($0.type)," } ?? ""
    throw HewnError(
      .unsupported, "attribute \(name)\(type) is not known for this operator and operator set")
  }

  private mutating func read(
    _ name: String, as type: ONNXAttributeProto.AttributeType
  ) throws(HewnError) -> ONNXAttributeProto? {
    guard let proto = protos[name] else { return nil }
    unread.remove(name)
    guard proto.refAttrName.isEmpty else {
      throw HewnError(
        .invalidFile, "attribute \(name) refers to a function's attribute \(proto.refAttrName)")
    }
    guard proto.type == type else {
      throw HewnError(
        .invalidFile, "attribute \(name) has type \(proto.type), ONNX wants \(type)")
    }
    return proto
  }
}
