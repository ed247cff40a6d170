package import KernelIR

extension TensorMap {
  /// Copies a box from global to shared memory, as `cp.async.bulk.tensor` does: rows of elements
  /// along dimension 0, one after another, swizzled; elements outside of the tensor are zero.
  ///
  /// - Parameters:
  ///   - coordinates: the box's first element, innermost first; may lie outside of the tensor.
  ///   - sharedAddress: the box's address in shared memory, a multiple of
  ///     ``TensorMap/sharedAlignment``.
  ///   - readGlobal: gives the bytes at an address of global memory, or `nil` where there are none.
  ///   - writeShared: gives 16 bytes of shared memory to write to, at a multiple of 16, or `nil`
  ///     where there are none.
  /// - Returns: false where there was no memory; some of the box may then have been written.
  @discardableResult
  package func copyBox(
    coordinates: [Int], sharedAddress: Int,
    readGlobal: (_ address: UInt64, _ byteCount: Int) -> UnsafeRawPointer?,
    writeShared: (_ address: Int, _ byteCount: Int) -> UnsafeMutableRawPointer?
  ) -> Bool {
    precondition(coordinates.count == dimensionCount, "a coordinate for each dimension")
    let counts = copiedCounts
    let rowByteCount = counts[0] * type.byteCount
    // The elements of a row that lie within the tensor.
    let first = min(max(0, -coordinates[0]), counts[0])
    let end = min(max(first, extents[0] - coordinates[0]), counts[0])
    let inside = first * type.byteCount..<end * type.byteCount

    for row in 0..<counts.dropFirst().reduce(1, *) {
      let source = rowAddress(row, coordinates, counts)
      for chunk in stride(from: 0, to: rowByteCount, by: 16) {
        let linear = sharedAddress + row * sharedRowByteCount + chunk
        guard let target = writeShared(swizzle.apply(to: linear), 16) else { return false }
        target.initializeMemory(as: UInt8.self, repeating: 0, count: 16)
        let part = inside.clamped(to: chunk..<chunk + 16)
        guard let source, !part.isEmpty else { continue }
        let address = source &+ UInt64(bitPattern: Int64(part.lowerBound))
        guard let bytes = readGlobal(address, part.count) else { return false }
        (target + (part.lowerBound - chunk)).copyMemory(from: bytes, byteCount: part.count)
      }
    }
    return true
  }

  /// Where a row of the box begins in global memory, or would begin where its first elements lie
  /// outside; `nil` where all of it does.
  private func rowAddress(_ row: Int, _ coordinates: [Int], _ counts: [Int]) -> UInt64? {
    var rest = row
    var offset = coordinates[0] * type.byteCount
    for dimension in 1..<max(dimensionCount, 1) {
      let index = coordinates[dimension] + rest % counts[dimension] * elementStrides[dimension]
      rest /= counts[dimension]
      guard (0..<extents[dimension]).contains(index) else { return nil }
      // Wraps where the tensor is larger than memory, whose reader then has nothing there.
      offset &+= index &* byteStrides[dimension - 1]
    }
    return address &+ UInt64(bitPattern: Int64(offset))
  }
}
