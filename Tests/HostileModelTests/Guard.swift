import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

#if os(Linux)
  /// Bounds the process that it is called in: what takes more kills it.
  enum Guard {
    /// - Parameters:
    ///   - byteCount: how much more memory the process may take.
    static func limitMemory(to byteCount: Int) {
      guard let used = ProcessStatus.byteCount(of: "VmSize") else {
        Issue.record("no VmSize")
        return
      }
      let limit = rlim_t(used + byteCount)
      var limits = rlimit(rlim_cur: limit, rlim_max: limit)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0)
    }

    /// Gives what follows this many seconds.
    static func limitTime(to seconds: Int) { alarm(UInt32(seconds)) }
  }

  /// A file that says what a process was doing when it died.
  struct Progress: Codable, Sendable {
    let path: String

    init(_ name: String) {
      path = NSTemporaryDirectory() + "hewn-\(name)-\(UUID().uuidString)"
    }

    func note(_ text: String) {
      try? Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// What was noted last; the file goes.
    func take() -> String {
      defer { try? FileManager.default.removeItem(atPath: path) }
      return (try? String(contentsOfFile: path, encoding: .utf8)) ?? "nothing noted"
    }
  }
#endif
