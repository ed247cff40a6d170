internal import SwiftProtobuf
internal import Tensors

/// A model file without the elements of its tensors, small enough to be decoded at once.
///
/// A message without content takes two bytes in a file and some hundreds in memory, so messages and
/// fields are counted before anything is built: what is built takes at most 64 times the file, and
/// 64 MiB. Long lists of elements stay where they are: the skeleton says
/// where (``ONNXTensorProto/Detached``), so that they are copied once, into their tensor. Fields
/// that the schema does not have are dropped.
struct ModelSkeleton {
  /// A model message of the schema.
  private var bytes: [UInt8] = []
  private var fieldCount = 0
  private var messageCount = 0
  private var nodeCount = 0
  private let fieldLimit: Int
  private let messageLimit: Int

  /// The greatest number of fields that are read.
  static let maximumFieldCount = 10_000_000
  /// Lists of elements that take fewer bytes stay in the skeleton.
  static let detachedByteCount = 1024

  /// Decodes a whole file.
  ///
  /// - Returns: the model, and the size of its skeleton.
  /// - Throws: `invalidFile` for bytes that are no model, `unsupported` for more fields or nodes than
  ///   the limits, `io`.
  /// - Complexity: O(fields), and the bytes of what is not detached.
  static func model(
    in source: ByteSource
  ) throws(HewnError) -> (proto: ONNXModelProto, byteCount: Int) {
    var reader = WireReader(source)
    let skeleton = try ModelSkeleton(.model, from: &reader, byteCount: source.byteCount)
    return (try skeleton.decode(), skeleton.bytes.count)
  }

  /// Decodes one tensor of a file.
  static func tensor(
    in source: ByteSource, _ range: Range<Int>
  ) throws(HewnError) -> ONNXTensorProto {
    var reader = WireReader(source).reader(for: range)
    return try ModelSkeleton(.tensor, from: &reader, byteCount: range.count).decode()
  }

  /// Decodes one tensor in sparse form of a file.
  static func sparseTensor(
    in source: ByteSource, _ range: Range<Int>
  ) throws(HewnError) -> ONNXSparseTensorProto {
    var reader = WireReader(source).reader(for: range)
    return try ModelSkeleton(.sparseTensor, from: &reader, byteCount: range.count).decode()
  }

  private init(
    _ message: Message, from reader: inout WireReader, byteCount: Int
  ) throws(HewnError) {
    // Fields of real models take many bytes each.
    fieldLimit = min(Self.maximumFieldCount, 100_000 + byteCount / 3)
    messageLimit = min(Self.maximumFieldCount, 100_000 + byteCount / 8)
    try add(message, from: &reader)
  }

  private func decode<Proto: SwiftProtobuf.Message>() throws(HewnError) -> Proto {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    options.messageDepthLimit = 16
    do {
      return try Proto(serializedBytes: bytes, options: options)
    } catch let error as BinaryDecodingError {
      throw HewnError(.invalidFile, "not an ONNX model: \(error.cause)")
    } catch {
      throw HewnError(.invalidFile, "not an ONNX model: \(error)")
    }
  }

  /// Appends what the schema knows of a message; the recursion is as deep as messages are nested.
  private mutating func add(
    _ message: Message, from reader: inout WireReader
  ) throws(HewnError) {
    while let field = try reader.next() {
      fieldCount += 1
      guard fieldCount <= fieldLimit else {
        throw HewnError(.unsupported, "the model has more than \(fieldLimit) fields")
      }
      switch (message.use(of: field.number), field.content) {
      case (.drop, _): continue
      case (.descend(let child), .bytes(let range)):
        try countMessage()
        if child == .node { try countNode() }
        var inner = reader.reader(for: range)
        try addMessage(field.number) { (skeleton) throws(HewnError) in
          try skeleton.add(child, from: &inner)
        }
      case (.detach, .bytes(let range)) where range.count >= Self.detachedByteCount:
        addDetached(field.number, range)
      case (.keepMessage, _):
        try countMessage()
        try reader.copy(field.range, to: &bytes)
      case (.keep, _), (.descend, _), (.detach, _):
        try reader.copy(field.range, to: &bytes)
      }
    }
  }

  private mutating func countMessage() throws(HewnError) {
    messageCount += 1
    guard messageCount <= messageLimit else {
      throw HewnError(.unsupported, "the model has more than \(messageLimit) messages")
    }
  }

  private mutating func countNode() throws(HewnError) {
    nodeCount += 1
    guard nodeCount <= ONNXModel.maximumNodeCount else {
      throw HewnError(
        .unsupported, "the model has more than \(ONNXModel.maximumNodeCount) nodes")
    }
  }

  private mutating func addDetached(_ number: Int, _ range: Range<Int>) {
    addTag(Message.detachedNumber, wireType: 2)
    let start = beginLength()
    for (number, value) in [(1, number), (2, range.lowerBound), (3, range.count)] {
      addTag(number, wireType: 0)
      addVarint(UInt64(value))
    }
    endLength(start)
  }

  private mutating func addMessage(
    _ number: Int, _ content: (inout ModelSkeleton) throws(HewnError) -> Void
  ) throws(HewnError) {
    addTag(number, wireType: 2)
    let start = beginLength()
    try content(&self)
    endLength(start)
  }

  private mutating func addTag(_ number: Int, wireType: Int) {
    addVarint(UInt64(number << 3 | wireType))
  }

  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Leaves room for the length of what follows: five bytes, whatever the length will be.
  private mutating func beginLength() -> Int {
    bytes.append(contentsOf: repeatElement(0, count: 5))
    return bytes.count
  }

  private mutating func endLength(_ start: Int) {
    var rest = bytes.count - start
    for index in (start - 5)..<(start - 1) {
      bytes[index] = UInt8(rest & 0x7f) | 0x80
      rest >>= 7
    }
    bytes[start - 1] = UInt8(rest)
  }
}

extension ModelSkeleton {
  /// The messages of the schema that hold messages, or fields worth dropping.
  private enum Message {
    case model, graph, node, attribute, tensor, sparseTensor, valueInfo, type, tensorType, shape
    case function
    /// A message whose presence alone matters.
    case empty

    /// The number of ``ONNXTensorProto/detached``.
    static let detachedNumber = 1001

    enum Use {
      case keep, drop
      /// A message without anything to drop.
      case keepMessage
      case descend(Message)
      /// Elements, which stay in the file when there are many.
      case detach
    }

    /// What becomes of a field. Must list what `onnx.proto` declares.
    func use(of field: Int) -> Use {
      switch (self, field) {
      case (.model, 7): .descend(.graph)
      case (.model, 20): .descend(.empty)
      case (.model, 25): .descend(.function)
      case (.model, 1...3): .keep
      case (.model, 8), (.model, 14): .keepMessage
      case (.graph, 1), (.function, 7): .descend(.node)
      case (.graph, 5), (.attribute, 5), (.sparseTensor, 1...2): .descend(.tensor)
      case (.graph, 15), (.attribute, 22): .descend(.sparseTensor)
      case (.graph, 11...12): .descend(.valueInfo)
      case (.graph, 2): .keep
      case (.function, 11), (.node, 5): .descend(.attribute)
      case (.function, 1), (.function, 4...6), (.function, 10), (.function, 13): .keep
      case (.function, 9): .keepMessage
      case (.node, 1...4), (.node, 7...8): .keep
      case (.attribute, 1...4), (.attribute, 7...8), (.attribute, 20...21): .keep
      case (.tensor, 3): .descend(.empty)
      case (.tensor, 4...5), (.tensor, 7), (.tensor, 9...11): .detach
      case (.tensor, 1...2), (.tensor, 8), (.tensor, 14): .keep
      case (.tensor, 13): .keepMessage
      case (.sparseTensor, 3): .keep
      case (.valueInfo, 1): .keep
      case (.valueInfo, 2): .descend(.type)
      case (.type, 1): .descend(.tensorType)
      case (.type, 4...5), (.type, 7...9): .descend(.empty)
      case (.tensorType, 1): .keep
      case (.tensorType, 2): .descend(.shape)
      case (.shape, 1): .keepMessage
      default: .drop
      }
    }
  }
}

extension BinaryDecodingError {
  /// The defect in a few words.
  fileprivate var cause: String {
    switch self {
    case .truncated: "the data ends early"
    case .invalidUTF8: "a name is not valid UTF-8"
    case .messageDepthLimit: "messages are nested too deeply"
    default: "malformed protocol buffer"
    }
  }
}
