/// Which CPUs each worker of a pool may use: disjoint shares, none of which has the caller's CPU.
///
/// A share is as large as the CPUs allow, so that the scheduler can still go out of other threads'
/// way.
package struct CPUShares: Sendable {
  /// The CPUs of each worker.
  private var shares: [[Int]]
  /// The CPU that no share has.
  private var caller: Int

  /// - Parameters:
  ///   - cpus: all CPUs that workers may use.
  ///   - caller: where the caller runs, which may be elsewhere.
  /// - Returns: `nil` without workers, or with fewer CPUs than workers and caller.
  package init?(cpus: [Int], workerCount: Int, caller: Int) {
    guard workerCount > 0, cpus.count > workerCount else { return nil }
    self.caller = cpus.contains(caller) ? caller : cpus[0]
    let free = cpus.filter { [caller = self.caller] in $0 != caller }
    shares = (0..<workerCount).map { worker in
      Array(free[worker * free.count / workerCount..<(worker + 1) * free.count / workerCount])
    }
  }

  package subscript(worker: Int) -> [Int] { shares[worker] }

  /// Takes the caller's new CPU from the worker that has it, in exchange for the one that the caller
  /// has left.
  ///
  /// - Returns: the worker whose share has changed, if one has.
  package mutating func moveCaller(to cpu: Int) -> Int? {
    for worker in shares.indices {
      guard let index = shares[worker].firstIndex(of: cpu) else { continue }
      shares[worker][index] = caller
      caller = cpu
      return worker
    }
    return nil
  }
}
