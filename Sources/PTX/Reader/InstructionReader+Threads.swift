import KernelIR

extension InstructionReader {
  /// `shfl.sync`
  mutating func shuffle() throws(PTXError) -> Instruction {
    try modifiers.expect("sync")
    let mode: ShuffleMode = try modifiers.choose([
      "up": .up, "down": .down, "bfly": .exclusiveOr, "idx": .index,
    ])
    try modifiers.expect("b32")
    try modifiers.end()
    try expectOperands(5)
    if case .pair = syntax.operands[0].form {
      throw fail("unsupported: the predicate of 'shfl.sync'", at: syntax.operands[0].location)
    }
    let result = try register(0, .b32)
    let sources = [try value(1, .b32), try value(2, .u32), try value(3, .u32)]
    let clamp: UInt64 = mode == .up ? 0 : 0x1f
    guard sources[2] == .immediate(clamp) else {
      throw fail(
        "unsupported: a shuffle within parts of the warp; expected the constant \(clamp)",
        at: syntax.operands[3].location)
    }
    try expectAllLanes(4)
    return Instruction(
      .shuffle(mode, ScalarType.b32.moved(in: result.class)), results: [result], sources: sources)
  }

  /// `vote.sync`
  mutating func vote() throws(PTXError) -> Instruction {
    try modifiers.expect("sync")
    let mode: VoteMode? = try modifiers.choose(["any": .any, "all": .all, "ballot": nil])
    try modifiers.expect(mode == nil ? "b32" : "pred")
    try modifiers.end()
    try expectOperands(3)
    let result = try register(0, mode == nil ? .b32 : .pred)
    let source = try value(1, .pred)
    try expectAllLanes(2)
    return Instruction(
      mode.map { .vote($0) } ?? .ballot, results: [result], sources: [source])
  }

  /// `bar`, and `barrier` with `.aligned`, which is the same.
  mutating func barrier(isAligned: Bool) throws(PTXError) -> Instruction {
    if isAligned, modifiers.take("warp") { return try warpBarrier() }
    if !isAligned, modifiers.take("cluster") { return try clusterBarrier() }
    if modifiers.take("cta") { try require(7, 8, for: "'.cta' of a barrier") }
    let isArrival = try modifiers.choose(["sync": false, "arrive": true])
    if !isAligned { try modifiers.expect("aligned") }
    try modifiers.end()
    if isArrival { try expectOperands(2) } else { try expectOperands(1, 2) }
    let id = try integer(0, "the barrier", in: 0...15)
    guard syntax.operands.count == 2 else {
      return Instruction(.barrier(id: id, threadCount: nil))
    }
    let threadCount = try integer(1, "the number of threads", in: 32...1024)
    guard threadCount % 32 == 0 else {
      throw fail(
        "the number of threads must be a multiple of 32", at: syntax.operands[1].location)
    }
    return Instruction(
      isArrival
        ? .barrierArrive(id: id, threadCount: threadCount)
        : .barrier(id: id, threadCount: threadCount))
  }

  /// `bar.warp.sync`
  private mutating func warpBarrier() throws(PTXError) -> Instruction {
    try modifiers.expect("sync")
    try modifiers.end()
    try expectOperands(1)
    try expectAllLanes(0)
    return Instruction(.warpBarrier)
  }

  /// `fence`; without a kind it is that of acquire and release.
  mutating func fence() throws(PTXError) -> Instruction {
    if modifiers.take("proxy") { return try proxyFence() }
    if modifiers.take("mbarrier_init") {
      try modifiers.expect("release", "cluster")
      try modifiers.end()
      try expectOperands(0)
      return Instruction(.fenceBarrierInit)
    }
    _ = modifiers.take("acq_rel")
    let scope: FenceScope = try modifiers.choose([
      "cta": .block, "cluster": .cluster, "gpu": .device,
    ])
    try modifiers.end()
    try expectOperands(0)
    return Instruction(.fence(scope))
  }

  /// `fence.proxy`: of shared memory for asynchronous operations, or of a tensor map from the host,
  /// whose size is always 128 bytes.
  private mutating func proxyFence() throws(PTXError) -> Instruction {
    if modifiers.take("tensormap::generic") {
      try modifiers.expect("acquire", "sys")
      try modifiers.end()
      try expectOperands(2)
      _ = try integer(1, "the size of a tensor map", in: 128...128)
      return Instruction(.fenceTensorMap, sources: [try address(0, .global)])
    }
    try modifiers.expect("async", "shared::cta")
    try modifiers.end()
    try expectOperands(0)
    return Instruction(.fenceAsyncProxy)
  }

  /// `elect.sync`
  mutating func electOne() throws(PTXError) -> Instruction {
    try modifiers.expect("sync")
    try modifiers.end()
    try expectOperands(2)
    let operand = syntax.operands[0]
    guard case .pair(let lane, let predicate) = operand.form, case .sink = lane.form else {
      throw fail("unsupported: results of 'elect.sync' other than '_|p'", at: operand.location)
    }
    let result = try register(predicate, .pred)
    try expectAllLanes(1)
    return Instruction(.electOne, results: [result])
  }

  /// `bra`
  mutating func branch() throws(PTXError) -> Instruction {
    let isUniform = modifiers.take("uni")
    try modifiers.end()
    try expectOperands(1)
    let operand = syntax.operands[0]
    guard case .name(let name) = operand.form else {
      throw fail("expected a label, not \(operand.summary)", at: operand.location)
    }
    return Instruction(
      .branch(to: labels.use(name, at: operand.location), isUniform: isUniform))
  }

  /// `ret`, `exit`: the same in a kernel.
  mutating func `return`() throws(PTXError) -> Instruction {
    if syntax.name.text == "ret" { _ = modifiers.take("uni") }
    try modifiers.end()
    try expectOperands(0)
    return Instruction(.return)
  }

  /// `setmaxnreg`
  mutating func setMaxRegisters() throws(PTXError) -> Instruction {
    let increases = try modifiers.choose(["inc": true, "dec": false])
    try modifiers.expect("sync", "aligned", "u32")
    try modifiers.end()
    try expectOperands(1)
    let count = try integer(0, "the number of registers", in: 24...256)
    guard count % 8 == 0 else {
      throw fail(
        "the number of registers must be a multiple of 8", at: syntax.operands[0].location)
    }
    return Instruction(.setMaxRegisters(count, increases: increases))
  }
}
