/// The functions by which tests steer the fake driver and see what it did.

@c package func fakeSetVersion(_ version: Int32) {
  state.withLock { $0.behavior.version = version }
}

@c package func fakeSetDeviceCount(_ count: Int32) {
  state.withLock { $0.behavior.deviceCount = count }
}

@c package func fakeSetAttribute(_ attribute: Int32, _ value: Int32) {
  state.withLock { $0.behavior.attributes[attribute] = value }
}

@c package func fakeSetMemory(_ byteCount: Int) {
  state.withLock { $0.behavior.memoryByteLimit = byteCount }
}

/// Lets calls of a function fail, so many times, after some that succeed.
@c package func fakeFail(
  _ name: UnsafePointer<CChar>?, _ remaining: Int32, _ times: Int32, _ error: Int32
) {
  guard let name else { return }
  let symbol = String(cString: name)
  state.withLock {
    $0.behavior.failures[symbol] = (remaining: remaining, times: times, error: error)
  }
}

/// A text of what the driver has seen, one item a line: `0` calls, `1` launches, `2` faults, `3` what
/// nobody has given back.
///
/// - Returns: the bytes of the text, which is cut to `capacity`.
@c package func fakeReport(_ topic: Int32, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int)
  -> Int
{
  let lines = state.withLock { state in
    switch topic {
    case 0: state.calls
    case 1: state.launches
    case 2: state.faults
    default: state.things.values.filter(\.isOwned).map(\.kind).sorted()
    }
  }
  let bytes = Array(lines.joined(separator: "\n").utf8)
  if let text {
    for (index, byte) in bytes.prefix(capacity).enumerated() {
      text[index] = CChar(bitPattern: byte)
    }
  }
  return bytes.count
}
