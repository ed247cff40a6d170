import KernelIR

extension InstructionReader {
  /// An instruction of which the result and all operands are of one type.
  private func uniform(
    _ operation: Operation, _ type: ScalarType, sourceCount: Int
  ) throws(PTXError) -> Instruction {
    try modifiers.end()
    try expectOperands(sourceCount + 1)
    let result = try register(0, type)
    return Instruction(
      operation, results: [result], sources: try values(Array(syntax.operands.dropFirst()), type))
  }

  private mutating func unary(
    _ operation: UnaryOperator, of types: ScalarType...
  ) throws(PTXError) -> Instruction {
    let type = try modifiers.type(types)
    return try uniform(.unary(operation, type.valueType), type, sourceCount: 1)
  }

  private mutating func binary(
    _ operation: BinaryOperator, of types: ScalarType...
  ) throws(PTXError) -> Instruction {
    let type = try modifiers.type(types)
    return try uniform(.binary(operation, type.valueType), type, sourceCount: 2)
  }

  private mutating func ternary(
    _ operation: TernaryOperator, of types: ScalarType...
  ) throws(PTXError) -> Instruction {
    let type = try modifiers.type(types)
    return try uniform(.ternary(operation, type.valueType), type, sourceCount: 3)
  }

  /// `neg`, `abs`
  mutating func signed(_ operation: UnaryOperator) throws(PTXError) -> Instruction {
    try unary(operation, of: .s32, .f16, .f16x2, .bf16x2, .f32)
  }

  /// `not`
  mutating func complement() throws(PTXError) -> Instruction {
    try unary(.not, of: .pred, .b32, .b64)
  }

  /// `popc`, `clz`: numbers, of bits.
  mutating func count(_ operation: UnaryOperator) throws(PTXError) -> Instruction {
    try modifiers.expect("b32")
    try modifiers.end()
    try expectOperands(2)
    return Instruction(
      .unary(operation, .u32), results: [try register(0, .u32)], sources: [try value(1, .b32)])
  }

  /// `brev`
  mutating func reverseBits() throws(PTXError) -> Instruction {
    try unary(.reverseBits, of: .b32)
  }

  /// `rcp.rn`, `sqrt.rn`
  mutating func rounded(_ operation: UnaryOperator) throws(PTXError) -> Instruction {
    try modifiers.expect("rn")
    return try unary(operation, of: .f32)
  }

  /// `add`, `sub`.
  ///
  /// A sum or product of floats without `.rn` may be fused with others, which no ``Operation`` allows.
  mutating func sum(_ operation: BinaryOperator) throws(PTXError) -> Instruction {
    if modifiers.take("rn") {
      return try binary(operation, of: .f32, .f16, .f16x2)
    }
    let type = try modifiers.type([.u32, .s32, .u64, .s64, .f32, .f16, .f16x2])
    guard type.isInteger else { throw mayBeFused }
    return try uniform(.binary(operation, type.valueType), type, sourceCount: 2)
  }

  private var mayBeFused: PTXError {
    fail("unsupported: '\(syntax.mnemonic)' without .rn, which may be fused with others")
  }

  /// `mul`
  mutating func product() throws(PTXError) -> Instruction {
    if modifiers.take("f32") || modifiers.take("f16") || modifiers.take("f16x2") {
      throw mayBeFused
    }
    switch try modifiers.choose(["lo": "lo", "hi": "hi", "wide": "wide", "rn": "rn"]) {
    case "lo": return try binary(.multiply, of: .u32, .s32, .u64, .s64)
    case "hi": return try binary(.multiplyHigh, of: .u32, .s32)
    case "rn": return try binary(.multiply, of: .f32, .f16, .f16x2)
    default:
      let type = try modifiers.type([.u32, .s32])
      try modifiers.end()
      try expectOperands(3)
      return Instruction(
        .multiplyWide(type.valueType), results: [try register(0, .u64)],
        sources: [try value(1, type), try value(2, type)])
    }
  }

  /// `mad`; of floats the same as `fma`.
  mutating func productAndSum() throws(PTXError) -> Instruction {
    if modifiers.take("wide") {
      let type = try modifiers.type([.u32, .s32])
      try modifiers.end()
      try expectOperands(4)
      return Instruction(
        .multiplyAddWide(type.valueType), results: [try register(0, .u64)],
        sources: [try value(1, type), try value(2, type), try value(3, .u64)])
    }
    if modifiers.take("rn") { return try ternary(.fma, of: .f32) }
    try modifiers.expect("lo")
    return try ternary(.multiplyAdd, of: .u32, .s32, .u64, .s64)
  }

  /// `fma`
  mutating func fusedProductAndSum() throws(PTXError) -> Instruction {
    try modifiers.expect("rn")
    return try ternary(.fma, of: .f32, .f16, .f16x2, .bf16x2)
  }

  /// `div`
  mutating func quotient() throws(PTXError) -> Instruction {
    if modifiers.take("rn") { return try binary(.divide, of: .f32) }
    return try binary(.divide, of: .u32, .s32)
  }

  /// `rem`
  mutating func remainder() throws(PTXError) -> Instruction {
    try binary(.remainder, of: .u32, .s32)
  }

  /// `min`, `max`
  mutating func extremum(
    _ operation: BinaryOperator, _ ofNaN: BinaryOperator
  ) throws(PTXError) -> Instruction {
    if modifiers.take("NaN") {
      return try binary(ofNaN, of: .f32, .f16, .f16x2, .bf16x2)
    }
    return try binary(operation, of: .u32, .s32, .u64, .f32, .f16, .f16x2, .bf16x2)
  }

  /// `and`, `or`, `xor`
  mutating func logical(_ operation: BinaryOperator) throws(PTXError) -> Instruction {
    try binary(operation, of: .pred, .b32, .b64)
  }

  /// `shl`
  mutating func shiftLeft() throws(PTXError) -> Instruction {
    try shift(.shiftLeft, of: .b32, .b64)
  }

  /// `shr`: that of bits is that of unsigned numbers.
  mutating func shiftRight() throws(PTXError) -> Instruction {
    try shift(.shiftRight, of: .b32, .u32, .s32, .b64, .u64)
  }

  private mutating func shift(
    _ operation: BinaryOperator, of types: ScalarType...
  ) throws(PTXError) -> Instruction {
    let type = try modifiers.type(types)
    try modifiers.end()
    try expectOperands(3)
    return Instruction(
      .binary(operation, type.valueType), results: [try register(0, type)],
      sources: [try value(1, type), try value(2, .u32)])
  }

  /// `prmt`, in its mode without a name.
  mutating func permuteBytes() throws(PTXError) -> Instruction {
    try ternary(.permuteBytes, of: .b32)
  }

  /// `setp`
  mutating func compare() throws(PTXError) -> Instruction {
    let start = syntax.modifiers.first?.location
    let name = syntax.modifiers.first?.text ?? ""
    let comparison: Comparison = try modifiers.choose([
      "eq": .equal, "ne": .notEqual, "neu": .notEqual, "lt": .less, "le": .lessOrEqual,
      "gt": .greater, "ge": .greaterOrEqual, "lo": .less, "ls": .lessOrEqual, "hi": .greater,
      "hs": .greaterOrEqual, "nan": .isNaN,
    ])
    let type = try modifiers.type([.b32, .u32, .s32, .b64, .u64, .s64, .f16, .f32])
    try modifiers.end()
    guard type.comparisons.contains(name) else {
      throw fail("unsupported comparison '.\(name)' of .\(type.rawValue)", at: start)
    }
    try expectOperands(3)
    if case .pair = syntax.operands[0].form {
      throw fail("unsupported: a second result of 'setp'", at: syntax.operands[0].location)
    }
    return Instruction(
      .compare(comparison, type.valueType), results: [try register(0, .pred)],
      sources: [try value(1, type), try value(2, type)])
  }
}

extension ScalarType {
  /// The comparisons of numbers of this type that are those of ``Comparison``: `.ne` of floats is not, as
  /// it is false for NaN; neither is an order of s64.
  fileprivate var comparisons: Set<String> {
    switch self {
    case .u32, .u64: ["eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs"]
    case .s32: ["eq", "ne", "lt", "le", "gt", "ge"]
    case .b32, .b64, .s64: ["eq", "ne"]
    case .f16, .f32: ["eq", "neu", "lt", "le", "gt", "ge", "nan"]
    default: []
    }
  }
}
