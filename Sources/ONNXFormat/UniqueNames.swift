/// Hands out names that differ from all others.
struct UniqueNames {
  private var taken: Set<String> = []
  private var lastSuffixes: [String: Int] = [:]

  /// Takes a name that must stay as it is; false when it is taken already.
  mutating func reserve(_ name: String) -> Bool { taken.insert(name).inserted }

  /// Takes `name`, or, when it is taken, `name_1`, `name_2` and so on.
  mutating func unique(_ name: String) -> String {
    if reserve(name) { return name }
    var suffix = lastSuffixes[name] ?? 0
    var candidate: String
    repeat {
      suffix += 1
      candidate = "\(name)_\(suffix)"
    } while !reserve(candidate)
    lastSuffixes[name] = suffix
    return candidate
  }
}
