/// The asynchronous copies whose end no thread has waited for, so that memory that is accessed too
/// early is found.
final class PendingCopies {
  struct Copy {
    var offset: UInt32
    /// The group of the thread's that it is part of.
    var group: UInt32
    var byteCount: UInt8
    var lane: UInt8
  }

  /// Of each warp, in the order in which they began.
  private let copies: UnsafeMutablePointer<[Copy]>
  private let warpCount: Int

  init(warpCount: Int) {
    self.warpCount = warpCount
    copies = .allocate(capacity: warpCount)
    copies.initialize(repeating: [], count: warpCount)
  }

  deinit {
    copies.deinitialize(count: warpCount)
    copies.deallocate()
  }

  func reset() {
    for warp in 0..<warpCount { copies[warp].removeAll(keepingCapacity: true) }
  }

  func begin(_ copy: Copy, warp: Int) {
    copies[warp].append(copy)
  }

  /// Finishes the copies of a warp for which `isFinished` holds.
  @inline(__always)
  func finish(warp: Int, where isFinished: (Copy) -> Bool, _ body: (Copy) -> Void) {
    guard !copies[warp].isEmpty else { return }
    copies[warp].removeAll { copy in
      guard isFinished(copy) else { return false }
      body(copy)
      return true
    }
  }
}
