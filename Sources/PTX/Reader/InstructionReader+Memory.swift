import KernelIR

extension InstructionReader {
  /// Takes a state space; without one, an address is generic, which nothing here is.
  private mutating func space(_ spaces: MemorySpace...) throws(PTXError) -> MemorySpace {
    for space in spaces {
      switch space {
      case .global: if modifiers.take("global") { return space }
      case .shared: if try takeShared() { return space }
      case .cluster: if modifiers.take("shared::cluster") { return space }
      case .constant: if modifiers.take("const") { return space }
      case .parameter:
        if modifiers.take("param") { return space }
        if modifiers.take("param::entry") {
          try require(8, 3, for: "'.param::entry'")
          return space
        }
      }
    }
    let names = spaces.map { space in
      switch space {
      case .constant: "const"
      case .parameter: "param"
      case .cluster: "shared::cluster"
      case .global, .shared: space.rawValue
      }
    }
    throw modifiers.unexpected(
      instead: names.map { "." + $0 }, hint: "generic addresses are unsupported")
  }

  private mutating func takeShared() throws(PTXError) -> Bool {
    if modifiers.take("shared") { return true }
    guard modifiers.take("shared::cta") else { return false }
    try require(7, 8, for: "'.shared::cta'")
    return true
  }

  /// Takes the space of an instruction that works on shared memory alone.
  mutating func expectShared() throws(PTXError) {
    _ = try space(.shared)
  }

  private mutating func vectorCount() -> Int {
    modifiers.take("v2") ? 2 : modifiers.take("v4") ? 4 : 1
  }

  private mutating func memoryType() throws(PTXError) -> ScalarType {
    try modifiers.type([.b16, .u16, .s16, .b32, .u32, .s32, .f32, .b64, .u64, .s64])
  }

  /// `ld`
  mutating func load() throws(PTXError) -> Instruction {
    _ = modifiers.take("weak")
    let space = try space(.global, .shared, .cluster, .constant, .parameter)
    let isReadOnly = space == .global && modifiers.take("nc")
    let count = vectorCount()
    let type = try memoryType()
    try modifiers.end()
    try expectOperands(2)
    let results =
      count == 1 ? [try register(0, type)] : try registers(0, type, count: count)
    let access = try access(
      space, type, values: results.map { .register($0) }, cache: isReadOnly ? .readOnly : .standard)
    return Instruction(
      .load(access), results: results,
      sources: [try address(1, space, byteCount: access.byteCount)])
  }

  /// `st`
  mutating func store() throws(PTXError) -> Instruction {
    _ = modifiers.take("weak")
    let space = try space(.global, .shared, .cluster)
    let count = vectorCount()
    let type = try memoryType()
    try modifiers.end()
    try expectOperands(2)
    let values = count == 1 ? [try value(1, type)] : try values(1, type, count: count)
    let access = try access(space, type, values: values, cache: .standard)
    return Instruction(
      .store(access),
      sources: [try address(0, space, byteCount: access.byteCount)] + values)
  }

  private func access(
    _ space: MemorySpace, _ type: ScalarType, values: [Operand], cache: Access.Cache
  ) throws(PTXError) -> Access {
    let moved = type.moved(
      in: values.lazy.compactMap(\.register?.class).first ?? type.registerClass)
    let access = Access(space, moved, count: values.count, cache: cache)
    guard access.byteCount <= 16 else {
      throw fail("unsupported: '\(syntax.mnemonic)', an access of more than 16 bytes")
    }
    return access
  }

  /// `atom`
  mutating func atomic() throws(PTXError) -> Instruction {
    let (operation, space, type) = try atomicOperation([
      "add": .add, "min": .min, "max": .max, "and": .and, "or": .or, "exch": .exchange,
      "cas": .compareExchange,
    ])
    try expectOperands(operation == .compareExchange ? 4 : 3)
    let result = try register(0, type)
    return Instruction(
      .atomic(operation, space, type.valueType), results: [result],
      sources: [try address(1, space)]
        + (try values(Array(syntax.operands.dropFirst(2)), type)))
  }

  /// `red`
  mutating func reduce() throws(PTXError) -> Instruction {
    let (operation, space, type) = try atomicOperation([
      "add": .add, "min": .min, "max": .max, "and": .and, "or": .or,
    ])
    try expectOperands(2)
    return Instruction(
      .reduce(operation, space, type.valueType),
      sources: [try address(0, space), try value(1, type)])
  }

  /// Relaxed order and the scope of the device are what an atomic without modifiers has.
  private mutating func atomicOperation(
    _ operations: KeyValuePairs<String, AtomicOperator>
  ) throws(PTXError) -> (AtomicOperator, MemorySpace, ScalarType) {
    _ = modifiers.take("relaxed")
    _ = modifiers.take("gpu")
    let space = try space(.global, .shared)
    let operation = try modifiers.choose(operations)
    let type: ScalarType =
      switch operation {
      case .add: try modifiers.type([.u32, .s32, .u64, .f32])
      case .min, .max: try modifiers.type([.u32, .s32])
      case .and, .or, .exchange, .compareExchange: try modifiers.type([.b32])
      }
    try modifiers.end()
    return (operation, space, type)
  }

  /// `prefetch.global.L2`
  mutating func prefetch() throws(PTXError) -> Instruction {
    try modifiers.expect("global", "L2")
    try modifiers.end()
    try expectOperands(1)
    return Instruction(.prefetch, sources: [try address(0, .global)])
  }

  /// `cp.async` in all its forms.
  mutating func copy() throws(PTXError) -> Instruction {
    try modifiers.expect("async")
    switch try modifiers.choose([
      "ca": "ca", "cg": "cg", "commit_group": "commit", "wait_group": "wait",
      "mbarrier": "mbarrier", "bulk": "bulk",
    ]) {
    case "ca": return try asyncCopy(cg: false)
    case "cg": return try asyncCopy(cg: true)
    case "mbarrier": return try asyncCopyArrive()
    case "bulk": return try tensorCopy()
    case "wait":
      try modifiers.end()
      try expectOperands(1)
      let count = try integer(0, "the number of groups", in: 0...Int(Int32.max))
      return Instruction(.asyncCopyWait(count))
    default:
      try modifiers.end()
      try expectOperands(0)
      return Instruction(.asyncCopyCommit)
    }
  }

  private mutating func asyncCopy(cg: Bool) throws(PTXError) -> Instruction {
    try expectShared()
    try modifiers.expect("global")
    try modifiers.end()
    try expectOperands(3, 4)
    let byteCount = try integer(2, "the number of bytes", in: 4...16)
    guard cg ? byteCount == 16 : byteCount == 4 || byteCount == 8 else {
      let wanted = cg ? "16 bytes" : "4 or 8 bytes; 16 are copied by .cg"
      throw fail(
        "unsupported: '\(syntax.mnemonic)' of \(byteCount) bytes instead of \(wanted)",
        at: syntax.operands[2].location)
    }
    let to = try address(0, .shared)
    let from = try address(1, .global)
    var readCount = Operand.immediate(UInt64(byteCount))
    if syntax.operands.count == 4 {
      readCount = try value(3, .u32)
      if case .immediate(let count) = readCount, count > byteCount {
        throw fail(
          "the number of bytes read must be in 0…\(byteCount)", at: syntax.operands[3].location)
      }
    }
    return Instruction(.asyncCopy(byteCount: byteCount), sources: [to, from, readCount])
  }

  /// `cp.async.mbarrier.arrive.noinc`
  private mutating func asyncCopyArrive() throws(PTXError) -> Instruction {
    try modifiers.expect("arrive", "noinc")
    try expectShared()
    try modifiers.expect("b64")
    try modifiers.end()
    try expectOperands(1)
    return Instruction(.asyncCopyArrive, sources: [try address(0, .shared)])
  }

  /// `cp.async.bulk.tensor`, by tiles.
  private mutating func tensorCopy() throws(PTXError) -> Instruction {
    try modifiers.expect("tensor")
    let dimensionCount = try modifiers.choose(["1d": 1, "2d": 2, "3d": 3, "4d": 4, "5d": 5])
    let isOfBlock = modifiers.take("shared::cta")
    if isOfBlock {
      try require(8, 6, for: "a tensor copy to '.shared::cta'")
    } else {
      try modifiers.expect("shared::cluster")
    }
    try modifiers.expect("global")
    _ = modifiers.take("tile")
    try modifiers.expect("mbarrier::complete_tx::bytes")
    let isMulticast = !isOfBlock && modifiers.take("multicast::cluster")
    try modifiers.end()
    if isMulticast { try expectOperands(4) } else { try expectOperands(3) }
    let operand = syntax.operands[1]
    guard case .tensor(let map, let coordinates) = operand.form else {
      throw fail(
        "expected '[map, {coordinates}]', not \(operand.summary)", at: operand.location)
    }
    guard coordinates.count == dimensionCount else {
      throw fail(
        "expected \(dimensionCount) coordinates, not \(coordinates.count)", at: operand.location)
    }
    let mapOperand = OperandSyntax(form: .name(map), location: operand.location)
    let mapRegister = try register(mapOperand, .u64)
    let sources =
      [
        try address(0, .shared), .memory(.register(mapRegister), offset: 0),
        try address(2, .shared),
      ] + (try values(coordinates, .s32))
    guard isMulticast else {
      return Instruction(.tensorCopy(dimensionCount: dimensionCount), sources: sources)
    }
    return Instruction(
      .tensorMulticast(dimensionCount: dimensionCount), sources: sources + [try value(3, .u16)])
  }
}
