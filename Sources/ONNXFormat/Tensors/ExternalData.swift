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

  init(folder: String, budget: Int = ONNXModel.maximumByteCount) {
    self.folder = folder
    self.budget = budget
  }

  /// Reads a tensor.
  ///
  /// - Parameter entries: the keys `location`, `offset` and `length`; others are ignored.
  /// - Throws: `invalidFile` for entries that break the rules above or do not fit the type, `io`
  ///   when the file cannot be read, `unsupported` beyond 2 GiB in all.
  func tensor(
    _ type: TensorType, entries: [ONNXStringStringEntryProto]
  ) throws(HewnError) -> Tensor {
    let location = entries.first { $0.key == "location" }.map(\.value) ?? ""
    let offset = try Self.number("offset", in: entries) ?? 0
    let length = try Self.number("length", in: entries) ?? type.byteCount
    guard length == type.byteCount else {
      throw HewnError(
        .invalidFile, "\(type) takes \(type.byteCount) bytes, its external data has \(length)")
    }
    guard length <= budget else {
      throw HewnError(.unsupported, "the model has more than 2 GiB of external data")
    }
    budget -= length
    let descriptor = try open(location)
    defer { close(descriptor) }
    try Self.check(descriptor, location, offset: offset, length: length)
    do {
      return try Tensor(type: type) { bytes in
        try Self.fill(bytes, from: descriptor, offset: offset, location)
        if type.element == .bool { bytes.normalizeBooleans() }
      }
    } catch let error as HewnError {
      throw error
    } catch {
      throw HewnError(.internal, "\(error)")
    }
  }

  private static func number(
    _ key: String, in entries: [ONNXStringStringEntryProto]
  ) throws(HewnError) -> Int? {
    guard let text = entries.first(where: { $0.key == key })?.value else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw HewnError(.invalidFile, "\(key) \"\(text)\" of its external data is not a size")
    }
    return number
  }

  /// Opens a file below the model's folder, one folder at a time so that no link is followed.
  private func open(_ location: String) throws(HewnError) -> Int32 {
    let components = location.split(separator: "/", omittingEmptySubsequences: false)
    guard components.allSatisfy({ !["", ".", ".."].contains($0) }), !location.contains("\0") else {
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
      descriptor = Self.retrying { openat(parent, String(component), flags) }
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

  private static func check(
    _ descriptor: Int32, _ location: String, offset: Int, length: Int
  ) throws(HewnError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw HewnError(.io, "cannot read \(location): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw HewnError(
        .invalidFile, "its external data \(location) is not a regular file with a single name")
    }
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, end <= Int(status.st_size) else {
      throw HewnError(
        .invalidFile,
        "its external data \(location) has \(status.st_size) bytes, \(length) are wanted at"
          + " \(offset)")
    }
  }

  private static func fill(
    _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, offset: Int, _ location: String
  ) throws(HewnError) {
    var filled = 0
    while filled < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
      let count = retrying {
        pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      }
      guard count > 0 else {
        let cause = count == 0 ? "it ends early" : String(cString: strerror(errno))
        throw HewnError(.io, "cannot read \(location): \(cause)")
      }
      filled += count
    }
  }

  /// Repeats a system call that a signal interrupts.
  private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Turns every non-zero byte into 1: any other bit pattern is no valid `Bool`.
  func normalizeBooleans() {
    for index in indices where self[index] != 0 { self[index] = 1 }
  }
}
