/// The messages of an ONNX file, as far as their fields are messages again.
enum ModelMessage {
  case model, graph, function, node, attribute, tensor, sparseTensor, port, type, tensorType, shape
  case other

  /// The message in a field; `nil` for a field of another type.
  func message(in field: Int) -> ModelMessage? {
    switch (self, field) {
    case (.model, 7): .graph
    case (.model, 25): .function
    case (.model, 8), (.model, 14), (.function, 9), (.tensor, 13), (.shape, 1): .other
    case (.graph, 1), (.function, 7): .node
    case (.graph, 11), (.graph, 12), (.graph, 13): .port
    case (.node, 5), (.function, 11): .attribute
    case (.graph, 5), (.attribute, 5), (.sparseTensor, 1), (.sparseTensor, 2): .tensor
    case (.graph, 15), (.attribute, 22): .sparseTensor
    case (.port, 2): .type
    case (.type, 1): .tensorType
    case (.tensorType, 2): .shape
    default: nil
    }
  }
}

/// A field of a message, as it stands in a file.
struct Field {
  enum Content {
    case integer(UInt64)
    /// 4 or 8 bytes.
    case fixed([UInt8])
    case bytes([UInt8])
    case message([Field])
  }

  /// The message that the field belongs to.
  var owner: ModelMessage
  var number: Int
  var content: Content

  /// The fields of a message; `nil` for bytes that are none.
  static func parse(_ bytes: ArraySlice<UInt8>, _ owner: ModelMessage) -> [Field]? {
    var rest = bytes
    var fields: [Field] = []
    while !rest.isEmpty {
      guard let tag = integer(&rest), tag < 1 << 32 else { return nil }
      let number = Int(tag >> 3)
      let content: Content
      switch tag & 7 {
      case 0:
        guard let value = integer(&rest) else { return nil }
        content = .integer(value)
      case 1, 5:
        let size = tag & 7 == 1 ? 8 : 4
        guard rest.count >= size else { return nil }
        content = .fixed(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      case 2:
        guard let size = integer(&rest), size <= rest.count else { return nil }
        let part = rest.prefix(Int(size))
        rest = rest.dropFirst(Int(size))
        content =
          owner.message(in: number).flatMap { parse(part, $0) }.map(Content.message)
          ?? .bytes(Array(part))
      default: return nil
      }
      fields.append(Field(owner: owner, number: number, content: content))
    }
    return fields
  }

  private static func integer(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// The bytes of a message.
  static func bytes(of fields: [Field]) -> [UInt8] {
    var bytes: [UInt8] = []
    for field in fields { field.append(to: &bytes) }
    return bytes
  }

  private func append(to bytes: inout [UInt8]) {
    func append(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    let tag = UInt64(number) << 3
    switch content {
    case .integer(let value):
      append(tag)
      append(value)
    case .fixed(let content):
      append(tag | (content.count == 8 ? 1 : 5))
      bytes += content
    case .bytes(let content):
      append(tag | 2)
      append(UInt64(content.count))
      bytes += content
    case .message(let fields):
      let content = Self.bytes(of: fields)
      append(tag | 2)
      append(UInt64(content.count))
      bytes += content
    }
  }
}
