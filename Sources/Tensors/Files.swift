#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whole files in memory.
package enum Files {
  /// Reads a file from its start to its end.
  ///
  /// - Parameter limit: the greatest number of bytes that is accepted.
  /// - Throws: `io` when the file cannot be opened or read, `invalidFile` when it is longer than
  ///   `limit`.
  package static func read(_ path: String, limit: Int = 1 << 31) throws(HewnError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot read", path) }
    // Devices may never end; pipes are what shells pass for a process's output.
    guard [S_IFREG, S_IFIFO].contains(status.st_mode & S_IFMT) else {
      throw HewnError(.io, "cannot read \(path): it is not a file")
    }
    // One byte beyond the stated size: a read of 0 then ends the loop without growing the buffer.
    var bytes = [UInt8](repeating: 0, count: Swift.min(max(Int(status.st_size), 4096), limit) + 1)
    var count = 0
    while true {
      if count == bytes.count {
        guard count <= limit else {
          throw HewnError(.invalidFile, "\(path) is longer than the limit of \(limit) bytes")
        }
        bytes.append(contentsOf: repeatElement(0, count: Swift.min(count, limit + 1 - count)))
      }
      let received = bytes.withUnsafeMutableBytes { buffer in
        Systemwide.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      }
      if received < 0 {
        if errno == EINTR { continue }
        throw failure("cannot read", path)
      }
      if received == 0 { break }
      count += received
    }
    guard count <= limit else {
      throw HewnError(.invalidFile, "\(path) is longer than the limit of \(limit) bytes")
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Writes a file whole: readers see the old content or the new, never a part.
  ///
  /// The bytes go to a temporary file in the same folder, which is then renamed.
  ///
  /// - Throws: `io`.
  package static func write(_ chunks: [[UInt8]], to path: String) throws(HewnError) {
    let temporary = "\(path).\(getpid()).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("cannot write", path) }
    do {
      for chunk in chunks { try writeAll(chunk, to: descriptor, path: path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let error = failure("cannot write", path)
      unlink(temporary)
      throw error
    }
  }

  private static func writeAll(
    _ bytes: [UInt8], to descriptor: Int32, path: String
  ) throws(HewnError) {
    var offset = 0
    while offset < bytes.count {
      let sent = bytes.withUnsafeBytes { buffer in
        Systemwide.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
      }
      if sent < 0 {
        if errno == EINTR { continue }
        throw failure("cannot write", path)
      }
      offset += sent
    }
  }

  private static func failure(_ action: String, _ path: String) -> HewnError {
    HewnError(.io, "\(action) \(path): \(String(cString: strerror(errno)))")
  }
}

/// The system's calls under names that `Files` does not shadow.
private enum Systemwide {
  static func read(_ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, start, count)
    #elseif canImport(Musl)
      Musl.read(descriptor, start, count)
    #elseif canImport(Darwin)
      Darwin.read(descriptor, start, count)
    #endif
  }

  static func write(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, start, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, start, count)
    #elseif canImport(Darwin)
      Darwin.write(descriptor, start, count)
    #endif
  }
}
