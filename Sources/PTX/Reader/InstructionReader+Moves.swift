import KernelIR

extension InstructionReader {
  /// `mov`: of registers, constants, special registers, halves, and the address of shared memory.
  mutating func move() throws(PTXError) -> Instruction {
    let type = try modifiers.type([
      .pred, .b16, .u16, .s16, .b32, .u32, .s32, .f32, .b64, .u64, .s64,
    ])
    try modifiers.end()
    try expectOperands(2)
    let (to, from) = (syntax.operands[0], syntax.operands[1])
    if case .vector = to.form {
      let (whole, half) = try packed(type)
      return Instruction(
        .unpack(whole), results: try registers(0, half, count: 2), sources: [try value(1, type)])
    }
    if case .vector = from.form {
      let (whole, half) = try packed(type)
      return Instruction(
        .pack(whole), results: [try register(0, type)], sources: try values(1, half, count: 2))
    }
    let result = try register(0, type)
    if case .name(let name) = from.form, registers[name] == nil {
      return try special(name, type, result: result, at: from.location)
    }
    return Instruction(
      .move(type.moved(in: result.class)), results: [result], sources: [try value(1, type)])
  }

  /// What `{a, b}` makes of the type of a `mov`, and the type of a and b.
  private func packed(_ type: ScalarType) throws(PTXError) -> (ValueType, ScalarType) {
    switch type {
    case .b32: (.f16x2, .b16)
    case .b64: (.u64, .b32)
    default: throw fail("expected 'mov.b32' or 'mov.b64' with a vector, not '\(syntax.mnemonic)'")
    }
  }

  private func special(
    _ name: String, _ type: ScalarType, result: Register, at location: Location
  ) throws(PTXError) -> Instruction {
    let known: SpecialRegister? =
      switch name {
      case "%tid.x": .threadX
      case "%ntid.x": .threadCountX
      case "%ctaid.x": .blockX
      case "%ctaid.y": .blockY
      case "%ctaid.z": .blockZ
      case "%nctaid.x": .blockCountX
      case "%nctaid.y": .blockCountY
      case "%nctaid.z": .blockCountZ
      case "%laneid": .lane
      case "%cluster_ctarank": .blockRank
      case "%cluster_nctarank": .clusterSize
      case "%clock64": .clock64
      default: nil
      }
    if let known {
      guard type.bitCount == (known == .clock64 ? 64 : 32), type != .f32 else {
        throw fail("'\(name)' is not of .\(type.rawValue)", at: location)
      }
      return Instruction(.special(known), results: [result])
    }
    if name.contains(".") {
      throw fail("unsupported special register '\(name)'", at: location)
    }
    switch variables[name] {
    case .shared where type.bitCount == 32 && type != .f32:
      return Instruction(.sharedAddress, results: [result])
    case .shared:
      throw fail("unsupported: the address '\(name)' as .\(type.rawValue)", at: location)
    case .constants:
      throw fail("unsupported: the address of constant memory, '\(name)'", at: location)
    case nil where parameters?.name == name:
      throw fail("unsupported: the address of the parameters, '\(name)'", at: location)
    case nil: throw fail("the register '\(name)' is not declared", at: location)
    }
  }

  /// `selp`
  mutating func select() throws(PTXError) -> Instruction {
    let type = try modifiers.type([.b16, .u16, .s16, .b32, .u32, .s32, .f32, .b64, .u64, .s64])
    try modifiers.end()
    try expectOperands(4)
    let result = try register(0, type)
    let sources = [try value(1, type), try value(2, type), try value(3, .pred)]
    return Instruction(
      .select(type.moved(in: result.class)), results: [result], sources: sources)
  }

  /// `cvt`: the modifiers as a whole say which.
  mutating func convert() throws(PTXError) -> Instruction {
    let start = syntax.modifiers.first?.location
    let spelling = modifiers.takeRest()
    guard let (conversion, result, source) = conversion(spelling) else {
      throw fail("unsupported conversion '\(syntax.mnemonic)'", at: start)
    }
    if conversion == .f16x2FromF32 || conversion == .bf16x2FromF32 {
      try expectOperands(3)
      return Instruction(
        .convert(conversion), results: [try register(0, result)],
        sources: [try value(2, source), try value(1, source)])
    }
    try expectOperands(2)
    return Instruction(
      .convert(conversion), results: [try register(0, result)], sources: [try value(1, source)])
  }

  /// Signed and unsigned 64 bits are the same ones; which source it is says how it is widened.
  private func conversion(_ spelling: String) -> (Conversion, ScalarType, ScalarType)? {
    switch spelling {
    case "f32.f16": (.f32FromF16, .f32, .f16)
    case "rn.f16.f32": (.f16FromF32, .f16, .f32)
    case "rn.f16x2.f32": (.f16x2FromF32, .f16x2, .f32)
    case "rn.bf16x2.f32": (.bf16x2FromF32, .bf16x2, .f32)
    case "rna.tf32.f32": (.tf32FromF32, .tf32, .f32)
    case "rn.f32.s32": (.f32FromS32, .f32, .s32)
    case "rn.f32.u32": (.f32FromU32, .f32, .u32)
    case "rni.s32.f32": (.s32FromF32(.nearestEven), .s32, .f32)
    case "rzi.s32.f32": (.s32FromF32(.towardZero), .s32, .f32)
    case "rmi.s32.f32": (.s32FromF32(.down), .s32, .f32)
    case "rpi.s32.f32": (.s32FromF32(.up), .s32, .f32)
    case "rni.u32.f32": (.u32FromF32(.nearestEven), .u32, .f32)
    case "rzi.u32.f32": (.u32FromF32(.towardZero), .u32, .f32)
    case "rmi.u32.f32": (.u32FromF32(.down), .u32, .f32)
    case "rpi.u32.f32": (.u32FromF32(.up), .u32, .f32)
    case "rni.f32.f32": (.integralF32(.nearestEven), .f32, .f32)
    case "rzi.f32.f32": (.integralF32(.towardZero), .f32, .f32)
    case "rmi.f32.f32": (.integralF32(.down), .f32, .f32)
    case "rpi.f32.f32": (.integralF32(.up), .f32, .f32)
    case "u64.u32", "s64.u32": (.u64FromU32, .u64, .u32)
    case "s64.s32", "u64.s32": (.u64FromS32, .s64, .s32)
    case "u32.u64", "s32.s64", "s32.u64", "u32.s64": (.u32FromU64, .u32, .u64)
    default: nil
    }
  }
}
