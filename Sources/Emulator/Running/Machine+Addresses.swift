internal import KernelIR

extension Machine {
  // MARK: Shared memory

  /// Finds the lanes' accesses to shared memory, which must lie in it and be aligned.
  ///
  /// - Parameter address: the register with the lanes' addresses.
  @inline(__always)
  func locateShared(
    _ address: OperandOffset, plus immediate: Int, byteCount: Int, _ i: Decoded,
    _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let addresses = words(address, warp)
    let base = UInt32(truncatingIfNeeded: immediate - Decoder.sharedBase)
    let alignment = UInt32(truncatingIfNeeded: byteCount - 1)
    let end = UInt32(truncatingIfNeeded: max(0, sharedByteCount - byteCount + 1))
    var wrong = false
    if active == ~0 {
      for lane in 0..<32 {
        let offset = addresses[lane] &+ base
        wrong = wrong || offset >= end || offset & alignment != 0
        pointers[lane] = shared + Int(offset)
      }
    } else {
      for lane in Lanes(active) {
        let offset = addresses[lane] &+ base
        wrong = wrong || offset >= end || offset & alignment != 0
        pointers[lane] = shared + Int(offset)
      }
    }
    if wrong {
      try explainShared(addresses, immediate, byteCount, i, warp, active: active)
    }
  }

  private func explainShared(
    _ addresses: UnsafePointer<UInt32>, _ immediate: Int, _ byteCount: Int, _ i: Decoded,
    _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    for lane in Lanes(active) {
      let address = addresses[lane] &+ UInt32(truncatingIfNeeded: immediate)
      let offset = Int(address) - Decoder.sharedBase
      guard offset >= 0, offset + byteCount <= sharedByteCount else {
        throw fault(
          .outOfBounds,
          "\(byteCount) bytes at byte \(offset) of the block's \(sharedByteCount) bytes of shared "
            + "memory",
          i, warp, lane: lane, address: UInt64(address))
      }
      guard offset.isMultiple(of: byteCount) else {
        throw fault(
          .misaligned, "\(byteCount) bytes of shared memory at byte \(offset)", i, warp, lane: lane,
          address: UInt64(address))
      }
    }
  }

  // MARK: Global memory

  /// Finds the lanes' accesses to global memory, each of which must lie in one allocation and be
  /// aligned; and, where `tracks` and memory does, where it is noted what is initialized.
  @inline(__always)
  func locateGlobal(
    _ address: OperandOffset, plus immediate: Int, byteCount: Int, tracks: Bool, _ i: Decoded,
    _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let addresses = source(address, warp.pointee.registers).assumingMemoryBound(to: UInt64.self)
    let base = UInt64(truncatingIfNeeded: immediate)
    let view = warp.pointee.allocation
    let end =
      view.byteCount < UInt64(byteCount)
      ? 0 : view.byteCount - UInt64(truncatingIfNeeded: byteCount) + 1
    let alignment = UInt64(truncatingIfNeeded: byteCount - 1)
    guard let bytes = view.bytes else { preconditionFailure("a view has a place") }
    var wrong = false
    if active == ~0 {
      for lane in 0..<32 {
        let offset = addresses[lane] &+ base &- view.address
        wrong = wrong || offset >= end || offset & alignment != 0
        pointers[lane] = bytes + Int(truncatingIfNeeded: offset)
      }
    } else {
      for lane in Lanes(active) {
        let offset = addresses[lane] &+ base &- view.address
        wrong = wrong || offset >= end || offset & alignment != 0
        pointers[lane] = bytes + Int(truncatingIfNeeded: offset)
      }
    }
    if wrong {
      try locateAnywhere(addresses, base, byteCount, i, warp, active: active)
    } else if tracks && tracksGlobal, let initialized = view.initialized {
      for lane in Lanes(active) { known[lane] = initialized + (pointers[lane] - bytes) }
    }
  }

  /// The same for lanes whose accesses are not all in the allocation of the last access.
  private func locateAnywhere(
    _ addresses: UnsafePointer<UInt64>, _ base: UInt64, _ byteCount: Int, _ i: Decoded,
    _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    for lane in Lanes(active) {
      let address = addresses[lane] &+ base
      guard address & UInt64(byteCount - 1) == 0 else {
        throw fault(
          .misaligned, "\(byteCount) bytes of global memory", i, warp, lane: lane,
          address: address)
      }
      let view = try allocation(of: address, byteCount, i, warp, lane: lane)
      warp.pointee.allocation = view
      let offset = Int(address - view.address)
      pointers[lane] = (view.bytes ?? shared) + offset
      if let initialized = view.initialized { known[lane] = initialized + offset }
    }
  }

  /// The allocation that an access lies in as a whole.
  func allocation(
    of address: UInt64, _ byteCount: Int, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) -> AllocationView {
    // The last allocation that begins at or before the address.
    var (low, high) = (0, allocations.count)
    while low < high {
      let middle = (low + high) / 2
      if allocations[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    let description: String
    if low > 0 {
      let allocation = allocations[low - 1]
      let offset = address - allocation.address
      if offset < allocation.byteCount, UInt64(byteCount) <= allocation.byteCount - offset {
        return AllocationView(
          address: allocation.address, byteCount: allocation.byteCount, bytes: allocation.bytes,
          initialized: allocation.initialized)
      }
      description =
        "the allocation before it has \(allocation.byteCount) bytes, and this is byte \(offset)"
    } else {
      description = "no allocation lies before it"
    }
    throw fault(
      .outOfBounds, "\(byteCount) bytes of global memory: \(description)", i, warp, lane: lane,
      address: address)
  }

  // MARK: Initialized bytes

  /// Notes that the accesses found write their bytes.
  @inline(__always)
  func markGlobal(byteCount: Int, active: UInt32) {
    guard tracksGlobal else { return }
    for lane in Lanes(active) { Self.setAll(known[lane], byteCount) }
  }

  /// Finds accesses that read, and makes sure that their bytes were written.
  @inline(__always)
  func locateGlobalReads(
    _ address: OperandOffset, plus immediate: Int, byteCount: Int, _ i: Decoded,
    _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    try locateGlobal(
      address, plus: immediate, byteCount: byteCount, tracks: checksMemory, i, warp, active: active)
    if checksMemory {
      try checkGlobal(
        byteCount: byteCount, i, warp, active: active, address: address, plus: immediate)
    }
  }

  /// Makes sure that the bytes of the accesses found were written. Kept out of line: within its caller, it
  /// would take registers from every access.
  @inline(never)
  private func checkGlobal(
    byteCount: Int, _ i: Decoded, _ warp: WarpPointer, active: UInt32, address: OperandOffset,
    plus immediate: Int
  ) throws(EmulatorFault) {
    guard tracksGlobal else { return }
    for lane in Lanes(active) where !Self.areAllSet(known[lane], byteCount) {
      let addresses = source(address, warp.pointee.registers)
        .assumingMemoryBound(to: UInt64.self)
      throw fault(
        .uninitializedMemory, "nothing has written all of these \(byteCount) bytes", i, warp,
        lane: lane, address: addresses[lane] &+ UInt64(truncatingIfNeeded: immediate))
    }
  }

  @inline(__always)
  func markShared(byteCount: Int, active: UInt32) {
    for lane in Lanes(active) {
      Self.setAll(sharedInitialized + (pointers[lane] - shared), byteCount)
    }
  }

  func checkShared(
    byteCount: Int, _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    for lane in Lanes(active) {
      let offset = pointers[lane] - shared
      guard !Self.areAllSet(sharedInitialized + offset, byteCount) else { continue }
      throw fault(
        .uninitializedMemory, "nothing has written all of these \(byteCount) bytes", i, warp,
        lane: lane, address: UInt64(offset + Decoder.sharedBase))
    }
  }

  /// Makes as many bytes, a power of two up to 16 and aligned, 1.
  @inline(__always)
  private static func setAll(_ bytes: UnsafeMutablePointer<UInt8>, _ byteCount: Int) {
    let raw = UnsafeMutableRawPointer(bytes)
    let ones = 0x0101_0101_0101_0101 as UInt64
    switch byteCount {
    case 4: raw.storeBytes(of: UInt32(truncatingIfNeeded: ones), as: UInt32.self)
    case 2: raw.storeBytes(of: UInt16(truncatingIfNeeded: ones), as: UInt16.self)
    case 8: raw.storeBytes(of: ones, as: UInt64.self)
    default:
      raw.storeBytes(of: ones, as: UInt64.self)
      raw.storeBytes(of: ones, toByteOffset: 8, as: UInt64.self)
    }
  }

  /// Whether as many bytes, a power of two up to 16 and aligned, are all 1.
  @inline(__always)
  private static func areAllSet(_ bytes: UnsafeMutablePointer<UInt8>, _ byteCount: Int) -> Bool {
    let raw = UnsafeRawPointer(bytes)
    return switch byteCount {
    case 4: raw.load(as: UInt32.self) == 0x0101_0101
    case 2: raw.load(as: UInt16.self) == 0x0101
    case 8: raw.load(as: UInt64.self) == 0x0101_0101_0101_0101
    default:
      raw.load(as: UInt64.self) & raw.load(fromByteOffset: 8, as: UInt64.self)
        == 0x0101_0101_0101_0101
    }
  }
}
