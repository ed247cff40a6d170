/// What a warp's warpgroup products have begun and no thread has waited for.
///
/// Products run in their own time: until `wgmma.wait_group` their sums may neither be read nor
/// written, their A in registers not be written, and shared memory that they read not be
/// overwritten. Before a product, `wgmma.fence` orders it behind earlier accesses to its registers,
/// those of other products of its shape to the sums apart; and `fence.proxy.async` behind earlier
/// stores to shared memory (``ProxyFences``).
///
/// Source: PTX ISA, "Asynchronous warpgroup level matrix instructions".
final class WarpgroupTracker {
  /// What is known of a unit of a warp's registers.
  struct Unit {
    /// One more than the group of the products that add to it, or read it; zero without.
    var addingGroup: UInt32 = 0
    var readingGroup: UInt32 = 0
    /// Whether it was accessed since the last fence, or there was none.
    var isUnfenced = true
    /// The shape of the products that it was a sum of since the last fence; zero without.
    var shape: UInt16 = 0
  }

  /// What is known of a warp.
  struct State {
    /// Groups that were committed.
    var committed: UInt32 = 0
    /// Whether products may be unfinished.
    var isPending = false
  }

  private let unitCount: Int
  private let warpCount: Int
  private let lineCount: Int
  private let units: UnsafeMutablePointer<Unit>
  let states: UnsafeMutablePointer<State>
  /// For each warp, the lines of 16 bytes that its unfinished products read.
  private let readings: UnsafeMutablePointer<[UInt32]>
  /// For each warp and line, one more than the last group whose products read it; zero without.
  private let readingGroups: UnsafeMutablePointer<UInt32>

  /// - Parameter sharedByteCount: of the memory that is followed.
  init(unitCount: Int, warpCount: Int, sharedByteCount: Int, in arena: Arena) {
    self.unitCount = unitCount
    self.warpCount = warpCount
    lineCount = (sharedByteCount + 15) / 16
    units = arena.allocate(Unit.self, count: unitCount * warpCount)
    states = arena.allocate(State.self, count: warpCount)
    readingGroups = arena.allocate(UInt32.self, count: lineCount * warpCount)
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
    readingGroups.update(repeating: 0, count: lineCount * warpCount)
    for warp in 0..<warpCount { readings[warp].removeAll(keepingCapacity: true) }
  }

  func units(of warp: Int) -> UnsafeMutablePointer<Unit> { units + warp * unitCount }

  // MARK: Products

  /// Notes that a product of the current group reads a line.
  func read(_ offset: Int, warp: Int) {
    let line = offset / 16
    let group = readingGroups + (warp * lineCount + line)
    if group.pointee == 0 { readings[warp].append(UInt32(line)) }
    group.pointee = states[warp].committed + 1
  }

  /// `wgmma.fence`
  func fence(_ warp: Int) {
    let units = units(of: warp)
    for unit in 0..<unitCount {
      units[unit].isUnfenced = false
      units[unit].shape = 0
    }
  }

  /// `wgmma.wait_group`: all but the last `unfinished` groups are done.
  ///
  /// - Parameter body: is given the lines that they have read and no later group reads.
  func wait(_ warp: Int, unfinished: UInt32, _ body: (_ offset: Int) -> Void) {
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
    let groups = readingGroups + warp * lineCount
    readings[warp].removeAll { line in
      guard groups[Int(line)] <= done else { return false }
      groups[Int(line)] = 0
      body(Int(line) * 16)
      return true
    }
    states[warp].isPending = isPending
  }
}
