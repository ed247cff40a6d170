import KernelIR

/// Reads the directives of a module and its kernels (ISA, "Directives").
struct ModuleReader {
  var cursor: TokenCursor
  var version = PTXVersion(0, 0)
  var target = Target.sm80
  var variables: [String: Variable] = [:]
  private var sharedAlignment: Int?
  private var programs: [Program] = []
  private var names: Set<String> = []

  init(_ text: String, file: String) throws(PTXError) {
    cursor = try TokenCursor(text, file: file)
  }

  mutating func read() throws(PTXError) -> PTXModule {
    try readVersion()
    try readTarget()
    try readAddressSize()
    while cursor.token.kind != .end { try readDirective() }
    return PTXModule(
      version: version, target: target, sharedAlignment: sharedAlignment, programs: programs)
  }

  /// Takes a directive if it is at hand.
  mutating func take(directive name: String) -> Bool {
    guard cursor.token.kind == .dotted, cursor.token.text == name else { return false }
    cursor.next()
    return true
  }

  mutating func expect(directive name: String) throws(PTXError) {
    guard take(directive: name) else {
      throw cursor.fail("expected '.\(name)', not \(cursor.token.quoted)")
    }
  }

  private mutating func readVersion() throws(PTXError) {
    try expect(directive: "version")
    let parts = cursor.token.text.split(separator: ".", omittingEmptySubsequences: false)
    guard cursor.token.kind == .number, parts.count == 2, let major = Int(parts[0]),
      let minor = Int(parts[1])
    else { throw cursor.fail("expected a version, as 8.5, not \(cursor.token.quoted)") }
    version = PTXVersion(major, minor)
    guard version >= PTXVersion(7, 0), major <= 9 else {
      throw cursor.fail("unsupported: PTX \(version); this is a reader of 7.0 to 9.x")
    }
    cursor.next()
  }

  private mutating func readTarget() throws(PTXError) {
    try expect(directive: "target")
    let known: (Target, PTXVersion)? =
      switch cursor.token.text {
      case "sm_80": (.sm80, PTXVersion(7, 0))
      case "sm_86": (.sm86, PTXVersion(7, 1))
      case "sm_89": (.sm89, PTXVersion(7, 8))
      case "sm_90": (.sm90, PTXVersion(7, 8))
      case "sm_90a": (.sm90a, PTXVersion(8, 0))
      default: nil
      }
    guard let (target, oldest) = known else {
      throw cursor.fail(
        "expected a target, sm_80, sm_86, sm_89, sm_90 or sm_90a, not \(cursor.token.quoted)")
    }
    guard version >= oldest else {
      throw cursor.fail("\(cursor.token.text) needs PTX \(oldest), and the text says \(version)")
    }
    self.target = target
    cursor.next()
    guard !cursor.token.is(",") else { throw cursor.fail("unsupported: options of a target") }
  }

  /// 32 is what a text without it has.
  private mutating func readAddressSize() throws(PTXError) {
    try expect(directive: "address_size")
    _ = try cursor.expectInteger("the address size", in: 64...64)
  }

  private mutating func readDirective() throws(PTXError) {
    if cursor.token.kind == .dotted {
      switch cursor.token.text {
      case "pragma": return try skipPragma()
      case "file": return cursor.skipLine()
      case "entry": return try readKernel()
      case "const": return try readConstants()
      case "extern": return try readShared()
      case "visible":
        cursor.next()
        if cursor.token.text == "const" { return try readConstants() }
        guard cursor.token.kind == .dotted, cursor.token.text == "entry" else {
          throw cursor.fail("expected '.entry' or '.const', not \(cursor.token.quoted)")
        }
        return try readKernel()
      default: break
      }
    }
    throw cursor.fail("unknown or unsupported directive \(cursor.token.quoted)")
  }

  /// `.pragma "…", "…";`, hints without meaning.
  mutating func skipPragma() throws(PTXError) {
    cursor.next()
    repeat {
      guard cursor.token.kind == .string else {
        throw cursor.fail("expected a string, not \(cursor.token.quoted)")
      }
      cursor.next()
    } while cursor.take(",")
    try cursor.expect(";")
  }

  /// Takes a name that nothing else in the module has.
  mutating func newName(_ what: String) throws(PTXError) -> String {
    let token = try cursor.expectWord(what)
    guard names.insert(token.text).inserted else {
      throw cursor.fail("'\(token.text)' is declared twice", at: token.location)
    }
    return token.text
  }

  private mutating func readKernel() throws(PTXError) {
    programs.append(try kernel())
  }

  /// Takes `.align n`, or gives what a type has by itself.
  mutating func alignment() throws(PTXError) -> Int? {
    guard take(directive: "align") else { return nil }
    let location = cursor.token.location
    let value = try cursor.expectInteger("an alignment", in: 1...(1 << 16))
    guard value & (value - 1) == 0 else {
      throw cursor.fail("an alignment must be a power of two", at: location)
    }
    return value
  }

  /// Takes the type of a variable's elements.
  mutating func elementType() throws(PTXError) -> ElementType {
    guard cursor.token.kind == .dotted, let type = ElementType(cursor.token.text) else {
      throw cursor.fail("unsupported type of a variable, \(cursor.token.quoted)")
    }
    cursor.next()
    return type
  }

  /// `.extern .shared .align 1024 .b8 shared[];`
  private mutating func readShared() throws(PTXError) {
    let location = cursor.next().location
    try expect(directive: "shared")
    let alignment = try alignment()
    let type = try elementType()
    let name = try newName("the name of a variable")
    try cursor.expect("[")
    guard cursor.token.is("]") else {
      throw cursor.fail("unsupported: shared memory of a size in the text; expected ']'")
    }
    try cursor.expect("]")
    try cursor.expect(";")
    guard sharedAlignment == nil else {
      throw cursor.fail("unsupported: a second window of shared memory", at: location)
    }
    sharedAlignment = max(alignment ?? 1, type.byteCount)
    variables[name] = .shared
  }

  /// `.const .align 16 .b8 constants[8] = {1, 2};`, where what is not given is zero.
  private mutating func readConstants() throws(PTXError) {
    cursor.next()
    let alignment = try alignment()
    let type = try elementType()
    let name = try newName("the name of a variable")
    try cursor.expect("[")
    var count: Int?
    if !cursor.token.is("]") {
      count = try cursor.expectInteger(
        "the number of elements", in: 1...(ConstantArray.byteLimit / type.byteCount))
    }
    try cursor.expect("]")
    let location = cursor.token.location
    var bytes: [UInt8] = []
    if cursor.take("=") { bytes = try initializer(of: type) }
    if let count {
      guard bytes.count <= count * type.byteCount else {
        throw cursor.fail("more values than the \(count) elements of '\(name)'", at: location)
      }
      bytes += Array(repeating: 0, count: count * type.byteCount - bytes.count)
    } else if bytes.isEmpty {
      throw cursor.fail("'\(name)' has neither a size nor values", at: location)
    }
    try cursor.expect(";")
    variables[name] = .constants(
      ConstantArray(alignment: max(alignment ?? 1, type.byteCount), bytes: bytes))
  }

  /// The bytes of `{1, 2, …}`, least significant first.
  private mutating func initializer(of type: ElementType) throws(PTXError) -> [UInt8] {
    var bytes: [UInt8] = []
    try cursor.expect("{")
    repeat {
      let location = cursor.token.location
      guard var bits = type.bits(of: try cursor.expectLiteral("a constant")) else {
        throw cursor.fail("the constant is none of its type, or beyond its range", at: location)
      }
      for _ in 0..<type.byteCount {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
      }
      guard bytes.count <= ConstantArray.byteLimit else {
        throw cursor.fail("more than \(ConstantArray.byteLimit) bytes of constant memory")
      }
    } while cursor.take(",")
    try cursor.expect("}")
    return bytes
  }
}
