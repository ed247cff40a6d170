#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system tells of the processor.
package enum Processor {
  /// The name of the model; `nil` where the system does not tell.
  package static var name: String? { field("model name") }

  /// Bytes of a core's data cache of level 1 or 2; `nil` where the system does not tell.
  static func cacheByteCount(level: Int) -> Int? {
    #if canImport(Glibc)
      let size = sysconf(Int32(level == 1 ? _SC_LEVEL1_DCACHE_SIZE : _SC_LEVEL2_CACHE_SIZE))
      return size > 0 ? size : nil
    #else
      return nil
    #endif
  }

  /// The first field of a name in /proc/cpuinfo; `nil` where there is no such file or field.
  package static func field(_ name: String) -> String? {
    guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 1 << 14)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard let colon = text.firstIndex(of: ":") else { continue }
      if text[..<colon].trimmed == name { return text[text.index(after: colon)...].trimmed }
    }
    return nil
  }
}

extension Substring {
  fileprivate var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(start.prefix(start.count - start.reversed().prefix(while: \.isWhitespace).count))
  }
}
