/// The labels of a kernel, numbered as they are first named.
struct LabelTable {
  private var numbers: [String: Int] = [:]
  private var definitions: Set<String> = []
  private var uses: [(name: String, location: Location)] = []

  /// The number of a label that a branch names.
  mutating func use(_ name: String, at location: Location) -> Int {
    uses.append((name, location))
    return number(name)
  }

  /// The number of a label that stands here; `nil` where it stands elsewhere too.
  mutating func define(_ name: String) -> Int? {
    definitions.insert(name).inserted ? number(name) : nil
  }

  /// The first branch to a label that stands nowhere.
  var undefined: (name: String, location: Location)? {
    uses.first { !definitions.contains($0.name) }
  }

  private mutating func number(_ name: String) -> Int {
    if let known = numbers[name] { return known }
    numbers[name] = numbers.count
    return numbers.count - 1
  }
}
