internal import CThreads

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps each worker of a pool on CPUs of its own: ``CPUShares`` as the system's affinities.
///
/// The scheduler may leave a worker that spins on the CPU of the caller that waits for it, though
/// others are idle. The caller's own affinity is never changed. Where the system refuses, workers
/// stay where they are.
struct WorkerPlacement {
  private let threads: [pthread_t]
  private var shares: CPUShares
  /// Where the caller was when it was last asked.
  private var caller: Int
  private var isRefused = false

  /// The CPUs that the calling thread may use, which threads that it starts inherit; none where
  /// there is no way to tell.
  static func allowedCPUs() -> [Int] {
    #if os(Linux)
      var mask = CPUMask()
      guard mask.read() else { return [] }
      return mask.cpus
    #else
      return []
    #endif
  }

  /// Gives every thread its share.
  ///
  /// - Returns: `nil` where there is nothing to do: no threads, or too few CPUs for all.
  init?(_ threads: [pthread_t], cpus: [Int]) {
    #if os(Linux)
      caller = Int(linux_getcpu())
      guard
        let shares = CPUShares(cpus: cpus, workerCount: threads.count, caller: caller)
      else { return nil }
      self.threads = threads
      self.shares = shares
      for worker in threads.indices { place(worker) }
    #else
      return nil
    #endif
  }

  mutating func makeRoomForCaller() {
    #if os(Linux)
      let cpu = Int(linux_getcpu())
      guard cpu != caller, !isRefused else { return }
      caller = cpu
      if let worker = shares.moveCaller(to: cpu) { place(worker) }
    #endif
  }

  #if os(Linux)
    private mutating func place(_ worker: Int) {
      guard !isRefused else { return }
      isRefused = !CPUMask(shares[worker]).apply(to: threads[worker])
    }
  #endif
}

#if os(Linux)
  /// A set of CPUs as the system reads it.
  private struct CPUMask {
    /// As many bits as the C library's own type has.
    private var words = InlineArray<16, UInt64>(repeating: 0)

    init() {}

    /// - Precondition: the CPUs are those of a mask.
    init(_ cpus: [Int]) {
      for cpu in cpus { words[cpu / 64] |= 1 << (cpu % 64) }
    }

    var cpus: [Int] {
      (0..<64 * words.count).filter { words[$0 / 64] >> ($0 % 64) & 1 != 0 }
    }

    /// Reads the calling thread's CPUs.
    mutating func read() -> Bool {
      linux_getaffinity(0, UInt(MemoryLayout.size(ofValue: words)), &words) >= 0
    }

    func apply(to thread: pthread_t) -> Bool {
      var words = words
      return linux_setaffinity(thread, UInt(MemoryLayout.size(ofValue: words)), &words) == 0
    }
  }
#endif
