internal import CLibFuzzer

extension [UInt8] {
  /// The bytes, changed by libFuzzer's own mutators, the dictionary's among them.
  func mutated(capacity: Int) -> [UInt8] {
    var bytes = self + [UInt8](repeating: 0, count: Swift.max(0, capacity - count))
    let size = bytes.withUnsafeMutableBufferPointer {
      LLVMFuzzerMutate($0.baseAddress, count, Swift.max(capacity, count))
    }
    bytes.removeLast(bytes.count - size)
    return bytes
  }

  /// Overwrites an aligned number by an interesting one.
  mutating func changeNumber(_ random: inout Random) {
    let size = [1, 4, 4, 8, 8][random.below(5)]
    guard count >= size else { return }
    let place = random.below(count / size) * size
    var old: UInt64 = 0
    for byte in (0..<size).reversed() { old = old << 8 | UInt64(self[place + byte]) }
    let new =
      size == 4 && random.once(in: 2)
      ? UInt64(random.floatBits())
      : UInt64(bitPattern: random.integer(insteadOf: Int64(bitPattern: old)))
    for byte in 0..<size { self[place + byte] = UInt8(truncatingIfNeeded: new >> (8 * byte)) }
  }
}

/// Changes an input of libFuzzer in place.
///
/// - Parameter mutate: gives the new bytes; those beyond `capacity` are cut off.
/// - Returns: the new size.
public func replaceInput(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, capacity: Int,
  by mutate: ([UInt8]) -> [UInt8]
) -> Int {
  let bytes = mutate(Array(UnsafeBufferPointer(start: data, count: size))).prefix(capacity)
  for (index, byte) in bytes.enumerated() { data[index] = byte }
  return bytes.count
}
