import KernelIR

extension PTXPrinter {
  /// The operands as PTX orders them, vectors in braces.
  static func operands(of instruction: Instruction) -> [String] {
    let signature = instruction.operation.signature
    let results = grouped(instruction.results.map(Operand.register), signature.results)
    let sources = grouped(instruction.sources, signature.sources)
    switch instruction.operation {
    case .move(let type) where instruction.sources[0].register == nil:
      return results + grouped(instruction.sources, [.value(type)])
    case .special(let register): return results + ["%\(register.rawValue)"]
    case .sharedAddress: return results + ["shared"]
    case .asyncCopy(let byteCount):
      let isWhole = instruction.sources[2] == .immediate(UInt64(byteCount))
      return sources.prefix(2) + ["\(byteCount)"] + (isWhole ? [] : [sources[2]])
    case .asyncCopyWait(let count), .warpgroupWait(let count): return ["\(count)"]
    case .convert(.f16x2FromF32), .convert(.bf16x2FromF32):
      // PTX names the high half first.
      return results + sources.reversed()
    case .shuffle, .vote, .ballot: return results + sources + [wholeWarp]
    case .warpBarrier: return [wholeWarp]
    case .electOne: return ["_|\(results[0])", wholeWarp]
    case .barrier(let id, let threadCount): return ["\(id)"] + (threadCount.map { ["\($0)"] } ?? [])
    case .barrierArrive(let id, let threadCount): return ["\(id)", "\(threadCount)"]
    case .barrierArriveShared, .barrierArriveCluster, .barrierExpect: return ["_"] + sources
    case .multiplySparseMatrices(_, let selector): return results + sources + ["\(selector)"]
    case .multiplyWarpgroup(let shape):
      return results + sources.prefix(3) + ["1", "1"] + transpositions(of: shape)
    case .fenceTensorMap: return sources + ["128"]
    case .tensorCopy: return [sources[0], merged(sources[1], sources[3]), sources[2]]
    case .tensorMulticast:
      return [sources[0], merged(sources[1], sources[3]), sources[2], sources[4]]
    case .setMaxRegisters(let count, _): return ["\(count)"]
    case .branch(let label, _): return ["$L\(label)"]
    default: return results + sources
    }
  }

  private static let wholeWarp = "0xffffffff"

  /// The constants that say whether A and B are transposed; A from registers never is, nor is tf32.
  private static func transpositions(of shape: WarpgroupShape) -> [String] {
    if shape.type == .tf32 { return [] }
    return (shape.aInRegisters ? [] : [shape.transposesA ? "1" : "0"])
      + [shape.transposesB ? "1" : "0"]
  }

  /// `[map, {x, y}]` of `[map]` and `{x, y}`.
  private static func merged(_ map: String, _ coordinates: String) -> String {
    map.dropLast() + ", " + coordinates + "]"
  }

  private static func grouped(_ operands: [Operand], _ groups: [Signature.Group]) -> [String] {
    var texts: [String] = []
    var position = 0
    for group in groups {
      let members = operands[position..<position + group.count].map { text(of: $0, in: group) }
      texts.append(
        group.isVector ? "{" + members.joined(separator: ", ") + "}" : members.joined())
      position += group.count
    }
    return texts
  }

  private static func text(of operand: Operand, in group: Signature.Group) -> String {
    switch operand {
    case .register(let register): return name(of: register)
    case .immediate(let bits):
      return switch group.kind {
      case .value(.f32):
        "0f" + padded(String(bits, radix: 16, uppercase: true), to: 8)
      case .value(.s32): String(Int32(truncatingIfNeeded: bits))
      case .value(.f16), .value(.f16x2), .value(.bf16x2), .bits:
        "0x" + String(bits, radix: 16)
      case .value, .memory: String(bits)
      }
    case .memory(let base, let offset):
      let start =
        switch base {
        case .register(let register): name(of: register)
        case .shared: "shared"
        case .parameters: "arguments"
        case .constants: "constants"
        }
      // A negative offset is added, as in `[%d0+-16]`.
      return offset == 0 ? "[\(start)]" : "[\(start)+\(offset)]"
    }
  }

  private static func padded(_ digits: String, to count: Int) -> String {
    String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
