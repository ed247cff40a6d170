import CPUBackend
import Testing

@Suite struct CPUSharesTests {
  /// Fewer CPUs than threads, or no workers: nothing to share.
  @Test func tooFew() {
    for workers in 0...4 {
      for cpus in 0...5 where workers == 0 || cpus <= workers {
        let shares = CPUShares(cpus: Array(0..<cpus), workerCount: workers, caller: 0)
        #expect(shares == nil, "\(workers) workers, \(cpus) CPUs")
      }
    }
  }

  /// Whatever the caller does, shares stay disjoint, without the caller's CPU, and within the set.
  @Test func staysDisjoint() throws {
    for (workers, cpus) in [(1, 2), (1, 3), (2, 3), (3, 4), (3, 8), (5, 17)] {
      // A set with gaps.
      let set = (0..<cpus).map { 3 * $0 + 1 }
      let label = "\(workers) workers, \(cpus) CPUs"
      var shares = try #require(
        CPUShares(cpus: set, workerCount: workers, caller: set[0]), "\(label)")
      for step in 0..<50 {
        let cpu = set[step * step % cpus]
        let before = (0..<workers).map { shares[$0] }
        let moved = shares.moveCaller(to: cpu)
        for worker in 0..<workers {
          #expect((before[worker] == shares[worker]) == (moved != worker), "\(label), step \(step)")
          #expect(!shares[worker].isEmpty, "\(label), step \(step)")
        }
        let all = (0..<workers).flatMap { shares[$0] }
        #expect(Set(all + [cpu]) == Set(set), "\(label), step \(step)")
        #expect(all.count == cpus - 1, "\(label), step \(step)")
      }
    }
  }

  /// Shares differ by one CPU at most.
  @Test func dividesEvenly() throws {
    let shares = try #require(CPUShares(cpus: Array(0..<12), workerCount: 3, caller: 5))
    #expect((0..<3).map { shares[$0].count }.sorted() == [3, 4, 4])
  }

  /// A caller outside the set takes nothing from the workers.
  @Test func callerElsewhere() throws {
    var shares = try #require(CPUShares(cpus: [2, 3, 4], workerCount: 2, caller: 9))
    #expect([shares[0], shares[1]] == [[3], [4]])
    #expect(shares.moveCaller(to: 7) == nil)
    #expect(shares.moveCaller(to: 4) == 1)
    #expect([shares[0], shares[1]] == [[3], [2]])
  }
}
