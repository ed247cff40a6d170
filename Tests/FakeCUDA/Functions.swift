@c package func cuFuncGetAttribute(
  _ value: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ function: OpaquePointer?
) -> Int32 {
  call("cuFuncGetAttribute") { state in
    guard case .function(let target)? = state.things[handle(function)] else { return 400 }
    switch attribute {
    case 0: value?.pointee = 1024
    case 1: value?.pointee = 16
    case 3: value?.pointee = 0
    case 4: value?.pointee = 10
    case 8: value?.pointee = target.dynamicSharedLimit
    default: return 1
    }
    return 0
  }
}

@c package func cuFuncSetAttribute(_ function: OpaquePointer?, _ attribute: Int32, _ value: Int32)
  -> Int32
{
  call("cuFuncSetAttribute") { state in
    guard case .function(var target)? = state.things[handle(function)] else { return 400 }
    guard attribute == 8, value <= state.behavior.attributes[97] ?? 0 else { return 1 }
    target.dynamicSharedLimit = value
    state.things[handle(function)] = .function(target)
    return 0
  }
}

@c package func cuFuncGetParamInfo(
  _ function: OpaquePointer?, _ index: Int, _ offset: UnsafeMutablePointer<Int>?,
  _ byteCount: UnsafeMutablePointer<Int>?
) -> Int32 {
  call("cuFuncGetParamInfo") { state in
    guard case .function(let target)? = state.things[handle(function)] else { return 400 }
    guard index == 0, target.parameterByteCount > 0 else { return 1 }
    offset?.pointee = 0
    byteCount?.pointee = target.parameterByteCount
    return 0
  }
}

@c package func cuOccupancyMaxActiveBlocksPerMultiprocessor(
  _ count: UnsafeMutablePointer<Int32>?, _ function: OpaquePointer?, _ threadCount: Int32,
  _ sharedByteCount: Int
) -> Int32 {
  call("cuOccupancyMaxActiveBlocksPerMultiprocessor") { state in
    guard case .function? = state.things[handle(function)], threadCount > 0 else { return 400 }
    let shared = Int(state.behavior.attributes[81] ?? 0)
    count?.pointee = Int32(min(2048 / Int(threadCount), shared / max(sharedByteCount, 1)))
    return 0
  }
}

@c package func cuLaunchKernel(
  _ function: OpaquePointer?, _ x: UInt32, _ y: UInt32, _ z: UInt32, _ threadsX: UInt32,
  _ threadsY: UInt32, _ threadsZ: UInt32, _ sharedByteCount: UInt32, _ stream: OpaquePointer?,
  _ parameters: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ extra: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  call("cuLaunchKernel") { state in
    guard case .function(let target)? = state.things[handle(function)] else { return 400 }
    let threadCount = threadsX * threadsY * threadsZ
    guard
      x > 0, y > 0, z > 0, y < 65_536, z < 65_536, (1...1024).contains(threadCount),
      sharedByteCount <= target.dynamicSharedLimit,
      (target.parameterByteCount == 0) == (parameters == nil)
    else { return 1 }
    let arguments = Array(
      UnsafeRawBufferPointer(start: parameters?.pointee, count: target.parameterByteCount))
    let description =
      "\(target.name) grid \(x)x\(y)x\(z) threads \(threadsX)x\(threadsY)x\(threadsZ)"
      + " shared \(sharedByteCount) arguments \(arguments)"
    return state.enqueue(
      .launch(function: handle(function), arguments: arguments, description: description),
      on: stream)
  }
}

/// Writes what it was given, one after the other.
@c package func cuTensorMapEncodeTiled(
  _ map: UnsafeMutableRawPointer?, _ type: Int32, _ rank: UInt32,
  _ address: UnsafeMutableRawPointer?, _ extents: UnsafePointer<UInt64>?,
  _ strides: UnsafePointer<UInt64>?, _ box: UnsafePointer<UInt32>?,
  _ steps: UnsafePointer<UInt32>?, _ interleave: Int32, _ swizzle: Int32, _ promotion: Int32,
  _ fill: Int32
) -> Int32 {
  call("cuTensorMapEncodeTiled") { _ in
    guard
      let map, Int(bitPattern: map).isMultiple(of: 64), (1...5).contains(rank), let extents,
      let strides, let box, let steps
    else { return 1 }
    let count = Int(rank)
    var numbers = [UInt32(type), rank]
    numbers += (0..<count).map { UInt32(extents[$0]) }
    numbers += (0..<count - 1).map { UInt32(strides[$0]) }
    numbers += (0..<count).map { box[$0] } + (0..<count).map { steps[$0] }
    numbers += [UInt32(interleave), UInt32(swizzle), UInt32(promotion), UInt32(fill)]
    for (index, number) in numbers.prefix(32).enumerated() {
      map.storeBytes(of: number, toByteOffset: index * 4, as: UInt32.self)
    }
    for index in numbers.count..<max(numbers.count, 32) {
      map.storeBytes(of: 0, toByteOffset: index * 4, as: UInt32.self)
    }
    return 0
  }
}
