import KernelIR

/// Says what the instructions of one kernel mean (ISA, "Instruction Set").
///
/// Each family of instructions reads its modifiers and operands in an extension of its own; what no
/// ``Operation`` says is an error.
struct InstructionReader {
  let file: String
  let version: PTXVersion
  let target: Target
  /// The variables of the module.
  let variables: [String: Variable]
  /// The kernel's parameter struct.
  let parameters: ParameterSyntax?
  var registers = RegisterTable()
  var labels = LabelTable()
  /// The array of constant memory that the kernel reads.
  private(set) var constants: String?

  // The instruction at hand.
  private(set) var syntax: InstructionSyntax
  var modifiers: Modifiers

  init(
    file: String, version: PTXVersion, target: Target, variables: [String: Variable],
    parameters: ParameterSyntax?
  ) {
    self.file = file
    self.version = version
    self.target = target
    self.variables = variables
    self.parameters = parameters
    let nothing = Token(kind: .end, text: "", location: Location(line: 1, column: 1))
    syntax = InstructionSyntax(name: nothing, modifiers: [], operands: [])
    modifiers = Modifiers(of: syntax, file: file)
  }

  func fail(_ message: String, at location: Location? = nil) -> PTXError {
    let place = location ?? syntax.name.location
    return PTXError(file: file, line: place.line, column: place.column, message: message)
  }

  mutating func read(_ syntax: InstructionSyntax) throws(PTXError) -> Instruction {
    self.syntax = syntax
    modifiers = Modifiers(of: syntax, file: file)
    var instruction = try instruction()
    try check(instruction)
    if let guarding = syntax.guard {
      guard let entry = registers[guarding.name], entry.declared == .pred else {
        throw fail("expected a predicate, not '\(guarding.name)'", at: guarding.location)
      }
      instruction.guard = Guard(entry.register, negated: guarding.isNegated)
    }
    instruction.origin = SourceLine(file: file, line: syntax.name.location.line)
    return instruction
  }

  private mutating func instruction() throws(PTXError) -> Instruction {
    switch syntax.name.text {
    case "mov": try move()
    case "neg": try signed(.negate)
    case "abs": try signed(.absolute)
    case "not": try complement()
    case "popc": try count(.countOnes)
    case "clz": try count(.countLeadingZeros)
    case "brev": try reverseBits()
    case "rcp": try rounded(.reciprocal)
    case "sqrt": try rounded(.squareRoot)
    case "add": try sum(.add)
    case "sub": try sum(.subtract)
    case "mul": try product()
    case "mad": try productAndSum()
    case "fma": try fusedProductAndSum()
    case "div": try quotient()
    case "rem": try remainder()
    case "min": try extremum(.min, .minNaN)
    case "max": try extremum(.max, .maxNaN)
    case "and": try logical(.and)
    case "or": try logical(.or)
    case "xor": try logical(.xor)
    case "shl": try shiftLeft()
    case "shr": try shiftRight()
    case "prmt": try permuteBytes()
    case "setp": try compare()
    case "selp": try select()
    case "cvt": try convert()
    case "ld": try load()
    case "st": try store()
    case "atom": try atomic()
    case "red": try reduce()
    case "prefetch": try prefetch()
    case "mapa": try remoteAddress()
    case "cp": try copy()
    case "shfl": try shuffle()
    case "vote": try vote()
    case "bar": try barrier(isAligned: true)
    case "barrier": try barrier(isAligned: false)
    case "fence": try fence()
    case "elect": try electOne()
    case "mbarrier": try sharedBarrier()
    case "ldmatrix": try loadMatrix()
    case "stmatrix": try storeMatrix()
    case "mma": try multiplyMatrices()
    case "wgmma": try warpgroup()
    case "setmaxnreg": try setMaxRegisters()
    case "bra": try branch()
    case "ret", "exit": try `return`()
    default: throw fail("unknown or unsupported instruction '\(syntax.mnemonic)'")
    }
  }

  /// Requires a version of PTX for what came with it.
  func require(_ major: Int, _ minor: Int, for what: String) throws(PTXError) {
    guard version >= PTXVersion(major, minor) else {
      throw fail("\(what) needs PTX \(major).\(minor), and the text says \(version)")
    }
  }

  /// The name of a variable, as the base of an address of constant memory.
  mutating func useConstants(_ name: String, at location: Location) throws(PTXError) {
    guard constants == nil || constants == name else {
      throw fail("unsupported: a kernel that reads two arrays of constant memory", at: location)
    }
    constants = name
  }
}
