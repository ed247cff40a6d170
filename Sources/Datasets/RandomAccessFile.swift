internal import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file that any thread may read at any place.
final class RandomAccessFile: Sendable {
  let path: String
  let byteCount: Int
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: `io`, also for what has no fixed content, such as a pipe.
  init(_ path: String) throws(HewnError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure("open", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = Self.failure("read", path)
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw HewnError(.io, "cannot read \(path): it is not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads `count` bytes from `offset`.
  ///
  /// - Precondition: they lie within `byteCount`.
  /// - Throws: `io`, also when the file has become shorter.
  func read(at offset: Int, count: Int) throws(HewnError) -> [UInt8] {
    precondition(offset >= 0 && count >= 0 && offset <= byteCount - count)
    var bytes = [UInt8](repeating: 0, count: count)
    let result = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(HewnError) in try read(at: offset, into: buffer) }
    }
    try result.get()
    return bytes
  }

  /// Fills `buffer` with the bytes from `offset`.
  ///
  /// - Throws: as ``read(at:count:)``.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(HewnError) {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure("read", path) }
      guard count > 0 else {
        throw HewnError(.io, "cannot read \(path): it was cut off meanwhile")
      }
      done += count
    }
  }

  private static func failure(_ action: String, _ path: String) -> HewnError {
    HewnError(.io, "cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}
