internal import Tensors

/// Bounds the memory that decoding takes.
///
/// A message without content takes two bytes in a file and a hundred in memory, so that a file
/// within the size limit could ask for far more memory than there is. Fields are counted without
/// building anything; elements of packed lists and raw data are bounded by the file itself.
enum FieldCount {
  static let maximum = 10_000_000

  /// Counts the fields of the messages that decoding builds.
  ///
  /// - Throws: `unsupported` above the limit. Malformed bytes are left for decoding to report.
  /// - Complexity: O(fields).
  static func check(_ bytes: [UInt8]) throws(HewnError) {
    let count = bytes.withUnsafeBufferPointer { buffer in
      var scanner = Scanner(bytes: buffer)
      scanner.scan(.model, until: buffer.count)
      return scanner.count
    }
    guard count <= maximum else {
      throw HewnError(.unsupported, "the model has more than \(maximum) fields")
    }
  }

  /// The messages that hold other messages.
  private enum Message {
    case model, graph, node, attribute, tensor, valueInfo, type, tensorType, shape

    /// The message that a field holds, where its content counts.
    func child(field: UInt64) -> Message? {
      switch (self, field) {
      case (.model, 7): .graph
      case (.graph, 1): .node
      case (.graph, 5), (.attribute, 5): .tensor
      case (.graph, 11), (.graph, 12): .valueInfo
      case (.node, 5): .attribute
      case (.valueInfo, 2): .type
      case (.type, 1): .tensorType
      case (.tensorType, 2): .shape
      default: nil
      }
    }
  }

  private struct Scanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    var count = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Counts one message's fields; false when the bytes are malformed or the limit is passed.
    ///
    /// The recursion is as deep as ``Message`` is nested.
    @discardableResult
    mutating func scan(_ message: Message, until end: Int) -> Bool {
      while position < end {
        guard let tag = varint(until: end) else { return false }
        count += 1
        guard count <= FieldCount.maximum else { return false }
        switch tag & 7 {
        case 0:
          guard varint(until: end) != nil else { return false }
        case 1:
          position += 8
        case 2:
          guard let length = varint(until: end), length <= UInt64(end - position) else {
            return false
          }
          let next = position + Int(length)
          if let child = message.child(field: tag >> 3) {
            guard scan(child, until: next) else { return false }
          }
          position = next
        case 3, 4:
          break  // A group's fields count as the message's own.
        case 5:
          position += 4
        default:
          return false
        }
      }
      return position == end
    }

    private mutating func varint(until end: Int) -> UInt64? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while position < end, shift < 64 {
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      return nil
    }
  }
}
