@c package func cuInit(_ flags: UInt32) -> Int32 {
  call("cuInit", needsContext: false) { state in
    guard state.behavior.deviceCount > 0 else { return 100 }
    state.isInitialized = true
    return 0
  }
}

@c package func cuDriverGetVersion(_ version: UnsafeMutablePointer<Int32>?) -> Int32 {
  call("cuDriverGetVersion", needsContext: false) { state in
    version?.pointee = state.behavior.version
    return 0
  }
}

private let errorNames: [Int32: (name: StaticString, text: StaticString)] = [
  1: ("CUDA_ERROR_INVALID_VALUE", "invalid argument"),
  2: ("CUDA_ERROR_OUT_OF_MEMORY", "out of memory"),
  3: ("CUDA_ERROR_NOT_INITIALIZED", "initialization error"),
  100: ("CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"),
  201: ("CUDA_ERROR_INVALID_CONTEXT", "invalid device context"),
  209: ("CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution"),
  218: ("CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"),
  222: ("CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX has an unsupported version"),
  400: ("CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"),
  500: ("CUDA_ERROR_NOT_FOUND", "named symbol not found"),
  700: ("CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"),
  900: (
    "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"
  ),
  901: ("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error"),
]

private func write(
  _ text: StaticString?, to result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Int32 {
  guard let text else { return 1 }
  text.utf8Start.withMemoryRebound(to: CChar.self, capacity: text.utf8CodeUnitCount + 1) {
    result?.pointee = $0
  }
  return 0
}

@c package func cuGetErrorName(
  _ error: Int32, _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Int32 {
  write(errorNames[error]?.name, to: text)
}

@c package func cuGetErrorString(
  _ error: Int32, _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Int32 {
  write(errorNames[error]?.text, to: text)
}

@c package func cuDeviceGetCount(_ count: UnsafeMutablePointer<Int32>?) -> Int32 {
  call("cuDeviceGetCount", needsContext: false) { state in
    count?.pointee = state.behavior.deviceCount
    return 0
  }
}

@c package func cuDeviceGet(_ device: UnsafeMutablePointer<Int32>?, _ ordinal: Int32) -> Int32 {
  call("cuDeviceGet", needsContext: false) { state in
    guard (0..<state.behavior.deviceCount).contains(ordinal) else { return 101 }
    // Not the ordinal, so that mixing them up shows.
    device?.pointee = 70 + ordinal
    return 0
  }
}

private func isDevice(_ device: Int32, _ state: borrowing State) -> Bool {
  (70..<70 + state.behavior.deviceCount).contains(device)
}

@c package func cuDeviceGetName(
  _ name: UnsafeMutablePointer<CChar>?, _ length: Int32, _ device: Int32
) -> Int32 {
  call("cuDeviceGetName", needsContext: false) { state in
    guard isDevice(device, state), let name, length > 0 else { return 101 }
    let text = "Fake H\(device)0".utf8CString.prefix(Int(length))
    for (index, character) in text.enumerated() { name[index] = character }
    return 0
  }
}

@c(cuDeviceTotalMem_v2) package func cuDeviceTotalMem(
  _ byteCount: UnsafeMutablePointer<Int>?, _ device: Int32
)
  -> Int32
{
  call("cuDeviceTotalMem_v2", needsContext: false) { state in
    guard isDevice(device, state) else { return 101 }
    byteCount?.pointee = state.behavior.memoryByteLimit
    return 0
  }
}

@c package func cuDeviceGetAttribute(
  _ value: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ device: Int32
) -> Int32 {
  call("cuDeviceGetAttribute", needsContext: false) { state in
    guard isDevice(device, state) else { return 101 }
    guard let known = state.behavior.attributes[attribute] else { return 1 }
    value?.pointee = known
    return 0
  }
}

@c package func cuDevicePrimaryCtxRetain(
  _ context: UnsafeMutablePointer<OpaquePointer?>?, _ device: Int32
) -> Int32 {
  call("cuDevicePrimaryCtxRetain", needsContext: false) { state in
    guard isDevice(device, state) else { return 101 }
    let handle = state.contextHandle ?? state.add(.context)
    state.contextHandle = handle
    state.contextCount += 1
    context?.pointee = pointer(handle)
    return 0
  }
}

@c(cuDevicePrimaryCtxRelease_v2) package func cuDevicePrimaryCtxRelease(_ device: Int32) -> Int32 {
  call("cuDevicePrimaryCtxRelease_v2", needsContext: false) { state in
    guard isDevice(device, state), let handle = state.contextHandle else { return 201 }
    state.contextCount -= 1
    guard state.contextCount == 0 else { return 0 }
    state.contextHandle = nil
    state.things[handle] = nil
    if state.things.values.contains(where: \.isOwned) {
      state.faults.append("the context was released before what is in it")
    }
    return 0
  }
}

@c(cuCtxPushCurrent_v2) package func cuCtxPushCurrent(_ context: OpaquePointer?) -> Int32 {
  call("cuCtxPushCurrent_v2", needsContext: false) { state in
    guard handle(context) == state.contextHandle else { return 201 }
    state.current.append(handle(context))
    return 0
  }
}

@c(cuCtxPopCurrent_v2) package func cuCtxPopCurrent(
  _ context: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  call("cuCtxPopCurrent_v2", needsContext: false) { state in
    guard let handle = state.current.popLast() else { return 201 }
    context?.pointee = pointer(handle)
    return 0
  }
}
