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
  }

  private let clockCount: Int
  private let barriers: UnsafeMutablePointer<Barrier>
  private(set) var count: Int {
    get { counter.pointee }
    set { counter.pointee = newValue }
  }
  private let counter: UnsafeMutablePointer<Int>
  /// For each barrier, what the arrivals of the current phase have done.
  private let arrivals: UnsafeMutablePointer<UInt32>
  /// For each barrier, what happened before the end of the last phase.
  private let completions: UnsafeMutablePointer<UInt32>

  /// A block has at most as many.
  static let limit = 1024

  /// - Parameter clockCount: warps that arrive.
  init(clockCount: Int, in arena: Arena) {
    self.clockCount = clockCount
    barriers = arena.allocate(byteCount: Self.limit * MemoryLayout<Barrier>.stride)
      .bindMemory(to: Barrier.self, capacity: Self.limit)
    counter = arena.allocate(Int.self, count: 1)
    arrivals = arena.allocate(UInt32.self, count: Self.limit * clockCount)
    completions = arena.allocate(UInt32.self, count: Self.limit * clockCount)
  }

  func reset() { count = 0 }

  func index(at offset: Int) -> Int? {
    for index in 0..<count where barriers[index].offset == offset { return index }
    return nil
  }

  subscript(index: Int) -> Barrier { barriers[index] }

  func arrivals(of index: Int) -> UnsafeMutablePointer<UInt32> { arrivals + index * clockCount }
  func completion(of index: Int) -> UnsafeMutablePointer<UInt32> {
    completions + index * clockCount
  }

  /// Whether there was room for it.
  func add(at offset: Int, count arrivalCount: UInt32) -> Bool {
    guard count < Self.limit else { return false }
    barriers[count] = Barrier(offset: offset, count: arrivalCount, pendingCount: arrivalCount)
    arrivals(of: count).update(repeating: 0, count: clockCount)
    completion(of: count).update(repeating: 0, count: clockCount)
    count += 1
    return true
  }

  func remove(_ index: Int) {
    count -= 1
    barriers[index] = barriers[count]
    arrivals(of: index).update(from: arrivals(of: count), count: clockCount)
    completion(of: index).update(from: completion(of: count), count: clockCount)
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

  /// Ends the phase where everything that it waits for has come.
  func completesPhase(_ index: Int) -> Bool {
    guard barriers[index].pendingCount == 0, barriers[index].pendingBytes == 0 else {
      return false
    }
    barriers[index].pendingCount = barriers[index].count
    barriers[index].phase &+= 1
    for warp in 0..<clockCount {
      let known = completion(of: index)
      known[warp] = max(known[warp], arrivals(of: index)[warp])
      arrivals(of: index)[warp] = 0
    }
    return true
  }
}
