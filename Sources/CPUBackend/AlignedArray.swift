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
  /// What owns the elements, where they are part of a file; nobody writes them then.
  private let region: FileRegion?

  /// - Throws: `outOfMemory`.
  package convenience init(_ elements: [Element]) throws(HewnError) {
    try self.init(count: elements.count) { target in
      _ = target.initialize(fromContentsOf: elements)
    }
  }

  /// An array that is written in place.
  ///
  /// - Parameter initialize: writes the elements, all of whose bits are zero before.
  /// - Throws: `outOfMemory`.
  package init(
    count: Int, _ initialize: (UnsafeMutableBufferPointer<Element>) -> Void
  ) throws(HewnError) {
    self.count = count
    region = nil
    let byteCount = AlignedArrays.byteCount(count * MemoryLayout<Element>.stride)
    guard let memory = aligned_alloc(AlignedArrays.alignment, byteCount) else {
      throw HewnError(.outOfMemory, "no memory for \(byteCount) bytes of packed weights")
    }
    memset(memory, 0, byteCount)
    start = memory.bindMemory(to: Element.self, capacity: count)
    initialize(UnsafeMutableBufferPointer(start: start, count: count))
  }

  /// An array that stays where it is in a file.
  ///
  /// - Precondition: every pattern of bits is an element; the region starts at a multiple of 64 bytes
  ///   and holds the elements with their slack.
  package init(in region: FileRegion, count: Int) {
    precondition(
      region.range.lowerBound.isMultiple(of: AlignedArrays.alignment)
        && region.range.count >= AlignedArrays.byteCount(count * MemoryLayout<Element>.stride),
      "\(region.range) for \(count) elements")
    guard let base = UnsafeMutableRawPointer(mutating: region.bytes.baseAddress) else {
      preconditionFailure("a region without an address")
    }
    self.count = count
    self.region = region
    start = base.bindMemory(to: Element.self, capacity: count)
  }

  deinit { if region == nil { free(start) } }

  /// The first element; valid while the array lives. Steps hold their arrays, plans their steps,
  /// and sessions their plan.
  package var pointer: UnsafePointer<Element> { UnsafePointer(start) }
  package var byteCount: Int { count * MemoryLayout<Element>.stride }
}

/// How aligned arrays lie in memory and in files.
package enum AlignedArrays {
  package static let alignment = 64
  /// Readable bytes after the last element, so that kernels may load whole vectors.
  static let slackByteCount = 256

  /// The bytes of an array and its slack, given those of its elements: a multiple of the alignment.
  package static func byteCount(_ elementBytes: Int) -> Int {
    (elementBytes + slackByteCount).roundedUp(to: alignment)
  }
}
