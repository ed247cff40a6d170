#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

package import Tensors

/// An immutable array at a fixed, 64-byte aligned address, for what kernels read by pointer.
package final class AlignedArray<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Unchecked because of the raw pointer: elements are written in `init` only.
  package let count: Int
  private let start: UnsafeMutablePointer<Element>

  /// Elements of readable slack after the end, so that kernels may load a whole vector.
  private static var slack: Int { 64 }

  /// - Throws: `outOfMemory`.
  package init(_ elements: [Element]) throws(HewnError) {
    count = elements.count
    let byteCount = ((count + Self.slack) * MemoryLayout<Element>.stride).roundedUp(to: 64)
    guard let memory = aligned_alloc(64, byteCount) else {
      throw HewnError(.outOfMemory, "no memory for \(byteCount) bytes of packed weights")
    }
    memset(memory, 0, byteCount)
    start = memory.bindMemory(to: Element.self, capacity: count + Self.slack)
    elements.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.update(from: base, count: source.count) }
    }
  }

  deinit { free(start) }

  /// The first element; valid while the array lives. Steps hold their arrays, plans their steps,
  /// and sessions their plan.
  package var pointer: UnsafePointer<Element> { UnsafePointer(start) }
  package var byteCount: Int { count * MemoryLayout<Element>.stride }
}
