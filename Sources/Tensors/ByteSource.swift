#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes that are read in pieces: those of a file, which need not be in memory, or of an array.
package enum ByteSource: Sendable {
  case array([UInt8])
  case file(ReadableFile)

  package var byteCount: Int {
    switch self {
    case .array(let bytes): bytes.count
    case .file(let file): file.byteCount
    }
  }

  /// Which file it is; `nil` for an array.
  package var identity: FileIdentity? {
    switch self {
    case .array: nil
    case .file(let file): file.identity
    }
  }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Precondition: the source has that many bytes after `offset`.
  /// - Throws: `io` where the file cannot be read, or has become shorter.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(HewnError) {
    precondition(offset >= 0 && buffer.count <= byteCount - offset, "\(offset) + \(buffer.count)")
    switch self {
    case .array(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: .init(rebasing: $0[offset...][..<(offset + buffer.count)]))
      }
    case .file(let file): try file.read(into: buffer, at: offset)
    }
  }
}

/// An open regular file.
///
/// It is read by position, not mapped: a file that becomes shorter while it is read gives an error,
/// where touching a mapping would kill the process.
package final class ReadableFile: Sendable {
  package let path: String
  package let byteCount: Int
  private let descriptor: Int32

  /// Takes over a descriptor.
  package init(adopting descriptor: Int32, path: String, byteCount: Int) {
    self.descriptor = descriptor
    self.path = path
    self.byteCount = byteCount
  }

  deinit { close(descriptor) }

  var identity: FileIdentity? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? FileIdentity(status) : nil
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(HewnError) {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = SystemCalls.read(descriptor, into: rest, at: offset + filled)
      guard count > 0 else {
        throw HewnError(
          .io, "cannot read \(path): \(count == 0 ? "it ends early" : SystemCalls.cause)")
      }
      filled += count
    }
  }
}

/// Tells a file from all others, whatever names it has.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  /// The file that a path leads to; `nil` where there is none.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  package init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
  }
}
