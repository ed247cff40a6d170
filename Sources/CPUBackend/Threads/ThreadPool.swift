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
/// then sleep until the next `run`. Nobody waits for a worker that sleeps or has no CPU: its parts
/// go to the others.
package final class ThreadPool: @unchecked Sendable {
  // Unchecked: `placement` is touched only by the one thread that may call `run`.
  package let threadCount: Int

  /// What workers share; referenced by each thread, so that it outlives the pool object.
  private let board: JobBoard
  private var placement: WorkerPlacement?

  /// - Throws: nothing: when the system refuses a thread, the pool has fewer.
  package init(threadCount: Int) {
    let cpus = threadCount > 1 ? WorkerPlacement.allowedCPUs() : []
    // A worker that waits must not keep the CPU from one that works.
    let board = JobBoard(spins: cpus.isEmpty || cpus.count >= threadCount)
    var threads: [pthread_t] = []
    for index in 1..<max(1, threadCount) {
      let context = Unmanaged.passRetained(WorkerContext(board: board, index: index))
      guard let thread = Self.startThread(context.toOpaque()) else {
        context.release()
        break
      }
      threads.append(thread)
    }
    self.board = board
    self.threadCount = threads.count + 1
    placement = WorkerPlacement(threads, cpus: cpus)
  }

  deinit {
    board.stop()
  }

  /// Keeps workers off the CPU that the caller runs on; to be called before a sequence of jobs.
  ///
  /// Costs some nanoseconds where the caller is where it was the last time.
  ///
  /// - Precondition: as for `run`.
  package func makeRoomForCaller() {
    placement?.makeRoomForCaller()
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
    board.run(partCount: partCount, body)
  }

  private static func startThread(_ context: UnsafeMutableRawPointer) -> pthread_t? {
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(
        &thread, nil,
        { raw in
          Unmanaged<WorkerContext>.fromOpaque(raw).takeRetainedValue().work()
          return nil
        }, context)
      guard status == 0, let thread else { return nil }
    #else
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { raw in
          if let raw { Unmanaged<WorkerContext>.fromOpaque(raw).takeRetainedValue().work() }
          return nil
        }, context)
      guard status == 0 else { return nil }
    #endif
    pthread_detach(thread)
    return thread
  }
}

/// One worker thread's view of the pool.
private final class WorkerContext: Sendable {
  private let board: JobBoard
  private let index: Int

  init(board: JobBoard, index: Int) {
    self.board = board
    self.index = index
  }

  func work() { board.serve(worker: index) }
}
