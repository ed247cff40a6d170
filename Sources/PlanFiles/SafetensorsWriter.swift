internal import Tensors

/// Collects tensors and writes them as a safetensors file.
struct SafetensorsWriter {
  private struct Tensor {
    var name: String
    var type: TensorType
    var bytes: UnsafeRawBufferPointer
    var owner: any Sendable
    /// Zero bytes that follow, part of the tensor.
    var padding: Int
  }

  private var tensors: [Tensor] = []
  var metadata: [String: String] = [:]

  /// Adds a tensor after the others.
  ///
  /// - Parameters:
  ///   - type: that of `bytes` and `padding` zeros together.
  ///   - owner: keeps `bytes` in memory.
  mutating func add(
    _ name: String, _ type: TensorType, _ bytes: UnsafeRawBufferPointer, owner: any Sendable,
    padding: Int = 0
  ) {
    precondition(type.byteCount == bytes.count + padding, "\(bytes.count) bytes for \(type)")
    tensors.append(Tensor(name: name, type: type, bytes: bytes, owner: owner, padding: padding))
  }

  /// Adds a seal: a last tensor with the checksum of all bytes before its own, header and metadata among them.
  ///
  /// - Precondition: nothing is added or changed after it.
  mutating func seal() {
    func add(_ sum: UInt32) {
      let seal = Tensors.Tensor([1], [sum])
      self.add(Safetensors.sealName, seal.type, seal.bytes, owner: seal)
    }
    // The header depends on the seal's place and type alone.
    add(0)
    var sum = header().withUnsafeBytes { CRC32.checksum($0) }
    tensors.removeLast()
    for tensor in tensors {
      sum = CRC32.checksum(tensor.bytes, after: sum)
      sum = [UInt8](repeating: 0, count: tensor.padding).withUnsafeBytes {
        CRC32.checksum($0, after: sum)
      }
    }
    add(sum)
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `io`.
  func write(to path: String) throws(HewnError) {
    let header = header()
    try Files.write(to: path) { (file) throws(HewnError) in
      try file.write(header)
      for tensor in tensors {
        defer { withExtendedLifetime(tensor.owner) {} }
        try file.write(tensor.bytes)
        try file.write([UInt8](repeating: 0, count: tensor.padding))
      }
    }
  }

  /// The length of the header and the header.
  private func header() -> [UInt8] {
    var entries = [
      "\"\(Safetensors.metadataName)\":{"
        + metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0)):\(Self.quoted($1))" }
        .joined(separator: ",") + "}"
    ]
    var next = 0
    for tensor in tensors {
      let end = next + tensor.type.byteCount
      let shape = tensor.type.shape.dimensions.map(String.init).joined(separator: ",")
      entries.append(
        "\(Self.quoted(tensor.name)):{\"dtype\":\"\(tensor.type.element.safetensorsName)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(next),\(end)]}")
      next = end
    }
    var text = Array("{\(entries.joined(separator: ","))}".utf8)
    let excess = (Safetensors.prefixByteCount + text.count) % Safetensors.alignment
    if excess > 0 {
      text += [UInt8](repeating: UInt8(ascii: " "), count: Safetensors.alignment - excess)
    }
    return (0..<Safetensors.prefixByteCount).map {
      UInt8(truncatingIfNeeded: text.count >> (8 * $0))
    }
      + text
  }

  /// A string as JSON writes it.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..."\u{1f}", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
