#if os(Linux)
  import CPUBackend
  import CThreads
  import Synchronization
  import Testing

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// Where the system lets the workers of a pool run.
  @Suite struct WorkerPlacementTests {
    private static let wordCount = 16

    private static func currentCPUs() -> Set<Int> {
      var words = [UInt64](repeating: 0, count: wordCount)
      guard linux_getaffinity(0, UInt(8 * wordCount), &words) >= 0 else { return [] }
      return Set((0..<64 * wordCount).filter { words[$0 / 64] >> ($0 % 64) & 1 != 0 })
    }

    private static func restrict(to cpus: Set<Int>) -> Bool {
      var words = [UInt64](repeating: 0, count: wordCount)
      for cpu in cpus { words[cpu / 64] |= 1 << (cpu % 64) }
      return linux_setaffinity(pthread_self(), UInt(8 * wordCount), &words) == 0
    }

    /// The CPUs of each worker of a pool, the caller's first. Every worker gets a part, because parts
    /// wait for each other.
    private static func affinities(_ pool: ThreadPool) -> [Set<Int>] {
      let count = pool.threadCount
      let started = Atomic(0)
      let sets = Mutex([Set<Int>](repeating: [], count: count))
      pool.run(partCount: count) { _, worker in
        started.add(1, ordering: .relaxed)
        while started.load(ordering: .relaxed) < count { sched_yield() }
        let cpus = currentCPUs()
        sets.withLock { $0[worker] = cpus }
      }
      return sets.withLock { $0 }
    }

    /// Runs `body` on a thread of its own, whose affinity it may change.
    private static func onNewThread(_ body: @escaping @Sendable () -> Void) async {
      await withCheckedContinuation { continuation in
        let context = Unmanaged.passRetained(
          ThreadBody {
            body()
            continuation.resume()
          })
        var thread = pthread_t()
        let status = pthread_create(
          &thread, nil,
          { raw in
            if let raw { Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().run() }
            return nil
          }, context.toOpaque())
        #expect(status == 0)
        pthread_detach(thread)
      }
    }

    private final class ThreadBody: Sendable {
      let run: @Sendable () -> Void
      init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    @Test(arguments: [2, 3, 4, 5])
    func workersStayOffTheCaller(threads: Int) async {
      await Self.onNewThread {
        let allowed = Self.currentCPUs()
        let pool = ThreadPool(threadCount: threads)
        for cpu in allowed.sorted().prefix(4) {
          guard Self.restrict(to: [cpu]) else { continue }
          pool.makeRoomForCaller()
          let sets = Self.affinities(pool)
          let label = "\(threads) threads, caller on \(cpu) of \(allowed.sorted()): \(sets)"
          #expect(sets[0] == [cpu], "\(label)")
          if allowed.count < threads {
            #expect(sets.dropFirst().allSatisfy { $0 == allowed }, "\(label)")
          } else {
            #expect(sets.allSatisfy { !$0.isEmpty }, "\(label)")
            #expect(sets.reduce(0) { $0 + $1.count } == allowed.count, "\(label)")
            #expect(sets.reduce(Set()) { $0.union($1) } == allowed, "\(label)")
          }
        }
      }
    }

    /// Workers stay within what their maker may use; too little for all is used by all.
    @Test func makersAffinityBinds() async {
      await Self.onNewThread {
        guard let cpu = Self.currentCPUs().min(), Self.restrict(to: [cpu]) else { return }
        let pool = ThreadPool(threadCount: 3)
        pool.makeRoomForCaller()
        #expect(Self.affinities(pool) == [[cpu], [cpu], [cpu]])
        let sum = Atomic(0)
        for _ in 0..<200 {
          pool.run(partCount: 10) { part, _ in sum.add(part, ordering: .relaxed) }
        }
        #expect(sum.load(ordering: .relaxed) == 200 * 45)
      }
    }
  }
#endif
