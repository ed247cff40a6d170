import KernelIR

extension ModuleReader {
  /// `.entry name (parameter) directives { body }`
  mutating func kernel() throws(PTXError) -> Program {
    cursor.next()
    let nameLocation = cursor.token.location
    let name = try newName("the name of a kernel")
    let parameters = try parameters()
    let bounds = try launchBounds()
    guard let threadCount = bounds.threadCount else {
      throw cursor.fail("'\(name)' lacks '.reqntid', its number of threads", at: nameLocation)
    }
    try cursor.expect("{")
    var reader = InstructionReader(
      file: cursor.file, version: version, target: target, variables: variables,
      parameters: parameters)
    var instructions: [Instruction] = []
    while !cursor.token.is("}") {
      if let instruction = try statement(&reader) { instructions.append(instruction) }
    }
    if let missing = reader.labels.undefined {
      throw cursor.fail("the label '\(missing.name)' is not defined", at: missing.location)
    }
    // The end of a body ends the thread.
    if instructions.last?.endsThread != true {
      let end = SourceLine(file: cursor.file, line: cursor.token.location.line)
      instructions.append(Instruction(.return, origin: end))
    }
    cursor.next()
    return Program(
      name: name, parameterByteCount: parameters?.byteCount ?? 0,
      parameterAlignment: parameters?.alignment ?? 8, threadCount: threadCount,
      clusterSize: bounds.clusterSize ?? 1, registerBudget: bounds.registerBudget,
      constants: constants(named: reader.constants), instructions: instructions)
  }

  /// The array that a kernel reads; the only one of the module where it reads none.
  private func constants(named name: String?) -> [UInt8] {
    var arrays: [[UInt8]] = []
    for (key, variable) in variables {
      guard case .constants(let array) = variable else { continue }
      if key == name { return array.bytes }
      arrays.append(array.bytes)
    }
    return arrays.count == 1 ? arrays[0] : []
  }

  /// `(.param .align 8 .b8 arguments[48])`
  private mutating func parameters() throws(PTXError) -> ParameterSyntax? {
    guard cursor.take("("), !cursor.take(")") else { return nil }
    try expect(directive: "param")
    let alignment = try alignment()
    let typeLocation = cursor.token.location
    let type = try elementType()
    let name = try cursor.expectWord("the name of a parameter").text
    guard type.byteCount == 1, cursor.token.is("[") else {
      throw cursor.fail(
        "unsupported: a parameter that is no array of bytes, as .b8 arguments[48]",
        at: typeLocation)
    }
    try cursor.expect("[")
    let count = try cursor.expectInteger(
      "the number of bytes", in: 1...ParameterSyntax.byteLimit)
    if count > 4096, version < PTXVersion(8, 1) {
      throw cursor.fail("more than 4096 bytes of parameters need PTX 8.1")
    }
    try cursor.expect("]")
    guard !cursor.token.is(",") else {
      throw cursor.fail("unsupported: more than one parameter")
    }
    try cursor.expect(")")
    return ParameterSyntax(name: name, byteCount: count, alignment: alignment ?? 1)
  }

  /// What a kernel says of its launch.
  private struct LaunchBounds {
    var threadCount: Int?
    var clusterSize: Int?
    var registerBudget: Int?
    var isExplicitCluster = false
  }

  /// `.reqntid 128, 1, 1 .reqnctapercluster 2, 1, 1 .maxnreg 64`
  private mutating func launchBounds() throws(PTXError) -> LaunchBounds {
    var bounds = LaunchBounds()
    while cursor.token.kind == .dotted {
      let location = cursor.token.location
      switch cursor.token.text {
      case "reqntid" where bounds.threadCount == nil:
        let count = try extentAlongX("threads", in: 32...1024)
        guard count.isMultiple(of: 32) else {
          throw cursor.fail("the number of threads must be a multiple of 32", at: location)
        }
        bounds.threadCount = count
      case "reqnctapercluster" where bounds.clusterSize == nil:
        try requireClusters(".reqnctapercluster")
        bounds.clusterSize = try extentAlongX("blocks of a cluster", in: 1...8)
      case "explicitcluster" where !bounds.isExplicitCluster:
        // It says that a launch without a size of clusters is an error.
        try requireClusters(".explicitcluster")
        cursor.next()
        bounds.isExplicitCluster = true
      case "maxnreg" where bounds.registerBudget == nil:
        cursor.next()
        bounds.registerBudget = try cursor.expectInteger("the number of registers", in: 1...255)
      case "reqntid", "maxnreg", "reqnctapercluster", "explicitcluster":
        throw cursor.fail("\(cursor.token.quoted) stands here twice")
      case "pragma": try skipPragma()
      default: throw cursor.fail("unsupported directive \(cursor.token.quoted) of a kernel")
      }
    }
    if bounds.isExplicitCluster, bounds.clusterSize == nil {
      throw cursor.fail("unsupported: clusters of a size that the launch gives")
    }
    return bounds
  }

  /// Takes a directive with three extents, of which those along y and z are 1.
  private mutating func extentAlongX(
    _ what: String, in range: ClosedRange<Int>
  ) throws(PTXError) -> Int {
    cursor.next()
    let extent = try cursor.expectInteger("the number of \(what)", in: range)
    for axis in ["y", "z"] where cursor.take(",") {
      _ = try cursor.expectInteger("the number of \(what) along \(axis)", in: 1...1)
    }
    return extent
  }

  private func requireClusters(_ directive: String) throws(PTXError) {
    guard target >= .sm90 else {
      throw cursor.fail("'\(directive)' needs sm_90, and the text is for \(target.rawValue)")
    }
  }

  /// One statement of a body; `nil` where it is no instruction.
  private mutating func statement(
    _ reader: inout InstructionReader
  ) throws(PTXError) -> Instruction? {
    let token = cursor.token
    if token.kind == .dotted {
      switch token.text {
      case "reg": try declareRegisters(&reader)
      case "pragma": try skipPragma()
      case "loc": cursor.skipLine()
      default: throw cursor.fail("unsupported directive \(token.quoted) in a kernel")
      }
      return nil
    }
    guard !token.is("{") else { throw cursor.fail("unsupported: a block within a kernel") }
    guard token.kind == .word, cursor.following.is(":") else {
      guard token.kind != .end else { throw cursor.fail("a kernel has no end; expected '}'") }
      return try reader.read(try cursor.instruction())
    }
    cursor.next()
    cursor.next()
    guard reader.registers[token.text] == nil, let label = reader.labels.define(token.text) else {
      throw cursor.fail("'\(token.text)' is declared twice", at: token.location)
    }
    let origin = SourceLine(file: cursor.file, line: token.location.line)
    return Instruction(.label(label), origin: origin)
  }

  /// `.reg .b32 %r<12>, %x;`
  private mutating func declareRegisters(_ reader: inout InstructionReader) throws(PTXError) {
    cursor.next()
    guard cursor.token.kind == .dotted, let type = ScalarType(rawValue: cursor.token.text),
      ScalarType.ofRegisters.contains(type)
    else { throw cursor.fail("unsupported type of a register, \(cursor.token.quoted)") }
    cursor.next()
    repeat {
      let name = try cursor.expectWord("the name of a register")
      var count: Int?
      if cursor.take("<") {
        count = try cursor.expectInteger("the number of registers", in: 0...RegisterTable.limit)
        try cursor.expect(">")
      }
      if let problem = reader.registers.declare(name.text, count: count, as: type) {
        throw cursor.fail(problem, at: name.location)
      }
    } while cursor.take(",")
    try cursor.expect(";")
  }
}

extension Instruction {
  /// Whether what follows is reached by branches alone.
  fileprivate var endsThread: Bool {
    guard `guard` == nil else { return false }
    switch operation {
    case .return, .branch: return true
    default: return false
    }
  }
}
