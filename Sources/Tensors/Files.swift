#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whole files: read into memory, opened to be read in pieces, written at once.
package enum Files {
  /// Reads a file from its start to its end.
  ///
  /// - Parameter limit: the greatest number of bytes that is accepted.
  /// - Throws: `io` when the file cannot be opened or read, `invalidFile` when it is longer than
  ///   `limit`.
  package static func read(_ path: String, limit: Int = 1 << 31) throws(HewnError) -> [UInt8] {
    let (descriptor, status) = try openToRead(path)
    defer { close(descriptor) }
    return try readAll(descriptor, path, expecting: Int(status.st_size), limit: limit)
  }

  /// Opens a file to be read in pieces. What can be read once only, as a pipe, is read whole.
  ///
  /// - Parameter limit: the greatest number of bytes that is accepted.
  /// - Throws: as ``read(_:limit:)``.
  package static func source(
    of path: String, limit: Int = 1 << 31
  ) throws(HewnError) -> ByteSource {
    let (descriptor, status) = try openToRead(path)
    guard status.st_mode & S_IFMT == S_IFREG else {
      defer { close(descriptor) }
      return .array(try readAll(descriptor, path, expecting: 0, limit: limit))
    }
    let file = ReadableFile(adopting: descriptor, path: path, byteCount: Int(status.st_size))
    guard file.byteCount <= limit else { throw tooLong(path, limit) }
    return .file(file)
  }

  private static func openToRead(
    _ path: String
  ) throws(HewnError) -> (descriptor: Int32, status: stat) {
    let descriptor = SystemCalls.retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw failure("cannot open", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = failure("cannot read", path)
      close(descriptor)
      throw error
    }
    // Devices may never end; pipes are what shells pass for a process's output.
    guard [S_IFREG, S_IFIFO].contains(status.st_mode & S_IFMT) else {
      close(descriptor)
      throw HewnError(.io, "cannot read \(path): it is not a file")
    }
    return (descriptor, status)
  }

  private static func readAll(
    _ descriptor: Int32, _ path: String, expecting expected: Int, limit: Int
  ) throws(HewnError) -> [UInt8] {
    // One byte beyond the stated size: a read of 0 then ends the loop without growing the buffer.
    var bytes = [UInt8](repeating: 0, count: Swift.min(max(expected, 4096), limit) + 1)
    var count = 0
    while true {
      if count == bytes.count {
        guard count <= limit else { throw tooLong(path, limit) }
        bytes.append(contentsOf: repeatElement(0, count: Swift.min(count, limit + 1 - count)))
      }
      let received = bytes.withUnsafeMutableBytes { buffer in
        SystemCalls.read(
          descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      }
      guard received >= 0 else { throw failure("cannot read", path) }
      if received == 0 { break }
      count += received
    }
    guard count <= limit else { throw tooLong(path, limit) }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func tooLong(_ path: String, _ limit: Int) -> HewnError {
    HewnError(.invalidFile, "\(path) is longer than the limit of \(limit) bytes")
  }

  static func failure(_ action: String, _ path: String) -> HewnError {
    HewnError(.io, "\(action) \(path): \(SystemCalls.cause)")
  }
}
