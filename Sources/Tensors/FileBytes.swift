#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of a whole file, mapped into memory: pages are read when they are touched.
///
/// A mapped file must not be changed in place or shortened while it is in use: what is read then is
/// undefined, and reading beyond its new end kills the process. Replacing it by renaming another file
/// over it, as `Files.write` does, is safe.
package final class FileBytes: @unchecked Sendable {
  // Unchecked because of the raw pointer: nobody writes through it.
  package let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Maps a file.
  ///
  /// - Throws: `io` for what cannot be opened or is no file, `outOfMemory` where there is no address
  ///   space for it.
  package init(mapping path: String) throws(HewnError) {
    let descriptor = SystemCalls.retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw Files.failure("cannot open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Files.failure("cannot read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HewnError(.io, "cannot map \(path): it is not a file")
    }
    let count = Int(status.st_size)
    isMapped = count > 0
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      start != MAP_FAILED
    else { throw HewnError(.outOfMemory, "cannot map \(path) of \(count) bytes") }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  /// Copies bytes to memory aligned as a mapped file is to 64 bytes.
  ///
  /// - Throws: `outOfMemory`.
  package init(copying source: [UInt8]) throws(HewnError) {
    isMapped = false
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, max(1, source.count)) == 0, let memory else {
      throw HewnError(.outOfMemory, "no memory for a file of \(source.count) bytes")
    }
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: source.count)
    buffer.copyBytes(from: source)
    bytes = UnsafeRawBufferPointer(buffer)
  }

  deinit {
    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    if isMapped {
      if let start { munmap(start, bytes.count) }
    } else {
      free(start)
    }
  }
}

/// Some bytes of a file that it keeps in memory.
package struct FileRegion: Sendable {
  private let file: FileBytes
  package let range: Range<Int>

  /// - Precondition: `range` lies inside the file.
  package init(_ file: FileBytes, _ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= file.bytes.count,
      "\(range) of \(file.bytes.count) bytes")
    self.file = file
    self.range = range
  }

  /// The bytes; valid while this region, or another of its file, lives.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

  /// Asks the system to read the bytes soon.
  package func prefetch() {
    #if os(Linux)
      guard let base = file.bytes.baseAddress, !range.isEmpty else { return }
      let page = Int(sysconf(Int32(_SC_PAGESIZE)))
      let first = range.lowerBound / page * page
      // Advice alone: where it is refused, pages are read when they are touched.
      _ = madvise(
        UnsafeMutableRawPointer(mutating: base + first), range.upperBound - first, MADV_WILLNEED)
    #endif
  }
}
