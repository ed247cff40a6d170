import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fixed set of threads that run the parts of one job at a time together with the caller.
///
/// Workers spin for a short while after a job, so that the next layer starts within a microsecond,
/// then sleep until the next `run`.
package final class ThreadPool: Sendable {
  package let threadCount: Int

  /// What workers share; referenced by each thread, so that it outlives the pool object.
  private let shared: Shared

  /// - Throws: nothing: when the system refuses a thread, the pool has fewer.
  package init(threadCount: Int) {
    let shared = Shared()
    var started = 1
    for index in 1..<max(1, threadCount) {
      let context = Unmanaged.passRetained(WorkerContext(shared: shared, index: index))
      if Self.startThread(context.toOpaque()) {
        started += 1
      } else {
        context.release()
        break
      }
    }
    self.shared = shared
    self.threadCount = started
    shared.workerCount.store(started - 1, ordering: .sequentiallyConsistent)
  }

  deinit {
    shared.stop()
  }

  /// Calls `body` with every part in 0..<partCount once, and with the index of the worker that runs
  /// it, then returns. Parts are handed out in order, one at a time. Allocates nothing: the job board
  /// holds the closure, which is why it is an escaping one.
  ///
  /// - Precondition: only one thread calls `run` at a time.
  package func run(partCount: Int, _ body: @escaping (_ part: Int, _ worker: Int) -> Void) {
    if threadCount == 1 || partCount <= 1 {
      for part in 0..<partCount { body(part, 0) }
      return
    }
    shared.run(partCount: partCount, body)
  }

  private static func startThread(_ context: UnsafeMutableRawPointer) -> Bool {
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(
        &thread, nil,
        { raw in
          Unmanaged<WorkerContext>.fromOpaque(raw).takeRetainedValue().work()
          return nil
        }, context)
      if status == 0, let thread { pthread_detach(thread) }
    #else
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { raw in
          if let raw { Unmanaged<WorkerContext>.fromOpaque(raw).takeRetainedValue().work() }
          return nil
        }, context)
      if status == 0 { pthread_detach(thread) }
    #endif
    return status == 0
  }
}

/// One worker thread's view of the pool.
private final class WorkerContext: Sendable {
  private let shared: Shared
  private let index: Int

  init(shared: Shared, index: Int) {
    self.shared = shared
    self.index = index
  }

  func work() { shared.serve(worker: index) }
}

/// The job board. A job is published by raising `generation`; a worker that sees a new generation
/// takes parts until none is left and then counts itself out in `pending`.
private final class Shared: @unchecked Sendable {
  // Unchecked: `job` and `partCount` are written only while no worker runs (pending == 0), and
  // published by the release store of `generation`.
  let workerCount = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let nextPart = Atomic<Int>(0)
  private let pending = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private var partCount = 0
  private var job: ((Int, Int) -> Void)?
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// Spins before a worker sleeps: some tens of microseconds.
  private static let spinCount = 20_000

  init() {
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
    nextPart.store(0, ordering: .relaxed)
    pending.store(workerCount.load(ordering: .relaxed), ordering: .relaxed)
    generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
    wakeSleepers()
    takeParts(worker: 0, body)
    var spins = 0
    while pending.load(ordering: .acquiring) != 0 {
      spins += 1
      if spins > Self.spinCount { sched_yield() } else { spinLoopHint() }
    }
    job = nil
  }

  func serve(worker: Int) {
    var seen = 0
    while true {
      seen = waitForJob(after: seen)
      if stopping.load(ordering: .acquiring) { return }
      if let job { takeParts(worker: worker, job) }
      pending.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    }
  }

  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  private func takeParts(worker: Int, _ body: (Int, Int) -> Void) {
    while true {
      let part = nextPart.wrappingAdd(1, ordering: .relaxed).oldValue
      if part >= partCount { return }
      body(part, worker)
    }
  }

  private func waitForJob(after seen: Int) -> Int {
    for _ in 0..<Self.spinCount {
      let current = generation.load(ordering: .acquiring)
      if current != seen { return current }
      spinLoopHint()
    }
    pthread_mutex_lock(mutex)
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(condition, mutex)
    }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return generation.load(ordering: .acquiring)
  }

  private func wakeSleepers() {
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

/// Lets a spinning thread give way briefly. `Synchronization` has no pause instruction; a fence
/// keeps the loop from hammering the line it watches.
@inline(__always)
private func spinLoopHint() { atomicMemoryFence(ordering: .acquiring) }
