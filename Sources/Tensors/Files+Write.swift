#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Files {
  /// Writes a file whole: readers see the old content or the new, never a part.
  ///
  /// - Throws: `io`; then a file that was there before is as it was.
  package static func write(_ chunks: [[UInt8]], to path: String) throws(HewnError) {
    try write(to: path) { (file) throws(HewnError) in
      for chunk in chunks { try file.write(chunk) }
    }
  }

  /// Writes a file whole, in pieces.
  ///
  /// The bytes go to a new file in the same folder, which takes the old one's place when all of
  /// them have reached the disk.
  ///
  /// - Throws: `io`, or what `body` throws; then a file that was there before is as it was.
  package static func write(
    to path: String, _ body: (borrowing WritableFile) throws(HewnError) -> Void
  ) throws(HewnError) {
    let (temporary, descriptor) = try makeTemporary(for: path)
    let file = WritableFile(descriptor: descriptor, path: path)
    do {
      try body(file)
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    let isOnDisk = SystemCalls.retrying { fsync(descriptor) } == 0
    var error = isOnDisk ? nil : failure("cannot write", path)
    if close(descriptor) != 0, error == nil { error = failure("cannot write", path) }
    if error == nil, rename(temporary, path) != 0 { error = failure("cannot write", path) }
    if let error {
      unlink(temporary)
      throw error
    }
  }

  /// Finds that a file cannot be written before there is anything to write, by making one beside it.
  ///
  /// - Throws: `io`.
  package static func checkCanWrite(_ path: String) throws(HewnError) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw HewnError(.io, "cannot write \(path): it is a folder")
    }
    let (temporary, descriptor) = try makeTemporary(for: path)
    close(descriptor)
    unlink(temporary)
  }

  private static func makeTemporary(
    for path: String
  ) throws(HewnError) -> (path: String, descriptor: Int32) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).partial"
    // O_EXCL: what somebody else put there, a link perhaps, is not written to.
    let descriptor = SystemCalls.retrying {
      open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else { throw failure("cannot write", path) }
    return (temporary, descriptor)
  }
}

/// A file while it is written.
package struct WritableFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  fileprivate init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Appends bytes.
  ///
  /// - Throws: `io`, as when the disk is full.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(HewnError) {
    var offset = 0
    while offset < bytes.count {
      let sent = SystemCalls.write(
        descriptor, UnsafeRawBufferPointer(rebasing: bytes[offset...]))
      guard sent > 0 else { throw Files.failure("cannot write", path) }
      offset += sent
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: `io`, as when the disk is full.
  package func write(_ bytes: [UInt8]) throws(HewnError) {
    var result: Result<Void, HewnError> = .success(())
    bytes.withUnsafeBytes { buffer in result = Result { () throws(HewnError) in try write(buffer) }
    }
    try result.get()
  }

  /// Appends a tensor's elements.
  ///
  /// - Throws: `io`, as when the disk is full.
  package func write(_ tensor: Tensor) throws(HewnError) {
    var result: Result<Void, HewnError> = .success(())
    tensor.withUnsafeBytes { buffer in result = Result { () throws(HewnError) in try write(buffer) }
    }
    try result.get()
  }
}
