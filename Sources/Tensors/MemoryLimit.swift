#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import Synchronization

/// Refuses memory that the machine does not have.
///
/// The system promises more memory than there is and kills a process that uses it. A small file can
/// ask for any amount, so what a file decides is compared with what is available first.
package enum MemoryLimit {
  /// Sums of requests below this are not worth a look.
  private static let smallByteCount = 16 << 20
  /// What was asked for since the last look.
  private static let pendingByteCount = Atomic(0)

  /// - Parameter what: what the memory is for, as `activations`.
  /// - Throws: `outOfMemory` when less memory than that is available.
  package static func check(
    _ byteCount: Int, for what: @autoclosure () -> String
  ) throws(HewnError) {
    let earlier = pendingByteCount.load(ordering: .relaxed)
    let (sum, overflow) = earlier.addingReportingOverflow(byteCount)
    guard overflow || sum > smallByteCount else {
      pendingByteCount.add(byteCount, ordering: .relaxed)
      return
    }
    pendingByteCount.store(0, ordering: .relaxed)
    guard let available, byteCount > available else { return }
    throw HewnError(
      .outOfMemory,
      "\(what()) would take \(mebibytes(byteCount)) MiB, \(available >> 20) MiB are available")
  }

  private static func mebibytes(_ byteCount: Int) -> String {
    byteCount == .max ? "more than 2^43" : "\(byteCount >> 20)"
  }

  /// The bytes that this process may still take, where the system says; a sixteenth is left to
  /// others.
  static var available: Int? {
    [availableInSystem, availableInGroup, availableAddresses].compactMap { $0 }.min()
      .map { $0 - $0 / 16 }
  }

  #if os(Linux)
    private static var availableInSystem: Int? {
      number(of: "MemAvailable:", in: "/proc/meminfo").map { $0 << 10 }
    }

    /// What the limits of the control groups leave, which is how containers are bounded.
    private static var availableInGroup: Int? {
      guard let line = lines(of: "/proc/self/cgroup").first(where: { $0.hasPrefix("0::") }) else {
        return nil
      }
      var path = line.dropFirst(3)
      var least: Int?
      while true {
        least = [least, available(inGroup: "/sys/fs/cgroup\(path)")].compactMap { $0 }.min()
        guard let slash = path.lastIndex(of: "/") else { return least }
        path = path[..<slash]
      }
    }

    private static func available(inGroup folder: String) -> Int? {
      guard let limit = lines(of: "\(folder)/memory.max").first.flatMap({ Int($0) }),
        let used = lines(of: "\(folder)/memory.current").first.flatMap({ Int($0) })
      else { return nil }
      // What files left in memory counts as used, but makes way.
      let cached = number(of: "inactive_file", in: "\(folder)/memory.stat") ?? 0
      return max(0, limit - max(0, used - cached))
    }

    /// What a limit on the address space leaves.
    private static var availableAddresses: Int? {
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
        limit.rlim_cur < rlim_t(Int.max),
        let used = number(of: "VmSize:", in: "/proc/self/status")
      else { return nil }
      return max(0, Int(limit.rlim_cur) - used << 10)
    }

    /// The number after a word at the beginning of a line.
    private static func number(of word: String, in path: String) -> Int? {
      let line = lines(of: path).first { $0.hasPrefix(word) }
      return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    }

    private static func lines(of path: String) -> [String] {
      guard let bytes = try? Files.read(path, limit: 1 << 20) else { return [] }
      return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
  #else
    private static var availableInSystem: Int? {
      var size: UInt64 = 0
      var length = MemoryLayout<UInt64>.size
      return sysctlbyname("hw.memsize", &size, &length, nil, 0) == 0 ? Int(size) : nil
    }

    private static var availableInGroup: Int? { nil }
    private static var availableAddresses: Int? { nil }
  #endif
}
