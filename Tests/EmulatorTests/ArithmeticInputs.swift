import KernelIR
import Tensors

/// Operands for an operation: its types' special values crossed, and random bits of several kinds.
struct Inputs {
  /// The types of up to three sources.
  let types: [ValueType]
  private let resultType: ValueType
  private var cases: [(UInt64, UInt64, UInt64)] = []

  init(_ operation: Operation) {
    let signature = operation.signature
    func type(_ group: Signature.Group) -> ValueType {
      switch group.kind {
      case .value(let type): type
      case .bits(1): .predicate
      case .bits(64): .u64
      case .bits, .memory: .u32
      }
    }
    let sources = signature.sources.flatMap { Array(repeating: type($0), count: $0.count) }
    types = sources
    resultType = signature.results.first.map(type) ?? .u32

    var random = SplitMix64(seed: 0x5eed)
    // A third operand takes some of the values only, drawn anew for each pair.
    let first = Self.specials(sources.first)
    let second = Self.specials(sources.dropFirst().first)
    let third = Self.specials(sources.dropFirst(2).first)
    for a in first {
      for b in second {
        for _ in 0..<(third.count > 1 ? 6 : 1) {
          cases.append((a, b, third[Int(random.next() % UInt64(third.count))]))
        }
      }
    }
    for _ in 0..<4096 {
      let words = (0..<3).map { position in
        Self.random(position < sources.count ? sources[position] : .u32, &random)
      }
      cases.append((words[0], words[1], words[2]))
    }
    // Registers of equal lanes, for which some functions have a way of their own.
    cases += repeatElement((0, 0, 0), count: (32 - cases.count % 32) % 32)
    for word in second {
      let other = sources.count > 2 ? Self.random(sources[2], &random) : 0
      for _ in 0..<32 {
        cases.append((Self.random(sources.first ?? .u32, &random), word, other))
      }
    }
  }

  var count: Int { cases.count }

  subscript(index: Int) -> (UInt64, UInt64, UInt64) { cases[index] }

  func lanes(_ position: Int, from start: Int) -> [UInt64] {
    cases[start..<start + 32].map { position == 0 ? $0.0 : position == 1 ? $0.1 : $0.2 }
  }

  func isLong(_ position: Int) -> Bool {
    position < types.count && types[position].registerClass == .b64
  }

  var hasLongResult: Bool { resultType.registerClass == .b64 }

  func isResultClass(_ position: Int) -> Bool {
    types[position].registerClass == resultType.registerClass
  }

  private static func specials(_ type: ValueType?) -> [UInt64] {
    let halves: [UInt64] = [
      0, 0x8000, 1, 0x8001, 0x03ff, 0x0400, 0x1400, 0x3555, 0x3bff, 0x3c00, 0xbc00, 0x3c01, 0x4200,
      0x6400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7c01, 0xfe00, 0x7fff,
    ]
    let brainHalves: [UInt64] = [
      0, 0x8000, 1, 0x8001, 0x007f, 0x0080, 0x1f80, 0x3f7f, 0x3f80, 0xbf80, 0x3f81, 0x4040, 0x5f80,
      0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7f81, 0xffc0, 0x7fff,
    ]
    return switch type {
    case nil: [0]
    case .predicate: [0, 0xffff_ffff]
    case .f16: halves
    case .f16x2: zip(halves, halves.reversed()).map { $0 | $1 << 16 } + halves
    case .bf16x2: zip(brainHalves, brainHalves.reversed()).map { $0 | $1 << 16 } + brainHalves
    case .f32:
      [
        0, 0x8000_0000, 1, 0x8000_0001, 0x007f_ffff, 0x0080_0000, 0x0c80_0000, 0x3300_0000,
        0x3380_0000, 0x3f00_0000, 0x3f7f_ffff, 0x3f80_0000, 0xbf80_0000, 0x3f80_0001, 0x3fc0_0000,
        0x4020_0000, 0xc060_0000, 0x4040_0000, 0x477f_e000, 0x477f_f000, 0x4aff_ffff, 0x4b00_0001,
        0x4eff_ffff, 0x4f00_0000, 0xcf00_0000, 0x4f7f_ffff, 0x4f80_0000, 0x5f00_0000, 0x7f7f_ffff,
        0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7f80_0001, 0xffc0_0000, 0x7fff_ffff,
      ]
    case .s32, .u32:
      [
        0, 1, 2, 3, 8, 31, 32, 33, 63, 64, 0x7f, 0x80, 0x3210, 0xba98, 0xffff, 0x0001_0000,
        0x00ff_ffff, 0x0100_0001, 0x0180_0003, 0x7fff_ffff, 0x7fff_ffc0, 0x8000_0000, 0x8000_0001,
        0xffff_fffe, 0xffff_ffff,
      ]
    case .u64:
      [
        0, 1, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000,
        0x8000_0000_0000_0001, .max, 0xdead_beef_0123_4567,
      ]
    }
  }

  private static func random(_ type: ValueType, _ random: inout SplitMix64) -> UInt64 {
    let bits = random.next()
    let kind = random.next() % 4
    return switch type {
    case .predicate: bits & 1 == 0 ? 0 : 0xffff_ffff
    case .f16: kind == 0 ? bits & 0x87ff | 0x3800 : bits & 0xffff
    // Exponents near 1 make sums that overlap, small ones subnormal results.
    case .f32:
      kind == 0
        ? bits & 0x83ff_ffff | 0x3c00_0000 : kind == 1 ? bits & 0x9fff_ffff : bits & 0xffff_ffff
    case .f16x2: kind == 0 ? bits & 0x87ff_87ff | 0x3800_3800 : bits & 0xffff_ffff
    case .bf16x2: kind == 0 ? bits & 0x83ff_83ff | 0x3c00_3c00 : bits & 0xffff_ffff
    case .s32, .u32: kind == 0 ? bits & 0x3f : (bits & 0xffff_ffff) >> (bits >> 32 % 32)
    case .u64: kind == 0 ? bits & 0x3f : bits >> (random.next() % 64)
    }
  }
}
