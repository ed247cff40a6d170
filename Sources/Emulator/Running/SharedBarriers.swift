/// The barriers (`mbarrier`) that a block has made in its shared memory.
///
/// Source: PTX ISA, "Parallel synchronization and communication instructions: mbarrier".
final class SharedBarriers {
  struct Barrier {
    var offset: Int
    /// Arrivals that a phase takes.
    var count: UInt32
    var pendingCount: UInt32
    /// Bytes that copies have yet to bring; below zero where they came before they were expected.
    var pendingBytes = 0
    /// Phases that are over.
    var phase: UInt32 = 0
    /// Who made it, in which instruction.
    var initialization: RaceDetector.Record
    var initializationPC: UInt32
    /// The epoch of its maker at the first `fence.mbarrier_init` behind; zero before.
    var fencedEpoch: UInt32 = 0
    /// What stands in clocks for the copies that end here.
    var carrier: Int
  }

  private let clocks: ClockLayout
  private let barriers: UnsafeMutablePointer<Barrier>
  private(set) var count: Int {
    get { counters[0] }
    set { counters[0] = newValue }
  }
  /// Barriers that are there, and that were made.
  private let counters: UnsafeMutablePointer<Int>
  /// For each barrier, what the arrivals of the current phase have done.
  private let arrivals: UnsafeMutablePointer<UInt32>
  /// For each barrier, what happened before the end of the last phase.
  private let completions: UnsafeMutablePointer<UInt32>
  /// Of each carrier, the epoch of copies that begin now; a new one begins with each phase.
  private let carrierEpochs: UnsafeMutablePointer<UInt32>

  /// A block has at most as many.
  static let limit = 1024

  init(clocks: ClockLayout, in arena: Arena) {
    self.clocks = clocks
    barriers = arena.allocate(byteCount: Self.limit * MemoryLayout<Barrier>.stride)
      .bindMemory(to: Barrier.self, capacity: Self.limit)
    counters = arena.allocate(Int.self, count: 2)
    arrivals = arena.allocate(UInt32.self, count: Self.limit * clocks.length)
    completions = arena.allocate(UInt32.self, count: Self.limit * clocks.length)
    carrierEpochs = arena.allocate(UInt32.self, count: ClockLayout.carriersOfBlock)
  }

  func reset() {
    counters.update(repeating: 0, count: 2)
    carrierEpochs.update(repeating: 1, count: ClockLayout.carriersOfBlock)
  }

  func index(at offset: Int) -> Int? {
    for index in 0..<count where barriers[index].offset == offset { return index }
    return nil
  }

  subscript(index: Int) -> Barrier { barriers[index] }

  func arrivals(of index: Int) -> UnsafeMutablePointer<UInt32> { arrivals + index * clocks.length }
  func completion(of index: Int) -> UnsafeMutablePointer<UInt32> {
    completions + index * clocks.length
  }

  /// Whether there was room for it.
  func add(
    at offset: Int, count arrivalCount: UInt32, _ initialization: RaceDetector.Record, pc: UInt32
  ) -> Bool {
    guard count < Self.limit else { return false }
    barriers[count] = Barrier(
      offset: offset, count: arrivalCount, pendingCount: arrivalCount,
      initialization: initialization, initializationPC: pc,
      carrier: counters[1] % ClockLayout.carriersOfBlock)
    arrivals(of: count).update(repeating: 0, count: clocks.length)
    completion(of: count).update(repeating: 0, count: clocks.length)
    count += 1
    counters[1] += 1
    return true
  }

  func remove(_ index: Int) {
    count -= 1
    barriers[index] = barriers[count]
    arrivals(of: index).update(from: arrivals(of: count), count: clocks.length)
    completion(of: index).update(from: completion(of: count), count: clocks.length)
  }

  /// `fence.mbarrier_init` by lanes of a warp, of the barriers that they have made.
  func fence(warp: Int, lanes: UInt32, epoch: UInt32) {
    for index in 0..<count {
      let maker = barriers[index].initialization
      guard maker.warp == warp, maker.lane < 32, lanes & (1 << UInt32(maker.lane)) != 0,
        barriers[index].fencedEpoch == 0
      else { continue }
      barriers[index].fencedEpoch = epoch
    }
  }

  /// Counts an arrival.
  ///
  /// - Returns: false where the phase had as many already.
  func arrive(_ index: Int) -> Bool {
    guard barriers[index].pendingCount > 0 else { return false }
    barriers[index].pendingCount -= 1
    return true
  }

  func expect(_ index: Int, byteCount: Int) { barriers[index].pendingBytes += byteCount }

  /// Lets the current phase end with a copy, so that whoever waits for it knows of the copy.
  ///
  /// - Parameter rank: of the barrier's block in its cluster.
  /// - Returns: what the copy's writes are known by.
  func carry(_ index: Int, rank: Int) -> (carrier: Int, epoch: UInt32) {
    let own = barriers[index].carrier
    let carrier = clocks.carrier(own, ofBlock: rank)
    let place = arrivals(of: index) + clocks.brought(carrier)
    place.pointee = max(place.pointee, carrierEpochs[own])
    return (carrier, carrierEpochs[own])
  }

  /// Ends the phase where everything that it waits for has come.
  func completesPhase(_ index: Int) -> Bool {
    guard barriers[index].pendingCount == 0, barriers[index].pendingBytes == 0 else {
      return false
    }
    barriers[index].pendingCount = barriers[index].count
    barriers[index].phase &+= 1
    carrierEpochs[barriers[index].carrier] += 1
    let (known, new) = (completion(of: index), arrivals(of: index))
    for number in 0..<clocks.length {
      known[number] = max(known[number], new[number])
      new[number] = 0
    }
    return true
  }
}
