@c(cuMemGetInfo_v2) package func cuMemGetInfo(
  _ free: UnsafeMutablePointer<Int>?, _ total: UnsafeMutablePointer<Int>?
) -> Int32 {
  call("cuMemGetInfo_v2") { state in
    free?.pointee = state.behavior.memoryByteLimit - state.memoryByteCount
    total?.pointee = state.behavior.memoryByteLimit
    return 0
  }
}

@c(cuMemAlloc_v2) package func cuMemAlloc(
  _ address: UnsafeMutablePointer<UInt64>?, _ byteCount: Int
) -> Int32 {
  call("cuMemAlloc_v2") { state in
    if state.invalidateCaptures() { return 900 }
    guard byteCount > 0 else { return 1 }
    guard state.memoryByteCount + byteCount <= state.behavior.memoryByteLimit else { return 2 }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 256)
    memory.initializeMemory(as: UInt8.self, repeating: 0xa5)
    address?.pointee = UInt64(UInt(bitPattern: memory.baseAddress))
    state.things[UInt(bitPattern: memory.baseAddress)] = .memory(memory)
    return 0
  }
}

@c(cuMemFree_v2) package func cuMemFree(_ address: UInt64) -> Int32 {
  call("cuMemFree_v2") { state in
    if state.invalidateCaptures() { return 900 }
    guard case .memory(let memory)? = state.things.removeValue(forKey: UInt(address)) else {
      state.faults.append("cuMemFree of what is not allocated")
      return 1
    }
    memory.deallocate()
    return 0
  }
}

@c package func cuMemHostAlloc(
  _ memory: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ byteCount: Int, _ flags: UInt32
) -> Int32 {
  call("cuMemHostAlloc") { state in
    guard byteCount > 0 else { return 1 }
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 4096)
    bytes.initializeMemory(as: UInt8.self, repeating: 0xa5, count: byteCount)
    memory?.pointee = bytes
    state.things[UInt(bitPattern: bytes)] = .hostMemory(bytes)
    return 0
  }
}

@c package func cuMemFreeHost(_ memory: UnsafeMutableRawPointer?) -> Int32 {
  call("cuMemFreeHost") { state in
    guard
      case .hostMemory(let bytes)? = state.things.removeValue(forKey: UInt(bitPattern: memory))
    else {
      state.faults.append("cuMemFreeHost of what is not allocated")
      return 1
    }
    bytes.deallocate()
    return 0
  }
}

extension State {
  /// Whether bytes lie within one allocation.
  func isMemory(_ address: UInt64, _ byteCount: Int) -> Bool {
    things.values.contains { thing in
      guard case .memory(let bytes) = thing else { return false }
      let start = UInt64(UInt(bitPattern: bytes.baseAddress))
      return address >= start && address + UInt64(byteCount) <= start + UInt64(bytes.count)
    }
  }
}

@c(cuMemcpyHtoDAsync_v2) package func cuMemcpyHtoDAsync(
  _ address: UInt64, _ source: UnsafeRawPointer?, _ byteCount: Int, _ stream: OpaquePointer?
) -> Int32 {
  call("cuMemcpyHtoDAsync_v2") { state in
    guard state.isMemory(address, byteCount) else { return 1 }
    let from = UInt64(UInt(bitPattern: source))
    return state.enqueue(.copy(to: address, from: from, byteCount: byteCount), on: stream)
  }
}

@c(cuMemcpyDtoHAsync_v2) package func cuMemcpyDtoHAsync(
  _ destination: UnsafeMutableRawPointer?, _ address: UInt64, _ byteCount: Int,
  _ stream: OpaquePointer?
) -> Int32 {
  call("cuMemcpyDtoHAsync_v2") { state in
    guard state.isMemory(address, byteCount) else { return 1 }
    let to = UInt64(UInt(bitPattern: destination))
    return state.enqueue(.copy(to: to, from: address, byteCount: byteCount), on: stream)
  }
}

@c(cuMemcpyDtoDAsync_v2) package func cuMemcpyDtoDAsync(
  _ to: UInt64, _ from: UInt64, _ byteCount: Int, _ stream: OpaquePointer?
) -> Int32 {
  call("cuMemcpyDtoDAsync_v2") { state in
    guard state.isMemory(to, byteCount), state.isMemory(from, byteCount) else { return 1 }
    return state.enqueue(.copy(to: to, from: from, byteCount: byteCount), on: stream)
  }
}

@c package func cuMemsetD8Async(
  _ address: UInt64, _ byte: UInt8, _ count: Int, _ stream: OpaquePointer?
) -> Int32 {
  call("cuMemsetD8Async") { state in
    guard state.isMemory(address, count) else { return 1 }
    return state.enqueue(.fill(address, bytes: [byte], count: count), on: stream)
  }
}

@c package func cuMemsetD32Async(
  _ address: UInt64, _ word: UInt32, _ count: Int, _ stream: OpaquePointer?
) -> Int32 {
  call("cuMemsetD32Async") { state in
    guard address.isMultiple(of: 4), state.isMemory(address, count * 4) else { return 1 }
    let bytes = withUnsafeBytes(of: word) { Array($0) }
    return state.enqueue(.fill(address, bytes: bytes, count: count), on: stream)
  }
}
