/// Codes the elements as a list of bytes; for the few elements that an operator may hold.
extension Tensor: Codable {
  private enum CodingKeys: CodingKey { case type, bytes }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let type = try container.decode(TensorType.self, forKey: .type)
    let bytes = try container.decode([UInt8].self, forKey: .bytes)
    guard bytes.count == type.byteCount else {
      throw HewnError(.invalidFile, "\(bytes.count) bytes for a tensor of \(type)")
    }
    guard type.element != .bool || bytes.allSatisfy({ $0 <= 1 }) else {
      throw HewnError(.invalidFile, "a bool that is neither 0 nor 1")
    }
    try self.init(type: type) { $0.copyBytes(from: bytes) }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type, forKey: .type)
    try container.encode(withUnsafeBytes { Array($0) }, forKey: .bytes)
  }
}
