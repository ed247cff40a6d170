import KernelIR

extension InstructionReader {
  /// `barrier.cluster`, of whole warps; arriving releases and waiting acquires also where it is not written.
  mutating func clusterBarrier() throws(PTXError) -> Instruction {
    let isArrival = try modifiers.choose(["arrive": true, "wait": false])
    if modifiers.take(isArrival ? "release" : "acquire") {
      try require(8, 0, for: isArrival ? "'.release'" : "'.acquire'")
    }
    try modifiers.expect("aligned")
    try modifiers.end()
    try expectOperands(0)
    return Instruction(isArrival ? .clusterArrive : .clusterWait)
  }

  /// `mapa.shared::cluster.u32`, of an address in a register or of shared memory by its name.
  mutating func remoteAddress() throws(PTXError) -> Instruction {
    try modifiers.expect("shared::cluster", "u32")
    try modifiers.end()
    try expectOperands(3)
    let result = try register(0, .u32)
    let operand = syntax.operands[1]
    if case .name(let name) = operand.form, registers[name] == nil, variables[name] != nil {
      throw fail("unsupported: 'mapa' of a variable; move its address first", at: operand.location)
    }
    return Instruction(
      .remoteAddress, results: [result], sources: [try value(1, .u32), try value(2, .u32)])
  }

  /// What follows the space of `mbarrier.arrive` at another block's barrier, which gives no state.
  mutating func arriveInCluster(_ scope: FenceScope) throws(PTXError) -> Instruction {
    try modifiers.expect("b64")
    try modifiers.end()
    try expectOperands(2, 3)
    guard case .sink = syntax.operands[0].form else {
      throw fail("expected '_', as another block's barrier gives no state")
    }
    if syntax.operands.count == 3 { _ = try integer(2, "the number of arrivals", in: 1...1) }
    return Instruction(.barrierArriveCluster(scope), sources: [try address(1, .cluster)])
  }
}
