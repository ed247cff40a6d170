internal import Tensors

/// Makes a model file of the same graph with every tensor dense and inside it, some of them with other
/// elements, and with new biases.
///
/// All fields that do not concern tensors are copied as they are, those included that Hewn does not
/// know.
struct ModelRewriter {
  private let source: ByteSource
  /// The initializers and constants of the graph by name, with those that are replaced.
  private let tensors: [String: Tensor]
  private let replaced: Set<String>
  private let biases: [AddedBias]
  /// The name of the new bias by the node's first output.
  private let biasNames: [String: String]
  private let irVersion: Int
  private let reader: TensorReader

  /// - Parameters:
  ///   - tensors: the elements of every initializer, and of the constants named in `replaced`.
  ///   - biases: for different nodes of the graph that lack one, with names that nothing has.
  ///   - irVersion: the version of the file format that the file is written in.
  init(
    _ source: ByteSource, tensors: [String: Tensor], replaced: Set<String>, biases: [AddedBias],
    irVersion: Int, reader: TensorReader
  ) {
    self.source = source
    self.tensors = tensors
    self.replaced = replaced
    self.biases = biases
    biasNames = Dictionary(biases.map { ($0.output, $0.name) }, uniquingKeysWith: { $1 })
    self.irVersion = irVersion
    self.reader = reader
  }

  /// - Throws: what reading the tensors of attributes throws.
  func model() throws(HewnError) -> WireMessage {
    // A file may hold its graph as several fields, each of them a part.
    var isFirstPart = true
    return try rewriting(WireReader(source)) { (field, reader, message) throws(HewnError) in
      switch (field.number, field.content) {
      case (7, .bytes(let range)):
        var graph = try graph(reader.reader(for: range))
        if isFirstPart { addBiases(to: &graph) }
        isFirstPart = false
        message.add(7, graph)
      case (25, .bytes(let range)): message.add(25, try function(reader.reader(for: range)))
      default: message.copy(field.range)
      }
    }
  }

  /// Calls `body` for each field of a message, with a reader of the same message.
  private func rewriting(
    _ reader: WireReader,
    _ body: (WireReader.Field, WireReader, inout WireMessage) throws(HewnError) -> Void
  ) throws(HewnError) -> WireMessage {
    var reader = reader
    var message = WireMessage()
    while let field = try reader.next() { try body(field, reader, &message) }
    return message
  }

  private func graph(_ reader: WireReader) throws(HewnError) -> WireMessage {
    try rewriting(reader) { (field, reader, message) throws(HewnError) in
      switch (field.number, field.content) {
      case (1, .bytes(let range)):
        message.add(1, try node(reader.reader(for: range), isOfGraph: true))
      case (5, .bytes(let range)): message.add(5, try initializer(reader.reader(for: range)))
      case (15, .bytes(let range)): message.add(5, try sparseInitializer(range))
      default: message.copy(field.range)
      }
    }
  }

  private func addBiases(to graph: inout WireMessage) {
    for bias in biases {
      graph.add(5, dense(bias.tensor, name: bias.name))
      // Before version 4, every initializer is the default of an input.
      if irVersion < 4 { graph.add(11, input(bias.name, bias.tensor.type)) }
    }
  }

  /// A graph input: its name, and the type of a tensor with fixed extents.
  private func input(_ name: String, _ type: TensorType) -> WireMessage {
    var (shape, tensor, value, input) = (WireMessage(), WireMessage(), WireMessage(), WireMessage())
    for extent in type.shape.dimensions {
      var dimension = WireMessage()
      dimension.add(1, extent)
      shape.add(1, dimension)
    }
    tensor.add(1, type.element.onnxNumber)
    tensor.add(2, shape)
    value.add(1, tensor)
    input.add(1, name)
    input.add(2, value)
    return input
  }

  private func function(_ reader: WireReader) throws(HewnError) -> WireMessage {
    try rewriting(reader) { (field, reader, message) throws(HewnError) in
      switch (field.number, field.content) {
      case (7, .bytes(let range)):
        message.add(7, try node(reader.reader(for: range), isOfGraph: false))
      case (11, .bytes(let range)): message.add(11, try attribute(reader.reader(for: range)))
      default: message.copy(field.range)
      }
    }
  }

  private func node(_ reader: WireReader, isOfGraph: Bool) throws(HewnError) -> WireMessage {
    let (type, output) = isOfGraph ? try heading(reader) : ("", "")
    let isReplaced = type == "Constant" && replaced.contains(output)
    let replacement = isReplaced ? tensors[output] : nil
    let bias = biasNames[output]
    var inputCount = 0
    var message = try rewriting(reader) { (field, reader, message) throws(HewnError) in
      switch (field.number, field.content) {
      case (1, .bytes):
        inputCount += 1
        // What follows the weights of a node without a bias are empty names.
        if bias == nil || inputCount <= 2 { message.copy(field.range) }
        if let bias, inputCount == 2 { message.add(1, bias) }
      case (5, .bytes) where replacement != nil: break
      case (5, .bytes(let range)): message.add(5, try attribute(reader.reader(for: range)))
      default: message.copy(field.range)
      }
    }
    if let replacement { message.add(5, value(replacement, name: output)) }
    return message
  }

  /// A node's operator type and first output.
  private func heading(
    _ reader: WireReader
  ) throws(HewnError) -> (type: String, output: String) {
    var reader = reader
    var type = ""
    var output: String?
    while let field = try reader.next() {
      guard case .bytes(let range) = field.content else { continue }
      if field.number == 4 { type = try text(range) }
      if field.number == 2, output == nil { output = try text(range) }
    }
    return (type, output ?? "")
  }

  private func text(_ range: Range<Int>) throws(HewnError) -> String {
    String(decoding: try source.bytes(range), as: UTF8.self)
  }

  /// The attribute `value` of a `Constant`.
  private func value(_ tensor: Tensor, name: String) -> WireMessage {
    var message = WireMessage()
    message.add(1, "value")
    message.add(5, dense(tensor, name: name))
    message.add(20, ONNXAttributeProto.AttributeType.tensor.rawValue)
    return message
  }

  private func attribute(_ reader: WireReader) throws(HewnError) -> WireMessage {
    var sparse: WireMessage?
    var name = ""
    let message = try rewriting(reader) { (field, reader, message) throws(HewnError) in
      switch (field.number, field.content) {
      case (5, .bytes(let range)):
        message.add(5, try attributeTensor(reader.reader(for: range), range))
      case (22, .bytes(let range)):
        message.copy(field.range)
        let proto = try ModelSkeleton.sparseTensor(in: source, range)
        let name = proto.values.name
        sparse = value(try self.reader.tensor(proto, name: name), name: name)
      case (1, .bytes(let range)):
        message.copy(field.range)
        name = try text(range)
      default: message.copy(field.range)
      }
    }
    // The only one that ONNX has is that of Constant, which has another name for a dense value.
    if name == "sparse_value", let sparse { return sparse }
    return message
  }

  private func attributeTensor(
    _ reader: WireReader, _ range: Range<Int>
  ) throws(HewnError) -> WireMessage {
    guard try isExternal(reader) else {
      var message = WireMessage()
      message.copy(range)
      return message
    }
    let proto = try ModelSkeleton.tensor(in: source, range)
    return try rewritten(reader, as: try self.reader.tensor(proto, name: proto.name))
  }

  private func initializer(_ reader: WireReader) throws(HewnError) -> WireMessage {
    var scan = reader
    var name = ""
    let start = reader.position
    while let field = try scan.next() {
      if field.number == 8, case .bytes(let range) = field.content { name = try text(range) }
    }
    guard let tensor = tensors[name] else {
      throw HewnError(.internal, "initializer \"\(name)\" was not read")
    }
    let isExternal = try isExternal(reader)
    guard isExternal || replaced.contains(name) else {
      var message = WireMessage()
      message.copy(start..<scan.position)
      return message
    }
    return try rewritten(reader, as: tensor)
  }

  private func sparseInitializer(_ range: Range<Int>) throws(HewnError) -> WireMessage {
    let name = try ModelSkeleton.sparseTensor(in: source, range).values.name
    guard let tensor = tensors[name] else {
      throw HewnError(.internal, "initializer \"\(name)\" was not read")
    }
    return dense(tensor, name: name)
  }

  private func isExternal(_ reader: WireReader) throws(HewnError) -> Bool {
    var reader = reader
    var location: UInt64 = 0
    while let field = try reader.next() {
      if field.number == 14, case .varint(let value) = field.content { location = value }
    }
    return location != 0
  }

  /// A tensor of the file with other elements; what does not concern them is kept.
  private func rewritten(_ reader: WireReader, as tensor: Tensor) throws(HewnError) -> WireMessage {
    var message = try rewriting(reader) { (field, _, message) throws(HewnError) in
      switch field.number {
      case 1, 2, 4, 5, 7, 9, 10, 11, 13, 14: break
      default: message.copy(field.range)
      }
    }
    add(tensor, to: &message)
    return message
  }

  private func dense(_ tensor: Tensor, name: String) -> WireMessage {
    var message = WireMessage()
    message.add(8, name)
    add(tensor, to: &message)
    return message
  }

  private func add(_ tensor: Tensor, to message: inout WireMessage) {
    for extent in tensor.shape.dimensions { message.add(1, extent) }
    message.add(2, tensor.element.onnxNumber)
    message.add(9, elementsOf: tensor)
  }
}
