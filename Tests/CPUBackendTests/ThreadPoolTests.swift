import CPUBackend
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct ThreadPoolTests {
  /// Counts how often each part ran, and keeps the greatest worker index.
  private final class Counts: Sendable {
    private let runs: Mutex<[Int]>
    let highestWorker = Atomic<Int>(0)

    init(_ partCount: Int) { runs = Mutex([Int](repeating: 0, count: partCount)) }

    func add(_ part: Int, _ worker: Int) {
      runs.withLock { $0[part] += 1 }
      highestWorker.max(worker, ordering: .relaxed)
    }

    var all: [Int] { runs.withLock { $0 } }
  }

  @Test(arguments: [1, 2, 3, 4, 7])
  func everyPartRunsOnce(threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    #expect(pool.threadCount >= 1 && pool.threadCount <= threads)
    for partCount in [0, 1, 2, 3, 4, 5, 16, 17, 100, 1000] {
      let counts = Counts(partCount)
      pool.run(partCount: partCount) { counts.add($0, $1) }
      #expect(
        counts.all.allSatisfy { $0 == 1 }, "\(threads) threads, \(partCount) parts: \(counts.all)")
      #expect(counts.highestWorker.load(ordering: .relaxed) < pool.threadCount)
    }
  }

  /// `threadCount` below one still gives the caller.
  @Test(arguments: [0, -3])
  func fewerThanOneThread(threads: Int) {
    let counts = Counts(5)
    ThreadPool(threadCount: threads).run(partCount: 5) { counts.add($0, $1) }
    #expect(counts.all == [1, 1, 1, 1, 1])
  }

  /// Workers that have gone to sleep wake up again.
  @Test(arguments: [2, 3, 5])
  func runsAfterPauses(threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    for round in 0..<6 {
      let counts = Counts(64)
      pool.run(partCount: 64) { counts.add($0, $1) }
      #expect(counts.all.allSatisfy { $0 == 1 }, "\(threads) threads, round \(round)")
      usleep(50_000)
    }
  }

  /// Short jobs at irregular distances meet workers that spin, that sleep, and that fall asleep.
  @Test(arguments: [2, 3, 4])
  func manyRuns(threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    let sum = Atomic<Int>(0)
    var want = 0
    for round in 0..<3000 {
      let partCount = 2 + round % 7
      pool.run(partCount: partCount) { part, _ in sum.add(part + 1, ordering: .relaxed) }
      want += partCount * (partCount + 1) / 2
      if round % 100 == 0 { usleep(UInt32(round % 700)) }
    }
    #expect(sum.load(ordering: .relaxed) == want, "\(threads) threads")
  }

  /// What parts wrote is seen by the caller, and by the next job's parts.
  @Test func resultsAreVisible() {
    let pool = ThreadPool(threadCount: 3)
    let count = 4096
    let values = UnsafeMutablePointer<Int>.allocate(capacity: count)
    defer { values.deallocate() }
    values.initialize(repeating: 0, count: count)
    nonisolated(unsafe) let shared = values
    for round in 0..<200 {
      pool.run(partCount: 64) { part, _ in
        // Each part reads what another part wrote in the round before.
        let from = round % 2 == 0 ? part : 63 - part
        for i in from * 64..<from * 64 + 64 { shared[i] += 1 }
      }
    }
    #expect((0..<count).allSatisfy { values[$0] == 200 })
  }

  /// A pool may go away while its workers sleep, while they spin, and before they have started.
  @Test func endsAtAnyTime() {
    for round in 0..<60 {
      let pool = ThreadPool(threadCount: 4)
      if round % 3 > 0 {
        let counts = Counts(8)
        pool.run(partCount: 8) { counts.add($0, $1) }
        #expect(counts.all.allSatisfy { $0 == 1 }, "round \(round)")
      }
      if round % 6 == 2 { usleep(20_000) }
    }
  }

  /// Two pools at work at once do not meet.
  @Test func poolsAreIndependent() async {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<3 {
        group.addTask {
          let pool = ThreadPool(threadCount: 2)
          let sum = Atomic<Int>(0)
          for _ in 0..<500 {
            pool.run(partCount: 10) { part, _ in sum.add(part, ordering: .relaxed) }
          }
          return sum.load(ordering: .relaxed) == 500 * 45
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
