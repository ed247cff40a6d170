import KernelIR

extension InstructionReader {
  /// `mbarrier`
  mutating func sharedBarrier() throws(PTXError) -> Instruction {
    switch try modifiers.choose([
      "init": "init", "inval": "inval", "arrive": "arrive", "test_wait": "test",
      "try_wait": "try",
    ]) {
    case "init":
      try expectSharedB64()
      try expectOperands(2)
      return Instruction(.barrierInit, sources: [try address(0, .shared), try value(1, .u32)])
    case "inval":
      try expectSharedB64()
      try expectOperands(1)
      return Instruction(.barrierInvalidate, sources: [try address(0, .shared)])
    case "arrive": return try arrive()
    case "test": return try wait(.barrierTest)
    default: return try wait(.barrierTry)
    }
  }

  private mutating func expectSharedB64() throws(PTXError) {
    try expectShared()
    try modifiers.expect("b64")
    try modifiers.end()
  }

  /// `mbarrier.arrive`, of one thread, with or without bytes to expect.
  private mutating func arrive() throws(PTXError) -> Instruction {
    let expectsBytes = modifiers.take("expect_tx")
    // What an arrival without them has.
    var scope = FenceScope.block
    if modifiers.take("release") {
      try require(8, 0, for: "'.release'")
      if !expectsBytes, modifiers.take("cluster") {
        scope = .cluster
      } else {
        try modifiers.expect("cta")
      }
    }
    if !expectsBytes, modifiers.take("shared::cluster") { return try arriveInCluster(scope) }
    guard scope == .block else { throw modifiers.unexpected(instead: [".shared::cluster"]) }
    try expectSharedB64()
    if expectsBytes { try expectOperands(3) } else { try expectOperands(2, 3) }
    guard case .sink = syntax.operands[0].form else {
      throw fail("unsupported: the state of a barrier; expected '_'")
    }
    try require(7, 1, for: "'_' in place of the state")
    let address = try address(1, .shared)
    if expectsBytes {
      return Instruction(.barrierExpect, sources: [address, try value(2, .u32)])
    }
    if syntax.operands.count == 3 {
      _ = try integer(2, "the number of arrivals", in: 1...1)
      guard target >= .sm90 else { throw fail("a number of arrivals needs sm_90") }
      try require(7, 8, for: "a number of arrivals")
    }
    return Instruction(.barrierArriveShared, sources: [address])
  }

  /// `mbarrier.test_wait.parity`, `mbarrier.try_wait.parity`
  private mutating func wait(_ operation: Operation) throws(PTXError) -> Instruction {
    var operation = operation
    try modifiers.expect("parity")
    if modifiers.take("acquire") {
      try require(8, 0, for: "'.acquire'")
      if operation == .barrierTry, modifiers.take("cluster") {
        operation = .barrierTryCluster
      } else {
        try modifiers.expect("cta")
      }
    }
    try expectSharedB64()
    try expectOperands(3)
    let result = try register(0, .pred)
    let address = try address(1, .shared)
    let parity = try value(2, .u32)
    if case .immediate(let bits) = parity, bits > 1 {
      throw fail("the parity must be in 0…1", at: syntax.operands[2].location)
    }
    return Instruction(operation, results: [result], sources: [address, parity])
  }
}
