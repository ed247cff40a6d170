import KernelIR
import Testing

/// The instructions of a kernel without arguments.
func instructions(
  _ body: (KernelBuilder, SharedPointer<U32>) -> Void
) throws -> [String] {
  let kernel = try Kernel.build("test", threads: 32, arguments: NoArguments.self) { k, _ in
    body(k, k.shared(U32.self, count: 64))
  }
  return kernel.description.split(separator: "\n").dropFirst().map { line in
    String(line.drop { $0 == " " })
  }
}

@Suite struct KernelBuilderTests {
  static let foldings: [(String, @Sendable (Value<U32>) -> Value<U32>, [String])] = [
    ("x + 0", { $0 + 0 }, []),
    ("x · 1", { $0 * 1 }, []),
    ("8 · x", { 8 * $0 }, ["%r1 = shiftLeft.u32 %r0, 3"]),
    ("6 · x", { 6 * $0 }, ["%r1 = multiply.u32 %r0, 6"]),
    ("x / 4", { $0 / 4 }, ["%r1 = shiftRight.u32 %r0, 2"]),
    ("x / 5", { $0 / 5 }, ["%r1 = divide.u32 %r0, 5"]),
    ("x % 32", { $0 % 32 }, ["%r1 = and.u32 %r0, 31"]),
    ("x ^ 0", { $0 ^ 0 }, []),
    ("x + (2 + 3)", { $0 + (Value<U32>(2) + 3) }, ["%r1 = add.u32 %r0, 5"]),
    ("x + (2 − 3)", { $0 + (Value<U32>(2) - 3) }, ["%r1 = add.u32 %r0, 4294967295"]),
  ]

  @Test(arguments: foldings.indices)
  func `constants fold`(index: Int) throws {
    let (name, expression, expected) = Self.foldings[index]
    let lines = try instructions { k, shared in shared[0] = expression(k.laneIndex) }
    #expect(Array(lines.dropFirst().dropLast()) == expected, "\(name)")
  }

  @Test func `products with zero need no operand`() throws {
    let lines = try instructions { k, shared in shared[0] = k.laneIndex * 0 }
    #expect(lines == ["store.shared.u32 [shared], 0"])
  }

  @Test func `constants stand in registers where PTX has none`() throws {
    let lines = try instructions { k, shared in
      let pair = Value<F16x2>(1.5) + Value<F16x2>(bitPattern: shared[1])
      shared[0] = Value(bitPattern: pair)
    }
    #expect(
      lines == [
        "%r0 = move.f16x2 0x3e003e00", "%r1 = load.shared.u32 [shared + 4]",
        "%r2 = add.f16x2 %r0, %r1", "store.shared.u32 [shared], %r2",
      ])
  }

  @Test func `a negated condition is an inverted guard`() throws {
    let lines = try instructions { k, shared in
      k.if(!(k.laneIndex < 3)) { shared[0] = 1 }
    }
    #expect(
      lines == [
        "%r0 = special.laneid", "%p0 = less.u32 %r0, 3", "if !%p0 {",
        "store.shared.u32 [shared], 1", "}",
      ])
  }

  @Test func `what nobody reads is not computed`() throws {
    let lines = try instructions { k, shared in
      _ = (shared[1] + k.laneIndex) * 3
      shared[0] = 1
    }
    #expect(lines == ["store.shared.u32 [shared], 1"])
  }

  @Test func `a value that was read stays what it was`() throws {
    let lines = try instructions { k, shared in
      let counter = k.variable(initially: k.laneIndex)
      let before = counter.value
      counter += 1
      shared[0] = before + counter.value
    }
    #expect(
      lines == [
        "%r0 = special.laneid", "%r1 = move.u32 %r0", "%r0 = add.u32 %r0, 1",
        "%r2 = add.u32 %r1, %r0", "store.shared.u32 [shared], %r2",
      ])
  }

  @Test func `a value that was read before a loop stays what it was in all its turns`() throws {
    let lines = try instructions { k, shared in
      let sum = k.variable(initially: k.laneIndex)
      let start = sum.value
      k.loop {
        shared[0] = start
        sum += 1
        k.leave(if: sum.value == 9)
      }
    }
    #expect(
      lines == [
        "%r0 = special.laneid", "%r1 = move.u32 %r0", "loop {",
        "store.shared.u32 [shared], %r1", "%r0 = add.u32 %r0, 1", "%p0 = equal.u32 %r0, 9",
        "leave if %p0", "}",
      ])
  }

  @Test func `several reads in nested blocks are all seen`() throws {
    let lines = try instructions { k, shared in
      let variable = k.variable(initially: shared[8])
      k.if(k.laneIndex == 7) {
        let value = variable.value
        shared[0] = value
        shared[1] = value
      }
      k.if(k.laneIndex < 9) { shared[2] = variable.value }
    }
    #expect(lines.filter { $0.contains("store") }.allSatisfy { $0.hasSuffix(", %r1") }, "\(lines)")
  }

  @Test func `constant conditions`() throws {
    let lines = try instructions { k, shared in
      k.loop {
        shared[0] = 1
        k.leave(if: Value(true))
      }
      k.loop(while: { Value(false) }) { shared[1] = 1 }
      k.wait(until: { Value(true) })
    }
    #expect(lines.first == "%p0 = move.predicate 1")
    #expect(lines.contains("leave if uniform %p0"))
  }

  @Test func `constants alone are constants`() throws {
    let lines = try instructions { k, shared in
      let infinity = Value<F32>(bitPattern: 0x7f80_0000)
      shared.cast(to: F32.self)[0] = (Value<F32>(1) + 2) * infinity - 1
    }
    #expect(lines == ["store.shared.f32 [shared], inf"])
  }

  @Test func `bits of signed numbers are bits`() throws {
    let lines = try instructions { k, shared in
      let number = Value<S32>(bitPattern: k.laneIndex)
      shared[0] = Value(bitPattern: ~(number << 2) & 12 ^ number >> 1)
    }
    #expect(
      lines == [
        "%r0 = special.laneid", "%r1 = shiftLeft.u32 %r0, 2", "%r2 = not.u32 %r1",
        "%r3 = and.u32 %r2, 12", "%r4 = shiftRight.s32 %r0, 1", "%r5 = xor.u32 %r3, %r4",
        "store.shared.u32 [shared], %r5",
      ])
  }

  @Test func `loops of constant bounds need no test before`() throws {
    let lines = try instructions { k, shared in
      k.loop(to: 8, by: 2) { i in shared[i] = i }
    }
    #expect(
      lines == [
        "%r0 = shared address", "%r1 = move.u32 0", "loop {", "%r2 = shiftLeft.u32 %r1, 2",
        "%r3 = add.u32 %r0, %r2", "store.shared.u32 [%r3], %r1", "%r1 = add.u32 %r1, 2",
        "%p0 = less.u32 %r1, 8", "} while uniform %p0",
      ])
  }

  @Test func `a loop of no turns is nothing`() throws {
    let lines = try instructions { k, shared in
      k.loop(from: 4, to: 4) { i in shared[i] = i }
      shared[0] = 0
    }
    #expect(lines == ["store.shared.u32 [shared], 0"])
  }

  @Test func `conditions of all lanes alike are uniform`() throws {
    let lines = try instructions { k, shared in
      k.if(k.warpIndex == 0) { shared[0] = 1 }
      k.if(k.blockIndex.x < 3) { shared[1] = 1 }
      k.if(k.threadIndex / 32 == 0) { shared[2] = 1 }
      k.if(k.any(k.laneIndex == 0)) { shared[3] = 1 }
      let mixed = k.variable(U32.self, initially: 0)
      k.if(k.laneIndex == 0) { mixed.value = 1 }
      k.if(mixed.value == 1) { shared[4] = 1 }
    }
    #expect(
      lines.filter { $0.hasPrefix("if") }.map { $0.hasPrefix("if uniform") }
        == [true, true, false, true, false, false])
  }

  @Test func `a lane that leaves early makes what the loop computes vary`() throws {
    let lines = try instructions { k, shared in
      let count = k.variable(U32.self, initially: 0)
      k.loop {
        k.leave(if: count.value >= k.laneIndex)
        count += 1
      }
      k.if(count.value == 3) { shared[0] = 1 }
    }
    #expect(lines.contains { $0.hasPrefix("if %p") })
  }

  @Test func `flat programs have labels only where branches go`() throws {
    let kernel = try Kernel.build("flat", threads: 32, arguments: NoArguments.self) { k, _ in
      let shared = k.shared(U32.self, count: 4)
      k.if(k.laneIndex < 4) {
        shared[k.laneIndex] = 1
      } else: {
        k.loop(while: { shared[0] == 0 }) { shared[1] = 2 }
      }
    }
    let flow = kernel.program.instructions.compactMap { instruction -> String? in
      switch instruction.operation {
      case .label, .return: return instruction.operation.description
      case .branch:
        let guarding = instruction.guard.map { $0.isNegated ? "unless " : "if " } ?? ""
        return guarding + instruction.operation.description
      default: return nil
      }
    }
    #expect(
      flow == [
        "unless branch 1", "branch.uniform 0", "label 1", "label 2", "unless branch 3",
        "branch.uniform 2", "label 3", "label 0", "return",
      ])
  }
}
