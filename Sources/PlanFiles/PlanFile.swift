package import Tensors

/// A compiled model in a file.
package struct PlanFile: Sendable {
  package let model: CompiledModel
  /// Tensors that running does not read and that nothing has verified: the raw weights of packed
  /// layers.
  private let unverified: [StoredTensor]

  /// The format, and its version: it grows whenever older readers would misunderstand a file.
  static let formatName = "hewn plan"
  static let formatVersion = "5"
  /// The ending of file names.
  package static let fileExtension = ".hewn"

  /// Reads a plan; its tensors stay in the file.
  ///
  /// - Throws: `invalidFile` for a file that is damaged or no plan, `unsupported` for one of another
  ///   format version, or for another processor.
  package init(_ file: FileBytes) throws(HewnError) {
    let reader = try PlanReader(Safetensors(file))
    model = try reader.model()
    unverified = reader.unverified
  }

  /// Whether a file is to be read as a plan: by its name, or by its first bytes.
  package static func isLikely(path: String) -> Bool {
    path.hasSuffix(fileExtension)
      || Files.peek(path, count: 9).map { bytes, size in
        Safetensors.isLikely(bytes, byteCount: size)
      } ?? false
  }

  /// Whether bytes are to be read as a plan.
  package static func isLikely(bytes: [UInt8]) -> Bool {
    Safetensors.isLikely(bytes.prefix(9), byteCount: bytes.count)
  }

  /// Verifies what was not read: to be called before the raw weights of packed layers are used.
  ///
  /// - Throws: `invalidFile` for a tensor that is damaged.
  package func verifyWeights() throws(HewnError) {
    for tensor in unverified { try tensor.verify() }
  }
}

/// A tensor of a file with the checksum that it must have.
struct StoredTensor: Sendable {
  var name: String
  var region: FileRegion
  var checksum: UInt32

  /// - Throws: `invalidFile` for a tensor that is damaged.
  func verify() throws(HewnError) {
    guard CRC32.checksum(region.bytes) == checksum else {
      throw HewnError(
        .invalidFile,
        "tensor \"\(name)\" is damaged: its checksum differs; compile the model again")
    }
  }
}
