internal import CThreads
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the parts of a job are taken from.
///
/// A job is published by raising `remaining`. Whoever lowers it from above zero has a part, and the
/// job stays as it is until that part is counted as finished. A worker that comes late finds nothing
/// to take, or takes a part of the next job; nobody waits for it.
final class JobBoard: @unchecked Sendable {
  // Unchecked: `job` and `partCount` are written only while nothing is unfinished, and published by
  // the store to `remaining`.

  /// Parts that nobody has taken; zero or less where there are none.
  private let remaining = PaddedAtomic()
  /// Parts that are not finished.
  private let unfinished = PaddedAtomic()
  /// Jobs so far: workers that found nothing to take see that there was something to do.
  private let jobCount = Atomic<Int>(0)
  private var partCount = 0
  private var job: ((Int, Int) -> Void)?
  /// Nanoseconds.
  private let patience: UInt64
  private let stopping = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// How long a worker waits awake: through layers that only the caller works on, but not from one
  /// image of a video to the next. Waking a worker up takes the caller some microseconds.
  private static let nanosecondsAwake: UInt64 = 500_000
  /// Pauses between looks at the clock.
  private static let pausesPerLook = 100

  /// - Parameter spins: whether workers wait for the next job awake.
  init(spins: Bool) {
    patience = spins ? Self.nanosecondsAwake : 0
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func run(partCount: Int, _ body: @escaping (Int, Int) -> Void) {
    job = body
    self.partCount = partCount
    jobCount.wrappingAdd(1, ordering: .relaxed)
    unfinished.value.store(partCount, ordering: .relaxed)
    remaining.value.store(partCount, ordering: .sequentiallyConsistent)
    wakeSleepers()
    takeParts(worker: 0)
    while !spin(until: { unfinished.value.load(ordering: .acquiring) == 0 }) { sched_yield() }
    job = nil
  }

  /// Works on jobs until `stop`.
  func serve(worker: Int) {
    while waitForParts() { takeParts(worker: worker) }
  }

  func stop() {
    pthread_mutex_lock(mutex)
    stopping.store(true, ordering: .releasing)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  private func takeParts(worker: Int) {
    guard let first = takePart() else { return }
    let count = runParts(from: first, worker: worker)
    unfinished.value.wrappingSubtract(count, ordering: .releasing)
  }

  private func takePart() -> Int? {
    let left = remaining.value.wrappingSubtract(1, ordering: .acquiring).oldValue
    return left > 0 ? partCount - left : nil
  }

  /// Runs a part that was taken, and others until none is left; returns how many.
  private func runParts(from first: Int, worker: Int) -> Int {
    guard let job else { preconditionFailure("a part without a job") }
    var count = 1
    job(first, worker)
    while let part = takePart() {
      job(part, worker)
      count += 1
    }
    return count
  }

  /// Returns when there may be parts to take, or `false` when there will be none.
  private func waitForParts() -> Bool {
    if spin(until: { remaining.value.load(ordering: .relaxed) > 0 }) { return true }
    pthread_mutex_lock(mutex)
    // Either the caller sees the sleeper or the sleeper the caller's parts.
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while remaining.value.load(ordering: .sequentiallyConsistent) <= 0,
      !stopping.load(ordering: .acquiring)
    {
      pthread_cond_wait(condition, mutex)
    }
    sleepers.wrappingSubtract(1, ordering: .relaxed)
    pthread_mutex_unlock(mutex)
    return !stopping.load(ordering: .acquiring)
  }

  /// Returns whether the condition came true within the patience after the last job.
  @inline(__always)
  private func spin(until condition: () -> Bool) -> Bool {
    var job = jobCount.load(ordering: .relaxed)
    var start = monotonicNanoseconds()
    while true {
      for _ in 0..<Self.pausesPerLook {
        if condition() { return true }
        spin_pause()
      }
      let now = monotonicNanoseconds()
      let last = jobCount.load(ordering: .relaxed)
      if last != job {
        job = last
        start = now
      } else if now - start >= patience {
        return false
      }
    }
  }

  private func wakeSleepers() {
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

/// A number on cache lines of its own: what happens beside it does not slow those who watch it.
private struct PaddedAtomic: ~Copyable {
  let value = Atomic<Int>(0)
  /// Two lines in all, because processors fetch them in pairs.
  private let padding = InlineArray<15, Int>(repeating: 0)
}
