package import Tensors

extension Stream {
  /// Copies bytes to the GPU, and waits until they may be changed.
  package func upload(
    _ bytes: UnsafeRawBufferPointer, to buffer: borrowing Buffer, at offset: Int = 0
  ) throws(HewnError) {
    let address = try buffer.address(of: bytes.count, at: offset)
    guard !bytes.isEmpty else { return }
    try checkNoCapture()
    try context.check(functions.memcpyHtoDAsync) {
      $0(address, bytes.baseAddress, bytes.count, handle)
    }
    // The driver has copied ordinary memory aside by now, but not memory pinned by somebody else.
    try synchronize()
  }

  /// Copies bytes from the GPU when all work before is done, and waits for them.
  package func download(
    _ buffer: borrowing Buffer, at offset: Int = 0, into bytes: UnsafeMutableRawBufferPointer
  ) throws(HewnError) {
    let address = try buffer.address(of: bytes.count, at: offset)
    guard !bytes.isEmpty else { return }
    try checkNoCapture()
    try context.check(functions.memcpyDtoHAsync) {
      $0(bytes.baseAddress, address, bytes.count, handle)
    }
    try synchronize()
  }

  /// Copies bytes to the GPU. They may not be changed until the work is done.
  package func copy(
    _ byteCount: Int, from source: borrowing PinnedBuffer, fromOffset sourceOffset: Int = 0,
    to buffer: borrowing Buffer, toOffset offset: Int = 0
  ) throws(HewnError) {
    let from = try source.address(of: byteCount, at: sourceOffset)
    let address = try buffer.address(of: byteCount, at: offset)
    guard byteCount > 0 else { return }
    try context.check(functions.memcpyHtoDAsync) { $0(address, from, byteCount, handle) }
  }

  /// Copies bytes from the GPU. They are there when the work is done.
  package func copy(
    _ byteCount: Int, from buffer: borrowing Buffer, fromOffset offset: Int = 0,
    to destination: borrowing PinnedBuffer, toOffset destinationOffset: Int = 0
  ) throws(HewnError) {
    let address = try buffer.address(of: byteCount, at: offset)
    let to = try destination.address(of: byteCount, at: destinationOffset)
    guard byteCount > 0 else { return }
    try context.check(functions.memcpyDtoHAsync) { $0(to, address, byteCount, handle) }
  }

  /// Copies bytes within the GPU. The parts may not overlap.
  package func copy(
    _ byteCount: Int, from source: borrowing Buffer, fromOffset sourceOffset: Int = 0,
    to buffer: borrowing Buffer, toOffset offset: Int = 0
  ) throws(HewnError) {
    let from = try source.address(of: byteCount, at: sourceOffset)
    let address = try buffer.address(of: byteCount, at: offset)
    guard byteCount > 0 else { return }
    try context.check(functions.memcpyDtoDAsync) { $0(address, from, byteCount, handle) }
  }

  /// Sets all bytes of a buffer.
  package func fill(_ buffer: borrowing Buffer, withByte byte: UInt8) throws(HewnError) {
    let (address, byteCount) = (buffer.address, buffer.byteCount)
    guard byteCount > 0 else { return }
    try context.check(functions.memsetD8Async) { $0(address, byte, byteCount, handle) }
  }

  /// Sets words of four bytes.
  ///
  /// - Parameters:
  ///   - count: words; `nil` is all that fit behind `offset`.
  ///   - offset: in bytes, a multiple of 4.
  package func fill(
    _ buffer: borrowing Buffer, withWord word: UInt32, count: Int? = nil, at offset: Int = 0
  ) throws(HewnError) {
    let count = count ?? max(buffer.byteCount - offset, 0) / 4
    let (byteCount, overflows) = count.multipliedReportingOverflow(by: 4)
    guard !overflows, offset.isMultiple(of: 4) else {
      throw HewnError(.internal, "\(count) words at byte \(offset) cannot be filled")
    }
    let address = try buffer.address(of: byteCount, at: offset)
    guard count > 0 else { return }
    try context.check(functions.memsetD32Async) { $0(address, word, count, handle) }
  }

  /// A graph would read the caller's memory whenever it is launched, not now.
  private func checkNoCapture() throws(HewnError) {
    guard capturedModules == nil else {
      throw HewnError(.internal, "a copy of pageable memory cannot be captured: use a PinnedBuffer")
    }
  }
}
