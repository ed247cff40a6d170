#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder of what can be made again, by the XDG Base Directory Specification.
package enum CacheFolder {
  /// Names the folder.
  package static let variable = "HEWN_CACHE"

  /// `HEWN_CACHE`, else `hewn` in `XDG_CACHE_HOME`, else `.cache/hewn` in `HOME`; `nil` without any.
  ///
  /// Relative paths are passed over, as the specification says.
  package static func path(environment: (String) -> String?) -> String? {
    func absolute(_ name: String) -> String? {
      environment(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    if let folder = absolute(variable) { return folder }
    let caches = absolute("XDG_CACHE_HOME") ?? absolute("HOME").map { "\($0)/.cache" }
    return caches.map { "\($0)/hewn" }
  }

  /// Makes a folder and those above it, for this user alone, where they are missing.
  ///
  /// - Throws: `io`
  package static func make(_ path: String) throws(HewnError) {
    var current = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      current += "/\(part)"
      if mkdir(current, 0o700) == 0 || errno == EEXIST { continue }
      let cause = SystemCalls.cause
      // Folders above may forbid making others, or lie on a file system that cannot be written to.
      if access(current, X_OK) == 0 { continue }
      throw HewnError(.io, "cannot make the folder \(current): \(cause)")
    }
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
