import KernelIR

/// A type of PTX, of registers and of instructions (ISA, "Types").
enum ScalarType: String, Sendable {
  case pred
  case b16, u16, s16, f16
  case b32, u32, s32, f32, f16x2
  case b64, u64, s64
  /// Of instructions alone: their registers are declared as `.b32`.
  case bf16x2, tf32

  /// What registers may be declared as.
  static let ofRegisters: [ScalarType] = [
    .pred, .b16, .u16, .s16, .f16, .b32, .u32, .s32, .f32, .f16x2, .b64, .u64, .s64,
  ]

  var bitCount: Int {
    switch self {
    case .pred: 1
    case .b16, .u16, .s16, .f16: 16
    case .b32, .u32, .s32, .f32, .f16x2, .bf16x2, .tf32: 32
    case .b64, .u64, .s64: 64
    }
  }

  var isBits: Bool { self == .b16 || self == .b32 || self == .b64 }

  var isInteger: Bool {
    switch self {
    case .u16, .s16, .u32, .s32, .u64, .s64: true
    default: false
    }
  }

  /// The class of registers that are declared so.
  var registerClass: RegisterClass {
    switch self {
    case .pred: .predicate
    case .b16, .u16, .s16, .f16: .b16
    case .b32, .u32, .s32, .f16x2, .bf16x2, .tf32: .b32
    case .f32: .f32
    case .b64, .u64, .s64: .b64
    }
  }

  /// What an instruction of this type computes with.
  var valueType: ValueType {
    switch self {
    case .pred: .predicate
    case .b16, .u16, .s16, .f16: .f16
    case .b32, .u32, .tf32: .u32
    case .s32: .s32
    case .f32: .f32
    case .f16x2: .f16x2
    case .bf16x2: .bf16x2
    case .b64, .u64, .s64: .u64
    }
  }

  /// Whether an instruction of this type takes a register that is declared so (ISA, "Operand Type
  /// Checking"): bits agree with everything of their size, integers with each other, floats with
  /// themselves.
  func accepts(_ declared: ScalarType) -> Bool {
    switch self {
    case .bf16x2, .tf32: declared == .b32
    default:
      declared == self
        || bitCount == declared.bitCount
          && (isBits || declared.isBits || isInteger && declared.isInteger)
    }
  }

  /// What an instruction of this type moves by registers of a class of its size.
  func moved(in class: RegisterClass) -> ValueType {
    switch `class` {
    case .predicate: .predicate
    case .b16: .f16
    case .b32: self == .s32 ? .s32 : .u32
    case .f32: .f32
    case .b64: .u64
    }
  }
}
