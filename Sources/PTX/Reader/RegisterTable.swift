import KernelIR

/// The registers that a kernel declares, numbered within their classes as they come.
struct RegisterTable {
  struct Entry {
    var register: Register
    var declared: ScalarType
  }

  /// `%r<12>`: `%r0` to `%r11`.
  private struct Family {
    var first: Register
    var count: Int
    var declared: ScalarType
  }

  /// More than any kernel needs; keeps what is allocated by numbers of registers in bounds.
  static let limit = 1 << 20

  private var singles: [String: Entry] = [:]
  private var families: [String: Family] = [:]
  /// Names of single registers without their last digits.
  private var stems: Set<String> = []
  private var counts: [RegisterClass: Int] = [:]

  subscript(name: String) -> Entry? {
    if let entry = singles[name] { return entry }
    var stem = name[...]
    while let last = stem.last, last.isASCII, last.isNumber {
      stem.removeLast()
      guard let family = families[String(stem)] else { continue }
      let digits = name[stem.endIndex...]
      guard let index = Int(digits), index < family.count, String(index) == digits else {
        return nil
      }
      let register = Register(family.first.class, family.first.index + index)
      return Entry(register: register, declared: family.declared)
    }
    return nil
  }

  /// Declares a register, or `count` of them; says what is wrong where it cannot be.
  mutating func declare(_ name: String, count: Int?, as type: ScalarType) -> String? {
    let stem = RegisterTable.stem(of: name)
    guard singles[name] == nil, families[name] == nil, self[name] == nil else {
      return "the register '\(name)' is declared twice"
    }
    let clashes = count == nil ? families[stem] != nil : stems.contains(name) || stem != name
    guard !clashes else {
      return "unsupported: the names of '\(name)' may clash with those of other registers"
    }
    let first = counts[type.registerClass] ?? 0
    guard first + (count ?? 1) <= RegisterTable.limit else {
      return "more than \(RegisterTable.limit) registers of a class"
    }
    let register = Register(type.registerClass, first)
    if let count {
      families[name] = Family(first: register, count: count, declared: type)
    } else {
      singles[name] = Entry(register: register, declared: type)
      stems.insert(stem)
    }
    counts[type.registerClass] = first + (count ?? 1)
    return nil
  }

  private static func stem(of name: String) -> String {
    var stem = name[...]
    while let last = stem.last, last.isASCII, last.isNumber { stem.removeLast() }
    return String(stem)
  }
}
