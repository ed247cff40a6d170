import KernelIR

extension MatrixType {
  /// The type of a register with such values.
  fileprivate var packed: ScalarType {
    switch self {
    case .f16: .f16x2
    case .bf16: .bf16x2
    case .tf32: .tf32
    }
  }
}

extension InstructionReader {
  /// `ldmatrix`
  mutating func loadMatrix() throws(PTXError) -> Instruction {
    let (count, isTransposed) = try matrixModifiers()
    try expectOperands(2)
    let results = try registers(0, .b32, count: count)
    return Instruction(
      .loadMatrix(count: count, transposed: isTransposed), results: results,
      sources: [try address(1, .shared)])
  }

  /// `stmatrix`
  mutating func storeMatrix() throws(PTXError) -> Instruction {
    let (count, isTransposed) = try matrixModifiers()
    try expectOperands(2)
    let registers = try registers(1, .b32, count: count)
    return Instruction(
      .storeMatrix(count: count, transposed: isTransposed),
      sources: [try address(0, .shared)] + registers.map { .register($0) })
  }

  private mutating func matrixModifiers() throws(PTXError) -> (count: Int, transposed: Bool) {
    try modifiers.expect("sync", "aligned", "m8n8")
    let count = try modifiers.choose(["x1": 1, "x2": 2, "x4": 4])
    let isTransposed = modifiers.take("trans")
    try expectShared()
    try modifiers.expect("b16")
    try modifiers.end()
    return (count, isTransposed)
  }

  /// `mma`, dense or sparse.
  mutating func multiplyMatrices() throws(PTXError) -> Instruction {
    var isSparse = modifiers.take("sp")
    if !isSparse, modifiers.take("sp::ordered_metadata") {
      try require(8, 5, for: "'.sp::ordered_metadata'")
      isSparse = true
    }
    try modifiers.expect("sync", "aligned")
    let k = try modifiers.choose(["m16n8k4": 4, "m16n8k8": 8, "m16n8k16": 16, "m16n8k32": 32])
    try modifiers.expect("row", "col")
    let shape = MatrixShape(k: k, type: try matrixTypes())
    try modifiers.expect("f32")
    try modifiers.end()
    guard (isSparse ? MatrixShape.sparse : MatrixShape.dense).contains(shape) else {
      throw fail("unsupported shape of '\(syntax.mnemonic)'")
    }
    try expectOperands(isSparse ? 6 : 4)
    let results = try registers(0, .f32, count: 4)
    let a = try registers(
      1, shape.type.packed, count: shape.aRegisterCount / (isSparse ? 2 : 1))
    let b = try registers(2, shape.type.packed, count: shape.bRegisterCount)
    let sources = (a + b).map { Operand.register($0) } + (try values(3, .f32, count: 4))
    guard isSparse else {
      return Instruction(.multiplyMatrices(shape), results: results, sources: sources)
    }
    let metadata = Operand.register(try register(4, .u32))
    // Where two threads of four give metadata, the selector says which pair.
    let isPair = k * shape.type.byteCount == 64
    let selector = try integer(5, "the selector", in: 0...(isPair ? 1 : 3))
    return Instruction(
      .multiplySparseMatrices(shape, selector: selector), results: results,
      sources: sources + [metadata])
  }

  /// Takes the types of d, a and b.
  private mutating func matrixTypes() throws(PTXError) -> MatrixType {
    try modifiers.expect("f32")
    let types: KeyValuePairs<String, MatrixType> = ["f16": .f16, "bf16": .bf16, "tf32": .tf32]
    let a = try modifiers.choose(types)
    guard try modifiers.choose(types) == a else {
      throw fail("the types of A and B differ in '\(syntax.mnemonic)'")
    }
    return a
  }

  /// `wgmma`
  mutating func warpgroup() throws(PTXError) -> Instruction {
    let form = try modifiers.choose([
      "mma_async": "product", "fence": "fence", "commit_group": "commit", "wait_group": "wait",
    ])
    try modifiers.expect("sync", "aligned")
    if form == "product" { return try multiplyWarpgroup() }
    try modifiers.end()
    if form == "wait" {
      try expectOperands(1)
      let count = try integer(0, "the number of groups", in: 0...Int(Int32.max))
      return Instruction(.warpgroupWait(count))
    }
    try expectOperands(0)
    return Instruction(form == "fence" ? .warpgroupFence : .warpgroupCommit)
  }

  /// `wgmma.mma_async`: factors of A and B are 1; 16-bit types say how B lies, and A in shared memory.
  private mutating func multiplyWarpgroup() throws(PTXError) -> Instruction {
    let dimensions = try modifiers.takeAny("a shape m64nNkK")
    let type = try matrixTypes()
    try modifiers.end()
    var shape = WarpgroupShape(n: 8, type: type)
    guard
      let n = stride(from: 8, through: 256, by: 8).first(where: {
        dimensions.text == "m64n\($0)k\(shape.k)"
      })
    else {
      throw fail(
        "unsupported shape '.\(dimensions.text)'; expected m64nNk\(shape.k) with N in 8…256 "
          + "in steps of 8", at: dimensions.location)
    }
    shape.n = n
    if syntax.operands.count > 1, case .vector = syntax.operands[1].form {
      shape.aInRegisters = true
    }
    let factors = 4...5
    let layouts = type == .tf32 ? 6..<6 : 6..<(shape.aInRegisters ? 7 : 8)
    try expectOperands(layouts.upperBound)
    let results = try registers(0, .f32, count: shape.accumulatorCount)
    var sources: [Operand] =
      shape.aInRegisters
      ? try registers(1, type.packed, count: 4).map { .register($0) }
      : [.register(try register(1, .b64))]
    sources.append(.register(try register(2, .b64)))
    sources.append(try value(3, .pred))
    for index in factors { _ = try integer(index, "a factor", in: 1...1) }
    for index in layouts {
      let transposes = try integer(index, "a layout", in: 0...1) == 1
      if index == layouts.upperBound - 1 {
        shape.transposesB = transposes
      } else {
        shape.transposesA = transposes
      }
    }
    return Instruction(
      .multiplyWarpgroup(shape), results: results,
      sources: sources + results.map { .register($0) })
  }
}
