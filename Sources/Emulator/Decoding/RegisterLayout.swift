internal import KernelIR

/// Where the registers of a warp lie: structures of 32 lanes, of `UInt32` for predicates (0 or all
/// ones), b16 (the high half is zero), b32 and f32, of `UInt64` for b64.
///
/// Offsets are multiples of a unit of 128 bytes. Unit 0 belongs to operands that an instruction
/// does not have; the special registers follow, filled before the kernel runs.
struct RegisterLayout {
  static let unitByteCount = 128

  /// The first unit of each class.
  private var starts: [RegisterClass: Int] = [:]
  private(set) var unitCount: Int

  /// Special registers that are values; the clock is none.
  static let specials: [SpecialRegister] = [
    .threadX, .lane, .threadCountX, .blockX, .blockY, .blockZ, .blockCountX, .blockCountY,
    .blockCountZ, .blockRank, .clusterSize,
  ]
  /// Units that are read-only.
  static let fixedUnitCount = 1 + specials.count

  init(_ counts: [RegisterClass: Int]) {
    unitCount = Self.fixedUnitCount
    for `class` in RegisterClass.allCases {
      starts[`class`] = unitCount
      unitCount += (counts[`class`] ?? 0) * Self.units(of: `class`)
    }
  }

  func offset(of register: Register) -> OperandOffset {
    let unit =
      (starts[register.class] ?? 0) + register.index * Self.units(of: register.class)
    return OperandOffset(unit * Self.unitByteCount)
  }

  static func offset(of special: SpecialRegister) -> OperandOffset {
    OperandOffset((1 + (specials.firstIndex(of: special) ?? 0)) * unitByteCount)
  }

  var byteCount: Int { unitCount * Self.unitByteCount }

  private static func units(of class: RegisterClass) -> Int { `class` == .b64 ? 2 : 1 }
}

/// The constants of a program, each once, with all 32 lanes.
struct ConstantTable {
  private struct Key: Hashable {
    var bits: UInt64
    var isLong: Bool
  }

  private var offsets: [Key: OperandOffset] = [:]
  private(set) var words: [UInt32] = []

  /// - Parameter class: of the register that might stand in place of the constant.
  mutating func offset(of bits: UInt64, as class: RegisterClass) -> OperandOffset {
    let key =
      switch `class` {
      case .predicate: Key(bits: bits == 0 ? 0 : 0xffff_ffff, isLong: false)
      case .b16: Key(bits: bits & 0xffff, isLong: false)
      case .b32, .f32: Key(bits: bits & 0xffff_ffff, isLong: false)
      case .b64: Key(bits: bits, isLong: true)
      }
    if let offset = offsets[key] { return offset }
    let offset = OperandOffset(words.count * 4 + 1)
    let (low, high) = (UInt32(truncatingIfNeeded: key.bits), UInt32(key.bits >> 32))
    for _ in 0..<32 {
      words.append(low)
      if key.isLong { words.append(high) }
    }
    offsets[key] = offset
    return offset
  }
}
