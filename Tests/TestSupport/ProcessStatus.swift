#if os(Linux)
  import Foundation

  /// What Linux tells of the process that asks.
  package enum ProcessStatus {
    /// A size in bytes from /proc/self/status, as `VmHWM`, the most memory that the process has held;
    /// `nil` where there is none of that name. (`getrusage` would count the process that started this one
    /// too: Linux keeps its figure over `exec`.)
    package static func byteCount(of name: String) -> Int? {
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
      let words = line?.split(whereSeparator: \.isWhitespace) ?? []
      return words.count > 1 ? Int(words[1]).map { $0 << 10 } : nil
    }
  }
#endif
