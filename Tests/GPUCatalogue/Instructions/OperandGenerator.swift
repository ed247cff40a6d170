import KernelIR
import Tensors

/// Operands that an operation should be tried with: random bits, numbers of moderate size, and the
/// values at the edges of each type; matrices get numbers whose sums stay finite.
struct OperandGenerator {
  private let operation: Operation
  private let types: [ValueType]
  private var random: SplitMix64
  /// The first operands so far, by thread.
  private var first: [UInt64] = []

  init(_ operation: Operation, seed: UInt64) {
    self.operation = operation
    types = operation.signature.sources.flatMap { group -> [ValueType] in
      switch group.kind {
      case .value(let type): Array(repeating: type, count: group.count)
      case .bits, .memory: []
      }
    }
    random = SplitMix64(seed: seed)
  }

  /// The cell of operand `index`, for each thread in turn.
  mutating func next(_ index: Int, thread: Int) -> UInt64 {
    let cell = cell(index, thread)
    if index == 0 { first.append(cell) }
    return cell
  }

  private mutating func cell(_ index: Int, _ thread: Int) -> UInt64 {
    switch operation {
    case .compare where index == 1 && thread % 4 == 0: return first[thread]
    // Warps that agree, and warps that do not.
    case .vote where thread < 32, .ballot where thread < 32: return 0
    case .vote where thread < 64, .ballot where thread < 64: return 1
    case .multiplyMatrices(let shape): return matrixCell(index, shape)
    case .multiplySparseMatrices(let shape, _):
      return index == types.count - 1 ? metadata(shape) : matrixCell(index, shape)
    case .shuffle where index == 1: return random.next() & 0x1f
    case .binary(.divide, let type) where type.isInteger && index == 1,
      .binary(.remainder, let type) where type.isInteger && index == 1:
      // A quotient by zero, or of the least number by −1, is anyone's.
      return cell(type) % 0x7fff_fffe + 1
    case .binary(.shiftLeft, _) where index == 1, .binary(.shiftRight, _) where index == 1:
      return random.next() % 80
    case .move(let type): return cell(type)
    default: return index < types.count ? cell(types[index]) : random.next()
    }
  }

  private mutating func cell(_ type: ValueType) -> UInt64 {
    switch type {
    case .predicate: return random.next() & 1
    case .f32:
      return float(Self.specialSingles, random.next() & 0xffff_ffff) {
        UInt64(Float($0).bitPattern)
      }
    case .f16: return half()
    case .f16x2: return half() | half() << 16
    case .bf16x2: return brain() | brain() << 16
    case .u32, .s32:
      return random.next() % 4 == 0
        ? pick(Self.specialIntegers) & 0xffff_ffff : random.next() & 0xffff_ffff
    case .u64: return random.next() % 4 == 0 ? pick(Self.specialIntegers) : random.next()
    }
  }

  private mutating func half() -> UInt64 {
    float(Self.specialHalves, random.next() & 0xffff) { UInt64(Half.bits(of: Float($0))) }
  }

  private mutating func brain() -> UInt64 {
    float(Self.specialSingles.map { $0 >> 16 }, random.next() & 0xffff) {
      UInt64(Half.brainBits(of: Float($0)))
    }
  }

  /// A special value, any bits, or a number up to 8, of a float type.
  private mutating func float(
    _ specials: [UInt64], _ bits: UInt64, _ encode: (Double) -> UInt64
  ) -> UInt64 {
    switch random.next() % 4 {
    case 0: pick(specials)
    case 1: bits
    default: encode(Double(random.uniform()) * 8)
    }
  }

  /// A register of A, B (both of the shape's type) or C (f32).
  private mutating func matrixCell(_ index: Int, _ shape: MatrixShape) -> UInt64 {
    if types[index] == .f32 { return UInt64((random.uniform() * 4).bitPattern) }
    switch shape.type {
    case .tf32: return UInt64(random.uniform().bitPattern)
    case .f16:
      let pair = (Half.bits(of: random.uniform()), Half.bits(of: random.uniform()))
      return UInt64(pair.0) | UInt64(pair.1) << 16
    case .bf16:
      let pair = (Half.brainBits(of: random.uniform()), Half.brainBits(of: random.uniform()))
      return UInt64(pair.0) | UInt64(pair.1) << 16
    }
  }

  /// Eight nibbles, each naming two of four columns in order, or one pair of two (tf32).
  private mutating func metadata(_ shape: MatrixShape) -> UInt64 {
    let nibbles: [UInt64] =
      shape.type == .tf32 ? [0b0100, 0b1110] : [0b0100, 0b1000, 0b1100, 0b1001, 0b1101, 0b1110]
    return (0..<8).reduce(0) { bits, place in bits | pick(nibbles) << UInt64(4 * place) }
  }

  private mutating func pick(_ values: [UInt64]) -> UInt64 {
    values[Int(random.next() % UInt64(values.count))]
  }

  private static let specialSingles: [UInt64] = [
    0, 0x8000_0000, 0x3f80_0000, 0xbf80_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc1_2345,
    0x7f81_0000, 1, 0x8000_0001, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff, 0xff7f_ffff, 0x4f00_0000,
    0xcf00_0000, 0x4f80_0000, 0x3f00_0000, 0x3f7f_ffff, 0x477f_e000, 0x477f_f000, 0x3380_0000,
  ]
  private static let specialHalves: [UInt64] = [
    0, 0x8000, 0x3c00, 0xbc00, 0x7c00, 0xfc00, 0x7e00, 0xfe12, 0x7d00, 1, 0x8001, 0x3ff, 0x400,
    0x7bff, 0xfbff, 0x3800, 0x3bff,
  ]
  private static let specialIntegers: [UInt64] = [
    0, 1, 2, 31, 32, 33, 63, 64, 0xff, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe,
    0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
  ]
}
