package import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The memory of an emulated device: allocations at made-up addresses, with gaps between them, so
/// that an address outside of all is known to be one.
///
/// One thread at a time may allocate, free, read and write, and none while a kernel runs:
/// `Sendable` on that condition. The bytes are read and written by all threads that run blocks.
package final class GlobalMemory: @unchecked Sendable {
  // Unchecked: see above; kernels write through pointers, as those of a device do.

  /// By ascending address.
  private(set) var allocations: [Allocation] = []
  /// Whether allocations know which of their bytes were written.
  package let tracksInitialization: Bool
  private var nextAddress: UInt64 = 0x7_0000_0000

  /// The unit of addresses: that of the driver's own allocations.
  private static let alignment: UInt64 = 256
  /// The least number of bytes that no allocation has, after each.
  private static let gap: UInt64 = 1 << 16
  /// The greatest allocation.
  private static let byteLimit = 1 << 40

  package init(tracksInitialization: Bool = true) {
    self.tracksInitialization = tracksInitialization
  }

  deinit {
    for allocation in allocations { allocation.release() }
  }

  /// Makes an allocation, whose bytes are all ones (NaN in every float format) and count as not
  /// written.
  ///
  /// - Returns: its address, a multiple of 256.
  package func allocate(byteCount: Int) throws(HewnError) -> UInt64 {
    guard (0...Self.byteLimit).contains(byteCount) else {
      throw HewnError(.invalidArgument, "an allocation of \(byteCount) bytes")
    }
    try MemoryLimit.check(
      tracksInitialization ? 2 * byteCount : byteCount, for: "an emulated buffer")
    guard
      let allocation = Allocation(
        address: nextAddress, byteCount: byteCount, tracksInitialization: tracksInitialization)
    else {
      throw HewnError(.outOfMemory, "no memory for an emulated buffer of \(byteCount) bytes")
    }
    allocations.append(allocation)
    nextAddress += (UInt64(byteCount) + Self.gap + Self.alignment - 1) & ~(Self.alignment - 1)
    return allocation.address
  }

  /// Frees an allocation; its addresses are not used again.
  ///
  /// - Throws: `invalidArgument` where `address` is not the first of an allocation.
  package func free(_ address: UInt64) throws(HewnError) {
    guard let index = allocations.firstIndex(where: { $0.address == address }) else {
      throw HewnError(.invalidArgument, "no allocation starts at 0x\(String(address, radix: 16))")
    }
    allocations.remove(at: index).release()
  }

  /// Copies bytes of the host to the device.
  ///
  /// - Throws: `invalidArgument` where they do not lie in one allocation.
  package func write(_ bytes: UnsafeRawBufferPointer, to address: UInt64) throws(HewnError) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    let (allocation, offset) = try place(of: address, byteCount: bytes.count)
    memcpy(allocation.bytes + offset, source, bytes.count)
    if let initialized = allocation.initialized { memset(initialized + offset, 1, bytes.count) }
  }

  /// Copies bytes of the device to the host; those that nothing has written are all ones.
  ///
  /// - Throws: `invalidArgument` where they do not lie in one allocation.
  package func read(
    _ bytes: UnsafeMutableRawBufferPointer, from address: UInt64
  ) throws(HewnError) {
    guard let target = bytes.baseAddress, !bytes.isEmpty else { return }
    let (allocation, offset) = try place(of: address, byteCount: bytes.count)
    memcpy(target, allocation.bytes + offset, bytes.count)
  }

  /// Copies bytes from one place of the device to another, with what is known of them.
  ///
  /// - Throws: `invalidArgument` where either place does not lie in one allocation.
  package func copy(
    from source: UInt64, to target: UInt64, byteCount: Int
  ) throws(HewnError) {
    guard byteCount > 0 else { return }
    let (from, fromOffset) = try place(of: source, byteCount: byteCount)
    let (to, toOffset) = try place(of: target, byteCount: byteCount)
    memmove(to.bytes + toOffset, from.bytes + fromOffset, byteCount)
    if let initialized = to.initialized, let known = from.initialized {
      memmove(initialized + toOffset, known + fromOffset, byteCount)
    }
  }

  /// Makes all bytes of a place one value.
  ///
  /// - Throws: `invalidArgument` where they do not lie in one allocation.
  package func fill(
    _ address: UInt64, byteCount: Int, with byte: UInt8
  ) throws(HewnError) {
    guard byteCount > 0 else { return }
    let (allocation, offset) = try place(of: address, byteCount: byteCount)
    memset(allocation.bytes + offset, Int32(byte), byteCount)
    if let initialized = allocation.initialized { memset(initialized + offset, 1, byteCount) }
  }

  private func place(
    of address: UInt64, byteCount: Int
  ) throws(HewnError) -> (Allocation, offset: Int) {
    for allocation in allocations
    where address >= allocation.address && address - allocation.address < allocation.byteCount {
      let offset = address - allocation.address
      guard byteCount <= allocation.byteCount - offset else { break }
      return (allocation, Int(offset))
    }
    throw HewnError(
      .invalidArgument,
      "\(byteCount) bytes at 0x\(String(address, radix: 16)) do not lie in one allocation")
  }
}

extension GlobalMemory {
  /// Allocates memory that holds an array.
  package func allocate<Element: BitwiseCopyable>(
    _ elements: [Element]
  ) throws(HewnError) -> UInt64 {
    let address = try allocate(byteCount: elements.count * MemoryLayout<Element>.stride)
    try write(elements, to: address)
    return address
  }

  package func write<Element: BitwiseCopyable>(
    _ elements: [Element], to address: UInt64
  ) throws(HewnError) {
    let result = elements.withUnsafeBytes { bytes in
      Result { () throws(HewnError) in try write(bytes, to: address) }
    }
    try result.get()
  }

  /// An array of what lies at an address.
  package func read<Element: BitwiseCopyable>(
    _: Element.Type, count: Int, from address: UInt64
  ) throws(HewnError) -> [Element] {
    guard count > 0 else { return [] }
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * MemoryLayout<Element>.stride, alignment: 16)
    defer { bytes.deallocate() }
    try read(bytes, from: address)
    return Array(bytes.bindMemory(to: Element.self))
  }
}

/// One piece of global memory.
struct Allocation {
  var address: UInt64
  var byteCount: UInt64
  var bytes: UnsafeMutableRawPointer
  /// One for each byte that was written, where that is tracked.
  var initialized: UnsafeMutablePointer<UInt8>?

  /// Nil where the system has no memory.
  init?(address: UInt64, byteCount: Int, tracksInitialization: Bool) {
    // Accesses are of at most 16 aligned bytes; vectors of the host may read as far as a line.
    let size = (byteCount + 127) & ~63
    guard let bytes = aligned_alloc(64, size) else { return nil }
    memset(bytes, 0xff, size)
    self.address = address
    self.byteCount = UInt64(byteCount)
    self.bytes = bytes
    guard tracksInitialization else { return }
    guard let initialized = aligned_alloc(64, size) else {
      Self.release(bytes)
      return nil
    }
    memset(initialized, 0, size)
    self.initialized = initialized.assumingMemoryBound(to: UInt8.self)
  }

  func release() {
    Self.release(bytes)
    if let initialized { Self.release(initialized) }
  }

  private static func release(_ memory: UnsafeMutableRawPointer) {
    #if canImport(Glibc)
      Glibc.free(memory)
    #elseif canImport(Musl)
      Musl.free(memory)
    #elseif canImport(Darwin)
      Darwin.free(memory)
    #endif
  }
}
