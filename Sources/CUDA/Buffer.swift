package import Tensors

/// Memory of a GPU, freed with the value.
///
/// Work that uses it must have ended by then; freeing waits for none of it.
package struct Buffer: ~Copyable, Sendable {
  package let byteCount: Int
  /// Where it lies on the GPU; a multiple of 256.
  package let address: UInt64
  private let context: Context

  /// Allocates memory, with whatever was there before as its content.
  ///
  /// An empty buffer has an address too, so that kernels need no case for it.
  ///
  /// - Throws: `outOfMemory` when the GPU has too little left.
  package init(byteCount: Int, in context: Context) throws(HewnError) {
    precondition(byteCount >= 0, "a buffer of \(byteCount) bytes")
    var address: UInt64 = 0
    do {
      try context.check(context.functions.memAlloc) { $0(&address, max(byteCount, 1)) }
    } catch {
      guard error.code == .outOfMemory, let memory = try? context.memory() else { throw error }
      var error = error
      error.message +=
        "\n\(byteCount) bytes were asked for; \(memory.freeByteCount) of \(memory.byteCount) are free"
      throw error
    }
    self.byteCount = byteCount
    self.address = address
    self.context = context
  }

  deinit { context.release { context.functions.memFree.call(address) } }

  /// The address of a part, which must lie within the buffer.
  func address(of byteCount: Int, at offset: Int) throws(HewnError) -> UInt64 {
    try checkRange(byteCount, at: offset, in: self.byteCount)
    return address + UInt64(offset)
  }
}

/// Memory of the machine that the GPU reaches by itself, so that copies run beside the caller; freed
/// with the value. `Sendable`, as it has one owner.
package struct PinnedBuffer: ~Copyable, @unchecked Sendable {
  /// The memory, which lives as long as the value.
  package let bytes: UnsafeMutableRawBufferPointer
  private let context: Context

  /// Allocates memory, with whatever was there before as its content.
  ///
  /// - Throws: `outOfMemory` when the machine has too little left.
  package init(byteCount: Int, in context: Context) throws(HewnError) {
    precondition(byteCount >= 0, "a buffer of \(byteCount) bytes")
    var pointer: UnsafeMutableRawPointer?
    try context.check(context.functions.memHostAlloc) { $0(&pointer, max(byteCount, 1), 0) }
    bytes = UnsafeMutableRawBufferPointer(start: pointer, count: byteCount)
    self.context = context
  }

  deinit { context.release { context.functions.memFreeHost.call(bytes.baseAddress) } }

  package var byteCount: Int { bytes.count }

  /// The memory of a part, which must lie within the buffer.
  func address(of byteCount: Int, at offset: Int) throws(HewnError) -> UnsafeMutableRawPointer? {
    try checkRange(byteCount, at: offset, in: self.byteCount)
    return bytes.baseAddress?.advanced(by: offset)
  }
}

/// - Throws: `internal` when a part does not lie within a buffer.
private func checkRange(
  _ byteCount: Int, at offset: Int, in bufferByteCount: Int
) throws(HewnError) {
  let (end, overflows) = offset.addingReportingOverflow(byteCount)
  guard offset >= 0, byteCount >= 0, !overflows, end <= bufferByteCount else {
    throw HewnError(
      .internal,
      "\(byteCount) bytes at \(offset) do not lie within a buffer of \(bufferByteCount) bytes")
  }
}
