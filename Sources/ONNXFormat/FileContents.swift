internal import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads whole files with a bound on their size.
enum FileContents {
  /// The bytes of a regular file.
  ///
  /// - Throws: `io` when the file cannot be opened or read or is no regular file, `unsupported`
  ///   when it is greater than the limit.
  static func load(path: String, maximumByteCount: Int) throws(HewnError) -> [UInt8] {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw systemError("cannot open \(path)") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemError("cannot read \(path)") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HewnError(.io, "\(path) is not a regular file")
    }
    let byteCount = Int(status.st_size)
    guard byteCount <= maximumByteCount else {
      throw HewnError(
        .unsupported, "\(path) has \(byteCount) bytes, the limit is \(maximumByteCount)")
    }
    var failure: HewnError?
    let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, filled in
      while filled < byteCount {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let count = read(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = systemError("cannot read \(path)") }
        // A file that shrinks while it is read ends here; decoding reports what is missing.
        guard count > 0 else { return }
        filled += count
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private static func systemError(_ what: String) -> HewnError {
    HewnError(.io, "\(what): \(String(cString: strerror(errno)))")
  }
}
