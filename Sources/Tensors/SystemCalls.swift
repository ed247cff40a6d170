#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's calls, repeated where a signal interrupts them, under names that nothing shadows.
enum SystemCalls {
  /// Reads at a position, or where the descriptor stands when there is none, as in a pipe.
  static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at position: Int? = nil
  ) -> Int {
    retrying {
      if let position {
        return pread(descriptor, buffer.baseAddress, buffer.count, off_t(position))
      }
      #if canImport(Glibc)
        return Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        return Musl.read(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Darwin)
        return Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
    }
  }

  static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
    retrying {
      #if canImport(Glibc)
        Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        Musl.write(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Darwin)
        Darwin.write(descriptor, buffer.baseAddress, buffer.count)
      #endif
    }
  }

  /// Repeats a call until no signal interrupts it.
  static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// The last call's error in words.
  static var cause: String { String(cString: strerror(errno)) }
}
