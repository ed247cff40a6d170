#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Names of files for named tensors.
package enum ArrayFiles {
  /// The greatest length of a name without its ending.
  package static let maximumLength = 200

  /// One file name for each tensor, the same for the same names in the same order.
  ///
  /// Characters other than letters, digits, `.`, `_` and `-` become `_`, as does a leading `.`.
  /// Names that would be equal, ignoring case, get a number.
  package static func names(for tensors: [String]) -> [String: String] {
    var taken: Set<String> = []
    var result: [String: String] = [:]
    for tensor in tensors where result[tensor] == nil {
      let base = sanitized(tensor)
      var name = base
      var number = 2
      while !taken.insert(name.lowercased()).inserted {
        name = "\(base)-\(number)"
        number += 1
      }
      result[tensor] = name + ".npy"
    }
    return result
  }

  package static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  private static func sanitized(_ name: String) -> String {
    var result = name.unicodeScalars.map { scalar in
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "._-".unicodeScalars.contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    if result.first == "." { result[0] = "_" }
    return result.isEmpty ? "_" : String(result.prefix(maximumLength))
  }
}
