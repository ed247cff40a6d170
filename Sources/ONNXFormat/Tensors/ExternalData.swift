internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Reads elements that a model keeps in other files of its folder.
///
/// A model file must not make Hewn read anything else: locations are relative and go down only, no
/// link is followed, hard links are refused, and sizes are checked before memory is taken.
final class ExternalData {
  private let folder: String
  /// How many bytes the model may still read.
  private var budget: Int
  /// How many bytes were read of each file.
  private var readByteCounts: [FileIdentity: Int] = [:]

  /// How many times its size may be read of a file, beyond ``freeByteCount``: tensors may share
  /// elements, but a small file must not become many large tensors.
  private static let maximumGrowth = 4
  private static let freeByteCount = 64 << 20

  /// The files that tensors were read from.
  var files: Set<FileIdentity> { Set(readByteCounts.keys) }

  init(folder: String, budget: Int = ONNXModel.maximumByteCount) {
    self.folder = folder
    self.budget = budget
  }

  /// Reads a tensor.
  ///
  /// - Parameter entries: the keys `location`, `offset` and `length`; `checksum` and `basepath`,
  ///   which ONNX knows too, are not used.
  /// - Throws: `invalidFile` for entries that break the rules above or do not fit the type, `io`
  ///   when the file cannot be read, `unsupported` beyond 2 GiB in all.
  func tensor(
    _ type: TensorType, entries: [ONNXStringStringEntryProto]
  ) throws(HewnError) -> Tensor {
    let values = try Self.values(of: entries)
    let location = values["location"] ?? ""
    let offset = try Self.number("offset", in: values) ?? 0
    let length = try Self.number("length", in: values) ?? type.byteCount
    guard length == type.byteCount else {
      throw HewnError(
        .invalidFile, "\(type) takes \(type.byteCount) bytes, its external data has \(length)")
    }
    guard length <= budget else {
      throw HewnError(.unsupported, "the model has more than 2 GiB of external data")
    }
    budget -= length
    let file = try open(location, offset: offset, length: length)
    return try Tensor.reading(type) { (bytes) throws(HewnError) in
      try ByteSource.file(file).read(into: bytes, at: offset)
      if type.element == .bool { bytes.normalizeBooleans() }
    }
  }

  private static func values(
    of entries: [ONNXStringStringEntryProto]
  ) throws(HewnError) -> [String: String] {
    var values: [String: String] = [:]
    for entry in entries {
      guard ["location", "offset", "length", "checksum", "basepath"].contains(entry.key) else {
        throw HewnError(.invalidFile, "\"\(entry.key)\" is no key of external data")
      }
      guard values.updateValue(entry.value, forKey: entry.key) == nil else {
        throw HewnError(.invalidFile, "\(entry.key) of its external data is given twice")
      }
    }
    return values
  }

  private static func number(
    _ key: String, in values: [String: String]
  ) throws(HewnError) -> Int? {
    guard let text = values[key] else { return nil }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text) else {
      throw HewnError(.invalidFile, "\(key) \"\(text)\" of its external data is not a size")
    }
    return number
  }

  private func open(
    _ location: String, offset: Int, length: Int
  ) throws(HewnError) -> ReadableFile {
    let descriptor = try open(location)
    do {
      let byteCount = try check(descriptor, location, offset: offset, length: length)
      return ReadableFile(
        adopting: descriptor, path: "\(folder)/\(location)", byteCount: byteCount)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Opens a file below the model's folder, one folder at a time so that no link is followed.
  private func open(_ location: String) throws(HewnError) -> Int32 {
    // Bytes, as the system sees them: a slash and a combining accent are one character.
    let components = location.utf8.split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
    )
    .map { String(Substring($0)) }
    guard components.allSatisfy({ !["", ".", ".."].contains($0) }), !location.utf8.contains(0)
    else {
      throw HewnError(
        .invalidFile,
        "location \"\(location)\" of its external data is not a plain path below the model's folder"
      )
    }
    var descriptor = Self.retrying { openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    for (index, component) in components.enumerated() where descriptor >= 0 {
      let parent = descriptor
      let isLast = index == components.count - 1
      // Without O_NONBLOCK, opening a named pipe would wait for a writer.
      let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (isLast ? O_NONBLOCK : O_DIRECTORY)
      descriptor = Self.retrying { openat(parent, component, flags) }
      let cause = errno
      close(parent)
      errno = cause
    }
    guard descriptor >= 0 else {
      let cause = errno == ELOOP ? "links are not followed" : String(cString: strerror(errno))
      throw HewnError(.io, "cannot open its external data \(folder)/\(location): \(cause)")
    }
    return descriptor
  }

  /// - Returns: the file's size.
  private func check(
    _ descriptor: Int32, _ location: String, offset: Int, length: Int
  ) throws(HewnError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw HewnError(.io, "cannot read \(location): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw HewnError(
        .invalidFile, "its external data \(location) is not a regular file with a single name")
    }
    let byteCount = Int(status.st_size)
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, end <= byteCount else {
      throw HewnError(
        .invalidFile,
        "its external data \(location) has \(byteCount) bytes, \(length) are wanted at \(offset)")
    }
    let file = FileIdentity(status)
    let total = readByteCounts[file, default: 0] + length
    guard total <= Self.freeByteCount || total / Self.maximumGrowth <= byteCount else {
      throw HewnError(
        .unsupported,
        "tensors take more than \(Self.maximumGrowth) times the size of \(location) from it")
    }
    readByteCounts[file] = total
    return byteCount
  }

  /// Repeats a system call that a signal interrupts.
  private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
