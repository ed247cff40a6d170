/// The fences between the proxies of a block's memory: of what threads store before bulk copies
/// overwrite it, count bytes at a barrier, or `wgmma` reads it; and of the tensor maps that the
/// host wrote.
///
/// Source: PTX ISA, "Proxies" and "membar/fence".
final class ProxyFences {
  private let clocks: ClockLayout
  /// The block's number in its cluster.
  private let rank: Int
  /// For each warp of the block, what it knew at its last fence.
  private let snapshots: UnsafeMutablePointer<UInt32>
  /// Fences of single lanes concern the stores of these alone, in their epoch.
  private var partialLanes: [Fence: UInt32] = [:]
  private var mapFences: [MapFence: UInt32] = [:]

  /// A fence by its warp and epoch.
  private struct Fence: Hashable {
    var warp: Int
    var epoch: UInt32
  }

  /// The first fence of a tensor map by a warp of the block; its lanes are the value.
  private struct MapFence: Hashable {
    var address: UInt64
    var fence: Fence
  }

  init(clocks: ClockLayout, rank: Int, in arena: Arena) {
    self.clocks = clocks
    self.rank = rank
    snapshots = arena.allocate(UInt32.self, count: clocks.length * clocks.warpsOfBlock)
  }

  func reset() {
    snapshots.update(repeating: 0, count: clocks.length * clocks.warpsOfBlock)
    partialLanes.removeAll(keepingCapacity: true)
    mapFences.removeAll(keepingCapacity: true)
  }

  // MARK: Shared memory

  /// `fence.proxy.async` by lanes of a warp of the block, whose next epoch then begins.
  func fence(_ warp: UnsafeMutablePointer<Warp>, active: UInt32) {
    let (clock, own) = (warp.pointee.clock, warp.pointee.clockIndex)
    if active != warp.pointee.alive {
      partialLanes[Fence(warp: own, epoch: clock[own])] = active
    }
    for other in firstWarp..<firstWarp + clocks.warpsOfBlock {
      clock[clocks.fenced(other)] = max(clock[clocks.fenced(other)], clock[other])
    }
    snapshot(of: warp).update(from: clock, count: clocks.length)
    clock[own] += 1
  }

  /// Whether a fence lies between a write to the block's memory and an access by the asynchronous
  /// proxy that a warp of the cluster begins. The fence is one of a warp of the block behind its
  /// stores; or, of stores from other blocks and of copies, one of the warp itself.
  func isFenced(
    _ write: RaceDetector.Record, before warp: UnsafeMutablePointer<Warp>
  ) -> Bool {
    if write.bits == 0 || write.kind == .bulk { return true }
    let clock = warp.pointee.clock
    let isOfBlock = write.warp / clocks.warpsOfBlock == rank
    if isOfBlock, !write.isAsynchronous {
      let fenced = clock[clocks.fenced(write.warp)]
      guard fenced == write.epoch,
        let lanes = partialLanes[Fence(warp: write.warp, epoch: fenced)]
      else { return fenced >= write.epoch }
      return write.lane < 32 && lanes & (1 << UInt32(write.lane)) != 0
    }
    guard warp.pointee.clockIndex / clocks.warpsOfBlock == rank else { return false }
    let number = write.isAsynchronous ? clocks.brought(write.carrier) : write.warp
    return write.kind != .copying && write.epoch <= snapshot(of: warp)[number]
  }

  private var firstWarp: Int { rank * clocks.warpsOfBlock }

  private func snapshot(
    of warp: UnsafeMutablePointer<Warp>
  ) -> UnsafeMutablePointer<UInt32> {
    snapshots + warp.pointee.index * clocks.length
  }

  // MARK: Tensor maps

  /// `fence.proxy.tensormap` by lanes of a warp of the block.
  func fenceMap(at address: UInt64, _ warp: UnsafeMutablePointer<Warp>, lane: Int) {
    let own = warp.pointee.clockIndex
    let known = mapFences.first { $0.key.address == address && $0.key.fence.warp == own }
    let key =
      known?.key
      ?? MapFence(address: address, fence: Fence(warp: own, epoch: warp.pointee.clock[own]))
    mapFences[key, default: 0] |= 1 << UInt32(lane)
  }

  /// Whether such a fence lies before a copy that a lane of the block begins.
  func isMapFenced(at address: UInt64, _ warp: UnsafeMutablePointer<Warp>, lane: Int) -> Bool {
    let (clock, own) = (warp.pointee.clock, warp.pointee.clockIndex)
    return mapFences.contains { entry in
      let fence = entry.key.fence
      guard entry.key.address == address else { return false }
      return fence.warp == own
        ? fence.epoch < clock[own] || entry.value & (1 << UInt32(lane)) != 0
        : fence.epoch <= clock[fence.warp]
    }
  }
}
