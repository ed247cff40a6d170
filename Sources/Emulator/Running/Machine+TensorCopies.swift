internal import KernelIR

extension Machine {
  /// `cp.async.bulk.tensor`, lane by lane. The bytes arrive at once, and count at the barrier;
  /// where races are looked for, they are there for those who have waited for its phase. Those that
  /// go to several blocks are read once, and counted once.
  func copyTensors(_ i: Decoded, _ warp: WarpPointer, active: UInt32) throws(EmulatorFault) {
    for lane in Lanes(active) { try copyTensor(i, warp, lane: lane) }
  }

  private func copyTensor(_ i: Decoded, _ warp: WarpPointer, lane: Int) throws(EmulatorFault) {
    let table = operandTable + Int(i.pointee.target)
    let map = try tensorMap(table[1], i, warp, lane: lane)
    guard map.dimensionCount == Int(i.pointee.count) else {
      throw fault(
        .outOfBounds,
        "\(i.pointee.count) coordinates for a tensor of \(map.dimensionCount) dimensions",
        i, warp, lane: lane)
    }
    let target = Int(words(table[0], warp)[lane]) + i.pointee.immediate
    guard target.isMultiple(of: map.sharedAlignment) else {
      throw fault(
        .misaligned, "a box in shared memory begins at a multiple of \(map.sharedAlignment) bytes",
        i,
        warp, lane: lane, address: UInt64(max(0, target)))
    }
    let coordinates = (0..<map.dimensionCount).map {
      Int(Int32(bitPattern: words(table[3 + $0], warp)[lane]))
    }
    if i.pointee.variant == 0 {
      try bring(map, coordinates, to: target, i, warp, lane: lane)
    } else {
      let blocks = words(table[3 + map.dimensionCount], warp)[lane]
      guard blocks & 0xffff != 0 else {
        throw fault(.clusterMisuse, "a copy to no block", i, warp, lane: lane)
      }
      for number in Lanes(blocks & 0xffff) {
        try machine(number, i, warp, lane: lane)
          .bring(map, coordinates, to: target, i, warp, lane: lane)
      }
    }
    guard countsMemory else { return }
    let counter = counters + (i - code)
    counter.pointee.globalRequests += 1
    counter.pointee.globalSectors += UInt64((map.boxByteCount + 31) / 32)
    counter.pointee.globalBytes += UInt64(map.boxByteCount)
  }

  /// Copies a box to this block, for a warp of any block of the cluster.
  private func bring(
    _ map: TensorMap, _ coordinates: [Int], to target: Int, _ i: Decoded, _ warp: WarpPointer,
    lane: Int
  ) throws(EmulatorFault) {
    let table = operandTable + Int(i.pointee.target)
    let barrierOffset = Int(Int32(bitPattern: table[Int(i.pointee.sourceCount)]))
    try locateShared(
      table[2], plus: barrierOffset, byteCount: 8, i, warp, active: 1 << UInt32(lane))
    let barrier = try barrier(i, warp, lane: lane)
    if findsRaces { try checkFenced(barrier: barrier, i, warp, lane: lane) }
    try copyBox(map, coordinates, to: target, barrier: barrier, i, warp, lane: lane)
    sharedBarriers.expect(barrier, byteCount: -map.boxByteCount)
    completePhase(barrier)
  }

  private func copyBox(
    _ map: TensorMap, _ coordinates: [Int], to target: Int, barrier: Int, _ i: Decoded,
    _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) {
    var failure: EmulatorFault?
    warp.pointee.accessCount &+= 1
    let phase = findsRaces ? sharedBarriers.carry(barrier, rank: rank) : (carrier: 0, epoch: 0)
    let isComplete = map.copyBox(
      coordinates: coordinates, sharedAddress: target,
      readGlobal: { address, byteCount in
        do throws(EmulatorFault) {
          return try bytesOfTensor(at: address, byteCount, i, warp, lane: lane)
        } catch {
          failure = error
          return nil
        }
      },
      writeShared: { address, byteCount in
        do throws(EmulatorFault) {
          return try placeOfBox(at: address, byteCount, phase, i, warp, lane: lane)
        } catch {
          failure = error
          return nil
        }
      })
    if let failure { throw failure }
    precondition(isComplete, "a copy ends where its bytes are found")
  }

  private func tensorMap(
    _ operand: OperandOffset, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) -> TensorMap {
    let address = source(operand, warp.pointee.registers)
      .assumingMemoryBound(to: UInt64.self)[lane]
    let size = TensorMap.encodedByteCount
    try checkMapAlignment(address, i, warp, lane: lane)
    let bytes = try bytesOfTensor(at: address, size, i, warp, lane: lane)
    guard !findsRaces || fences.isMapFenced(at: address, warp, lane: lane) else {
      throw fault(
        .missingFence,
        "no fence.proxy.tensormap of this tensor map lies between the beginning of the block and "
          + "this copy", i, warp, lane: lane, address: address)
    }
    let words = (0..<size / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
    guard let map = TensorMap(encoded: words) else {
      throw fault(.outOfBounds, "no tensor map lies here", i, warp, lane: lane, address: address)
    }
    return map
  }

  /// `fence.proxy.tensormap`
  func fenceTensorMaps(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    let addresses = source(i.pointee.a, warp.pointee.registers)
      .assumingMemoryBound(to: UInt64.self)
    for lane in Lanes(active) {
      let address = addresses[lane] &+ UInt64(truncatingIfNeeded: i.pointee.immediate)
      try checkMapAlignment(address, i, warp, lane: lane)
      _ = try allocation(of: address, TensorMap.encodedByteCount, i, warp, lane: lane)
      if findsRaces { fences.fenceMap(at: address, warp, lane: lane) }
    }
  }

  private func checkMapAlignment(
    _ address: UInt64, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) {
    guard !address.isMultiple(of: UInt64(TensorMap.alignment)) else { return }
    throw fault(
      .misaligned, "a tensor map lies at a multiple of \(TensorMap.alignment) bytes", i, warp,
      lane: lane, address: address)
  }

  private func bytesOfTensor(
    at address: UInt64, _ byteCount: Int, _ i: Decoded, _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) -> UnsafeRawPointer {
    let view = try allocation(of: address, byteCount, i, warp, lane: lane)
    let offset = Int(address - view.address)
    if checksMemory, let initialized = view.initialized {
      for byte in offset..<offset + byteCount where initialized[byte] == 0 {
        throw fault(
          .uninitializedMemory, "nothing has written this byte of the tensor", i, warp, lane: lane,
          address: view.address + UInt64(byte))
      }
    }
    return UnsafeRawPointer(view.bytes ?? shared) + offset
  }

  private func placeOfBox(
    at address: Int, _ byteCount: Int, _ phase: (carrier: Int, epoch: UInt32), _ i: Decoded,
    _ warp: WarpPointer, lane: Int
  ) throws(EmulatorFault) -> UnsafeMutableRawPointer {
    let offset = address - Decoder.sharedBase
    guard offset >= 0, offset + byteCount <= sharedByteCount else {
      throw fault(
        .outOfBounds, "a box at byte \(offset) of \(sharedByteCount) of shared memory", i, warp,
        lane: lane, address: UInt64(max(0, address)))
    }
    if findsRaces { try noteBulkWrite(at: offset, byteCount, phase, i, warp, lane: lane) }
    if checksMemory { (sharedInitialized + offset).update(repeating: 1, count: byteCount) }
    return shared + offset
  }
}
