#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory of a machine, given back as a whole. What is never touched takes no memory of the system.
final class Arena {
  private var pieces: [UnsafeMutableRawPointer] = []
  /// Whether the system refused memory. What was to be allocated is then a place that must not be
  /// used.
  private(set) var isExhausted = false

  private static let alignment = 64

  deinit {
    for piece in pieces { free(piece) }
  }

  /// Zeros, at a multiple of 64 bytes.
  func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    guard !isExhausted, let piece = calloc(byteCount + Self.alignment, 1) else {
      isExhausted = true
      return Self.nowhere
    }
    pieces.append(piece)
    return piece.alignedUp(toMultipleOf: Self.alignment)
  }

  func allocate<Element: BitwiseCopyable>(
    _: Element.Type, count: Int
  ) -> UnsafeMutablePointer<Element> {
    allocate(byteCount: max(1, count) * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: max(1, count))
  }

  private static var nowhere: UnsafeMutableRawPointer {
    guard let pointer = UnsafeMutableRawPointer(bitPattern: alignment) else {
      preconditionFailure("an address that is not zero")
    }
    return pointer
  }
}
