/// What a warp's warpgroup products have begun and no thread has waited for.
///
/// Products run in their own time: until `wgmma.wait_group` their sums may neither be read nor
/// written, their A in registers not be written, and shared memory that they read not be
/// overwritten. Before the first product, `wgmma.fence` orders them behind earlier writes of these
/// registers, and `fence.proxy.async` behind earlier stores to shared memory.
///
/// Source: PTX ISA, "Asynchronous warpgroup level matrix instructions".
final class WarpgroupTracker {
  /// What is known of a unit of a warp's registers.
  struct Unit {
    /// One more than the group of the products that add to it, or read it; zero without.
    var addingGroup: UInt32 = 0
    var readingGroup: UInt32 = 0
    /// Whether it was written since the last fence.
    var isUnfenced = false
  }

  /// A line of 16 bytes of shared memory that products read.
  struct Reading {
    var offset: UInt32
    var group: UInt32
  }

  /// What is known of a warp.
  struct State {
    /// Groups that were committed.
    var committed: UInt32 = 0
    /// Whether products may be unfinished.
    var isPending = false
    /// The last epoch whose stores the warp itself has fenced.
    var fencedEpoch: UInt32 = 0
  }

  private let unitCount: Int
  private let warpCount: Int
  /// The number of the block's first warp in clocks, and what clocks count.
  private let firstClock: Int
  private let clockCount: Int
  private let units: UnsafeMutablePointer<Unit>
  private let readings: UnsafeMutablePointer<[Reading]>
  let states: UnsafeMutablePointer<State>
  /// For each warp, what it knew of others' epochs at its last fence of shared memory.
  private let fenceClocks: UnsafeMutablePointer<UInt32>

  init(unitCount: Int, warpCount: Int, firstClock: Int, clockCount: Int, in arena: Arena) {
    self.unitCount = unitCount
    self.warpCount = warpCount
    self.firstClock = firstClock
    self.clockCount = clockCount
    units = arena.allocate(Unit.self, count: unitCount * warpCount)
    states = arena.allocate(State.self, count: warpCount)
    fenceClocks = arena.allocate(UInt32.self, count: clockCount * warpCount)
    readings = .allocate(capacity: warpCount)
    readings.initialize(repeating: [], count: warpCount)
  }

  deinit {
    readings.deinitialize(count: warpCount)
    readings.deallocate()
  }

  func reset() {
    units.update(repeating: Unit(), count: unitCount * warpCount)
    states.update(repeating: State(), count: warpCount)
    fenceClocks.update(repeating: 0, count: clockCount * warpCount)
    for warp in 0..<warpCount { readings[warp].removeAll(keepingCapacity: true) }
  }

  func units(of warp: Int) -> UnsafeMutablePointer<Unit> { units + warp * unitCount }

  // MARK: Products

  func read(_ offset: Int, warp: Int) {
    readings[warp].append(Reading(offset: UInt32(offset), group: states[warp].committed))
  }

  /// `wgmma.fence`
  func fence(_ warp: Int) {
    let units = units(of: warp)
    for unit in 0..<unitCount { units[unit].isUnfenced = false }
  }

  /// `wgmma.wait_group`: all but the last `unfinished` groups are done.
  ///
  /// - Parameter body: is given the lines that they have read.
  func wait(_ warp: Int, unfinished: UInt32, _ body: (Int) -> Void) {
    let committed = states[warp].committed
    guard committed >= unfinished else { return }
    let done = committed - unfinished
    let units = units(of: warp)
    var isPending = false
    for unit in 0..<unitCount {
      if units[unit].addingGroup <= done { units[unit].addingGroup = 0 }
      if units[unit].readingGroup <= done { units[unit].readingGroup = 0 }
      isPending = isPending || units[unit].addingGroup != 0 || units[unit].readingGroup != 0
    }
    readings[warp].removeAll { reading in
      guard reading.group < done else { return false }
      body(Int(reading.offset))
      return true
    }
    states[warp].isPending = isPending
  }

  // MARK: Fences of shared memory

  /// `fence.proxy.async`
  func fenceMemory(_ warp: Int, clock: UnsafeMutablePointer<UInt32>) {
    states[warp].fencedEpoch = clock[firstClock + warp]
    (fenceClocks + warp * clockCount).update(from: clock, count: clockCount)
  }

  /// Whether a fence lies between a write and a product of a warp, which happens after the write:
  /// by the warp that wrote, if it is of this block, as the fence concerns its own block's memory; or by the
  /// one that multiplies once it knew of the write.
  func isFenced(_ write: RaceDetector.Record, before warp: Int) -> Bool {
    if write.bits == 0 || write.lane == RaceDetector.Record.bulkCopy { return true }
    let writer = write.warp - firstClock
    return (0..<warpCount).contains(writer) && write.epoch <= states[writer].fencedEpoch
      || write.epoch <= fenceClocks[warp * clockCount + write.warp]
  }
}
