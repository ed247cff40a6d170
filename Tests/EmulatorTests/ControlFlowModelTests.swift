import KernelIR
import Tensors
import Testing

/// Random structured programs, run by the emulator and, lane by lane, by a model.
@Suite struct ControlFlowModelTests {
  /// Steps that change a lane's value, a u32.
  indirect enum Step {
    /// value · factor + 12345
    case mix(UInt32)
    /// By a bit of the value.
    case choose(bit: UInt32, then: [Step], otherwise: [Step])
    /// As often as two bits of the value say, plus one.
    case loop(bit: UInt32, body: [Step])
    /// Leaves the loop where three bits of the value are zero.
    case leave(bit: UInt32)
    /// Ends the lane where five bits of the value are zero.
    case end(bit: UInt32)
  }

  private enum Exit { case none, loop, lane }

  static func random(
    _ generator: inout SplitMix64, depth: Int, inLoop: Bool
  ) -> [Step] {
    (0..<Int.random(in: 1...4, using: &generator)).map { _ in
      let bit = UInt32.random(in: 0...20, using: &generator)
      switch Int.random(in: 0...9, using: &generator) {
      case 0...2 where depth > 0:
        let then = random(&generator, depth: depth - 1, inLoop: inLoop)
        let hasElse = Bool.random(using: &generator)
        return .choose(
          bit: bit, then: then,
          otherwise: hasElse ? random(&generator, depth: depth - 1, inLoop: inLoop) : [])
      case 3...5 where depth > 0:
        return .loop(bit: bit, body: random(&generator, depth: depth - 1, inLoop: true))
      case 6 where inLoop: return .leave(bit: bit)
      case 7 where depth < 3: return .end(bit: bit)
      default: return .mix(UInt32.random(in: 1...(.max), using: &generator) | 1)
      }
    }
  }

  private static func model(_ steps: [Step], _ value: inout UInt32) -> Exit {
    for step in steps {
      switch step {
      case .mix(let factor): value = value &* factor &+ 12345
      case .choose(let bit, let then, let otherwise):
        let exit = model(value >> bit & 1 == 1 ? then : otherwise, &value)
        if exit != .none { return exit }
      case .loop(let bit, let body):
        rounds: for _ in 0...value >> bit & 3 {
          switch model(body, &value) {
          case .none: continue
          case .loop: break rounds
          case .lane: return .lane
          }
        }
      case .leave(let bit): if value >> bit & 7 == 0 { return .loop }
      case .end(let bit): if value >> bit & 31 == 0 { return .lane }
      }
    }
    return .none
  }

  private static func emit(
    _ steps: [Step], _ value: Register, end: Int?, to kernel: inout Assembly
  ) {
    func bits(_ bit: UInt32, _ mask: UInt64, _ kernel: inout Assembly) -> Register {
      let shifted = kernel.value(
        .binary(.shiftRight, .u32), value.operand, .immediate(UInt64(bit)))
      return kernel.value(.binary(.and, .u32), shifted.operand, .immediate(mask))
    }
    for step in steps {
      switch step {
      case .mix(let factor):
        kernel.emit(
          .ternary(.multiplyAdd, .u32), [value],
          [value.operand, .immediate(UInt64(factor)), .immediate(12345)])
      case .choose(let bit, let then, let otherwise):
        let (elseLabel, past) = (kernel.label(), kernel.label())
        let chosen = bits(bit, 1, &kernel)
        let isChosen = kernel.compare(.equal, chosen.operand, .immediate(1))
        kernel.jump(otherwise.isEmpty ? past : elseLabel, if: isChosen.fails)
        emit(then, value, end: end, to: &kernel)
        if !otherwise.isEmpty {
          kernel.jump(past)
          kernel.place(elseLabel)
          emit(otherwise, value, end: end, to: &kernel)
        }
        kernel.place(past)
      case .loop(let bit, let body):
        let (start, past) = (kernel.label(), kernel.label())
        let count = bits(bit, 3, &kernel)
        kernel.place(start)
        emit(body, value, end: past, to: &kernel)
        let more = kernel.compare(.greater, count.operand, .immediate(0))
        kernel.emit(.binary(.subtract, .u32), [count], [count.operand, .immediate(1)])
        kernel.jump(start, if: more.holds)
        kernel.place(past)
      case .leave(let bit):
        let some = bits(bit, 7, &kernel)
        let leaves = kernel.compare(.equal, some.operand, .immediate(0))
        if let end { kernel.jump(end, if: leaves.holds) }
      case .end(let bit):
        let some = bits(bit, 31, &kernel)
        let ends = kernel.compare(.equal, some.operand, .immediate(0))
        kernel.emit(.return, if: ends.holds)
      }
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func agreesWithTheModel(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let parts = (0..<3).map { _ in Self.random(&generator, depth: 4, inLoop: false) }
    var kernel = Assembly(threadCount: 64)
    let thread = kernel.thread()
    let value = kernel.product(thread.operand, .immediate(2_654_435_761))
    let address = kernel.outputAddress()
    // A lane that has ended keeps what it stored last.
    var values = (0..<64).map { UInt32($0) &* 2_654_435_761 }
    var stored = values.map { _ in UInt32.max }
    var isAlive = values.map { _ in true }
    for part in parts {
      Self.emit(part, value, end: nil, to: &kernel)
      for lane in values.indices where isAlive[lane] {
        isAlive[lane] = Self.model(part, &values[lane]) == .none
        if isAlive[lane] { stored[lane] = values[lane] }
      }
      // All lanes that are left must meet here.
      kernel.emit(.warpBarrier)
      kernel.emit(.barrier(id: 0, threadCount: nil))
      kernel.emit(.store(Access(.global, .u32)), [], [address.memory(), value.operand])
    }
    // A warp without lanes never comes to the barriers.
    guard isAlive[..<32].contains(true) && isAlive[32...].contains(true) else { return }
    #expect(try kernel.run().words[0] == stored, "seed \(seed)")
  }
}
