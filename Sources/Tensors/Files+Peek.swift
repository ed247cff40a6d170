#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Files {
  /// The first bytes of a file, and its size.
  ///
  /// - Returns: fewer than `count` bytes of a shorter file; `nil` for what cannot be read, and for
  ///   what is no file, of which nothing is taken.
  package static func peek(_ path: String, count: Int) -> (bytes: [UInt8], size: Int)? {
    let descriptor = SystemCalls.retrying { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let received = bytes.withUnsafeMutableBytes { SystemCalls.read(descriptor, into: $0) }
    guard received >= 0 else { return nil }
    return (Array(bytes.prefix(received)), Int(status.st_size))
  }
}
