import KernelIR
import Testing

/// Each rule finds the kernel that breaks it, and names the line.
@Suite struct KernelVerifierTests {
  struct Case: Sendable {
    var rule: String
    var message: String
    var threads = 128
    var registers = 64
    var cluster = 1
    var target = Target.sm80
    /// Whether the message has a line of this file.
    var hasLine = true
    var body: @Sendable (KernelBuilder) -> Void
  }

  static let cases: [Case] = [
    Case(rule: "operands", message: "1 operands in place of 2") { k in
      k.barrier()
      k.emit(.reduce(.add, .shared, .u32), sources: [.memory(.shared, offset: 0)])
    },
    Case(rule: "operands", message: "cannot be an operand here") { k in
      k.shared(F32.self, count: 4)[0] =
        k.result(of: .binary(.add, .f32), [k.laneIndex.operand, k.laneIndex.operand])
    },
    Case(rule: "types", message: "PTX has no such instruction") { k in
      k.shared(F32.self, count: 4)[0] =
        k.result(of: .binary(.xor, .f32), [.immediate(0), .immediate(0)])
    },
    Case(rule: "constants", message: "has more than 32 bits") { k in
      k.shared(U32.self, count: 4)[0] = k.laneIndex + Value<U32>(bits: 1 << 32)
    },
    Case(rule: "assigned", message: "is read before it is assigned") { k in
      k.shared(U32.self, count: 4)[0] = k.variable(U32.self).value
    },
    Case(rule: "assigned", message: "is read before it is assigned") { k in
      let late = k.variable(U32.self)
      k.if(k.laneIndex == 0) { late.value = 1 }
      k.shared(U32.self, count: 4)[0] = late.value
    },
    Case(rule: "assigned", message: "is read before it is assigned") { k in
      let late = k.variable(U32.self)
      k.loop {
        k.leave(if: k.laneIndex == 0)
        late.value = 1
      }
      k.shared(U32.self, count: 4)[0] = late.value
    },
    Case(rule: "whole-warps", message: "lanes of the warp may be on other paths") { k in
      k.if(k.laneIndex < 16) { k.barrier() }
    },
    Case(rule: "whole-warps", message: "lanes of the warp may be on other paths") { k in
      let shared = k.shared(U32.self, count: 32)
      k.loop(to: k.laneIndex) { i in shared[i] = k.exchange(i, mask: 1) }
    },
    Case(rule: "target", message: "needs sm_90, the kernel is for sm_80") { k in
      k.fenceAsyncProxy()
    },
    Case(
      rule: "launch", message: "100 threads are not a multiple of 32", threads: 100, hasLine: false
    ) { $0.barrier() },
    Case(
      rule: "launch", message: "need more than 65536", threads: 1024, registers: 128,
      hasLine: false
    ) { $0.barrier() },
    Case(rule: "launch", message: "bytes of shared memory are more", hasLine: false) { k in
      k.shared(U32.self, count: 50_000)[0] = 1
    },
    Case(rule: "windows", message: "4 bytes at 16 are outside of 16 bytes") { k in
      k.shared(U32.self, count: 4)[4] = 1
    },
    Case(rule: "windows", message: "4 is no multiple of 16") { k in
      let shared = k.shared(U32.self, count: 8)
      shared[0] = shared.advanced(by: 1).loadMatrices(1)[0]
    },
    Case(rule: "types", message: "PTX has no such instruction") { k in
      let wide = k.shared(U64.self, count: 4)
      wide.storeVector([1, 2, 3, 4])
    },
    Case(rule: "types", message: "PTX has no such instruction") { k in
      k.barrier(16, threadCount: 64)
    },
    Case(rule: "barriers", message: "the block has 128 threads, not 160") { k in
      k.arrive(at: 1, threadCount: 160)
    },
    Case(rule: "types", message: "PTX has no such instruction") { k in
      k.waitForCopies(pending: -1)
    },
    Case(rule: "types", message: "PTX has no such instruction") { k in
      let shared = k.shared(U32.self, count: 256)
      shared[0] = shared.loadMatrices(3)[0]
    },
    Case(rule: "types", message: "PTX has no such instruction") { k in
      let sums = k.variables(4, F32.self, initially: 0)
      let ones = (0..<8).map { k.laneIndex + Value<U32>($0) }
      k.multiplyAdd(
        sums, Array(ones.prefix(8)), Array(ones.prefix(4)), MatrixShape(k: 32, type: .f16))
      k.shared(F32.self, count: 1)[0] = sums[0].value
    },
    Case(
      rule: "tensor-maps", message: "a register without an offset", target: .sm90
    ) { k in
      let place = k.shared(U64.self, count: 64, alignment: 128)
      k.emit(
        .tensorCopy(dimensionCount: 1),
        sources: [
          place.operand, k.globalPointer().advanced(by: 16).operand, place.operand,
          Value<S32>(bitPattern: k.laneIndex).operand,
        ])
    },
    Case(
      rule: "warpgroups", message: "96 threads are not whole warpgroups", threads: 96,
      target: .sm90a
    ) { k in
      k.setMaxRegisters(24, increases: false)
    },
    Case(
      rule: "warpgroups", message: "96 threads are not whole warpgroups", threads: 96,
      target: .sm90a
    ) { k in
      let descriptor = Value<U64>(k.laneIndex)
      k.multiplyWarpgroup(
        k.variables(4, F32.self, initially: 0), a: descriptor, b: descriptor,
        accumulating: Value<Predicate>(true), WarpgroupShape(n: 8, type: .f16))
    },
    Case(
      rule: "clusters", message: "clusters of 3 blocks are none of 1, 2, 4 and 8", cluster: 3,
      target: .sm90, hasLine: false
    ) { $0.barrier() },
    Case(
      rule: "clusters", message: "clusters need sm_90, the kernel is for sm_80", cluster: 2,
      hasLine: false
    ) { $0.barrier() },
    Case(rule: "clusters", message: "the kernel has no clusters", target: .sm90) { k in
      k.clusterBarrier()
    },
    Case(rule: "clusters", message: "the kernel has no clusters", target: .sm90) { k in
      let shared = k.shared(U32.self, count: 4)
      shared[0] = shared.inBlock(1)[0]
    },
    Case(
      rule: "clusters", message: "0b110 are no blocks of a cluster of 2", cluster: 2, target: .sm90
    ) { k in
      let (box, map) = (k.shared(U32.self, count: 64, alignment: 128), k.globalPointer())
      k.sharedBarriers(1)[0].copy(box: [0], of: map, to: box, inBlocks: 6)
    },
    Case(
      rule: "whole-warps", message: "lanes of the warp may be on other paths", cluster: 2,
      target: .sm90
    ) { k in
      k.if(k.laneIndex == 0) { k.clusterBarrier() }
    },
    Case(rule: "target", message: "special.cluster_ctarank: needs sm_90") { k in
      k.shared(U32.self, count: 4)[0] = k.blockRank
    },
    Case(rule: "loops", message: "the loop never ends") { k in
      k.loop { k.barrier() }
    },
    Case(rule: "loops", message: "there is no loop to leave") { k in
      k.leave(if: k.laneIndex == 0)
    },
    Case(rule: "polling", message: "nothing changes between the turns of the loop") { k in
      let flag = k.shared(U32.self, count: 1)
      k.wait(until: { flag[0] != 0 })
    },
    Case(rule: "assigned", message: "is read before it is assigned") { k in
      // Simplified, it would read the later value.
      let variable = k.variable(U32.self)
      let before = variable.value
      variable.value = 5
      k.shared(U32.self, count: 1)[0] = before
    },
    Case(rule: "assigned", message: "is read before it is assigned") { k in
      let shared = k.shared(U32.self, count: 4)
      let index = k.variable(U32.self, initially: 0)
      var isLess = Value<Predicate>(true)
      k.loop {
        let condition = shared[index.value] < 5
        k.leave(if: index.value >= 4)
        isLess = !condition
        index += 1
      }
      k.if(isLess) { shared[0] = 1 }
    },
    Case(rule: "windows", message: "has more than 32 bits") { k in
      k.emit(
        .store(Access(.shared, .u32)), sources: [.memory(.shared, offset: 1 << 31), .immediate(0)])
    },
  ]

  @Test(arguments: cases.indices)
  func `a broken rule is found`(index: Int) {
    let broken = Self.cases[index]
    let error = #expect(throws: KernelError.self) {
      try Kernel.build(
        "broken", target: broken.target, threads: broken.threads, cluster: broken.cluster,
        registers: broken.registers, arguments: NoArguments.self
      ) { k, _ in broken.body(k) }
    }
    let found = error?.violations.first { $0.rule == broken.rule }
    #expect(found?.message.contains(broken.message) == true, "\(error?.description ?? "")")
    #expect((found?.origin != nil) == broken.hasLine, "\(error?.description ?? "")")
  }

  @Test func `every rule has a case`() {
    let tested = Self.cases.map(\.rule) + ["names"]
    #expect(Set(tested) == Set(KernelVerifier.rules.map(\.name)))
  }

  @Test(arguments: ["", "a-b", "1st", "a b", "shared", "constants", "übung"])
  func `names that PTX does not take`(name: String) {
    let error = #expect(throws: KernelError.self) {
      try Kernel.build(name, threads: 32, arguments: NoArguments.self) { k, _ in k.barrier() }
    }
    #expect(error?.violations.map(\.rule) == ["names"])
  }

  @Test func `the line is that of the kernel's source`() {
    var line = 0
    do {
      _ = try Kernel.build("broken", threads: 32, arguments: NoArguments.self) { k, _ in
        line = #line + 1
        k.barrier(16, threadCount: 32)
      }
      Issue.record("no rule is broken")
    } catch {
      #expect(error.violations.first?.origin?.line == line)
      #expect(error.violations.first?.origin?.file.hasSuffix("KernelVerifierTests.swift") == true)
    }
  }
}

extension KernelBuilder {
  /// A pointer to nothing.
  fileprivate func globalPointer() -> GlobalPointer<U64> {
    DeviceAddress<U64>.read(from: .memory(.parameters, offset: 0), of: self)
  }
}
