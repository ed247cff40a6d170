import Covers
import GPUBackend
import GPUKernels
import KernelIR
import PlanFiles
import Runtime
import Tensors
import Testing

/// Plans for GPUs that are written and read.
@Suite struct GPUPlanFileTests {
  @Test(arguments: 0..<4 as Range<UInt64>)
  func computesTheSameBitsByTheSameKernels(seed: UInt64) throws {
    let plan = try SmallGPUPlan(seed: seed)
    let file = try PlanFile(FileBytes(copying: plan.bytes()))
    let (first, read) = (
      try SmallGPUPlan.compileForGPU(plan.model), try SmallGPUPlan.compileForGPU(file.model)
    )
    let texts = [first, read].map { $0.program.kernels.mapValues(\.description) }
    #expect(texts[1] == texts[0])
    #expect(read.program.buffers.map(\.byteCount) == first.program.buffers.map(\.byteCount))
    #expect(read.layers == first.layers)
    #expect(try SmallGPUPlan.run(read, plan.inputs) == plan.outputs)
    try file.verifyWeights()
  }

  /// Choices of which nothing is missing in the tests above.
  @Test func choosesOfEveryKind() throws {
    let parts = try (0..<4).flatMap { seed in
      try #require(try SmallGPUPlan(seed: seed).model.gpu).choices.values.flatMap { choice in
        choice.parts.map { part in
          switch part.tiling {
          case .blocks: "blocks, \(part.covers.isEmpty ? "dense" : "sparse")"
          case .leaves: "leaves, \(part.covers.isEmpty ? "dense" : "sparse")"
          }
        }
      }
    }
    #expect(
      Set(parts) == ["blocks, dense", "blocks, sparse", "leaves, dense", "leaves, sparse"])
  }

  @Test func keepsWhatItIsFor() throws {
    let plan = try SmallGPUPlan(seed: 1).model
    let read = try PlanFile(FileBytes(copying: SmallGPUPlan(seed: 1).bytes())).model
    let (got, want) = (try #require(read.gpu), try #require(plan.gpu))
    #expect(got.isEmulated && got.evaluatesOnHost && got.precision == .f16)
    #expect(got.gpu == want.gpu && got.generation == .sm90a)
    #expect(got.choices.keys.sorted() == want.choices.keys.sorted())
    #expect(read.origin == plan.origin && "\(read.graph)" == "\(plan.graph)")
  }

  @Test func equalModelsGiveEqualBytes() throws {
    #expect(try SmallGPUPlan(seed: 3).bytes() == SmallGPUPlan(seed: 3).bytes())
  }

  /// A change to what a plan holds, and what the error says of it.
  private static let changes: [(change: @Sendable (inout GPUChoices) -> Void, cause: String)] = [
    ({ $0[0] = nil }, "no choice"),
    ({ $0[4] = $0[0] }, "nodes without weights"),
    ({ $0[0] = $0[1] }, "the report is of"),
    ({ $0[0]?.parts = [] }, "choices for 0 convolutions"),
    (
      {
        let parts = $0[0]?.parts ?? []
        $0[0]?.parts += parts
      }, "choices for 2 convolutions"
    ),
    ({ $0[0]?.parts[0].covers = [] }, "0 covers"),
    ({ $0[0]?.parts[0].covers[0].order.removeLast() }, "whose rows are not"),
    ({ $0[0]?.denseSeconds = .nan }, "predicted time"),
    ({ $0[0]?.matrix.leaves = -1 }, "counts more"),
  ]

  @Test(arguments: changes.indices)
  func refusesOtherChoices(change: Int) throws {
    var model = try SmallGPUPlan(seed: 0).model
    let (apply, cause) = Self.changes[change]
    var choices = try #require(model.gpu).choices
    apply(&choices)
    model.gpu?.choices = choices
    let error = #expect(throws: HewnError.self) { try SmallGPUPlan.compileForGPU(model) }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains(cause) == true, "\(error as Any)")
  }

  /// Every number of a tiling in turn, so large or small that no kernel can have it.
  @Test(arguments: 0..<2 as Range<UInt64>, [Int.min, -1, 0, 5, 1 << 20, .max])
  func refusesTilingsWithoutKernel(seed: UInt64, number: Int) throws {
    let blocks: [WritableKeyPath<BlockTiling, Int> & Sendable] = [
      \.rootRows, \.rootsPerBlock, \.pixelWarps, \.pixelsPerWarp, \.tileGroups, \.tileRows,
      \.tileColumns, \.channelsPerChunk, \.stageCount, \.splitCount,
    ]
    let leaves: [WritableKeyPath<LeafTiling, Int> & Sendable] = [
      \.rootsPerBlock, \.pixelWarps, \.pixelRuns, \.tileGroups, \.tileRows, \.tileColumns,
      \.channelsPerChunk, \.packetByteCount, \.stageCount, \.splitCount,
    ]
    let plan = try SmallGPUPlan(seed: seed)
    for (node, choice) in try #require(plan.model.gpu).choices {
      for index in 0..<10 {
        var part = choice.parts[0]
        switch part.tiling {
        case .blocks(var tiling):
          tiling[keyPath: blocks[index]] = number
          part.tiling = .blocks(tiling)
        case .leaves(var tiling):
          tiling[keyPath: leaves[index]] = number
          part.tiling = .leaves(tiling)
        }
        var model = plan.model
        model.gpu?.choices[node]?.parts[0] = part
        do {
          // Some numbers are others that kernels can have.
          let compiled = try SmallGPUPlan.compileForGPU(model)
          #expect((1...16).contains(number), "node \(node), \(part.tiling)")
          _ = try SmallGPUPlan.run(compiled, plan.inputs)
        } catch let error as HewnError {
          #expect(error.code == .invalidFile, "\(error)")
          #expect(error.message.contains("no kernel of"), "\(error)")
        }
      }
    }
  }

  @Test func refusesUnknownGenerations() throws {
    var open = try OpenPlan(SmallGPUPlan(seed: 0).bytes())
    open.plan[.key("gpu"), .key("generation")] = .string("sm_20")
    let bytes = try open.bytes()
    let error = #expect(throws: HewnError.self) { try PlanFile(FileBytes(copying: bytes)) }
    #expect(error?.code == .invalidFile && error?.message.contains("sm_20") == true)
  }

  @Test func coverWordsMayEndAnywhere() throws {
    var open = try OpenPlan(SmallGPUPlan(seed: 0).bytes())
    guard case .object(let tensors) = open.header else { return }
    let name = try #require(tensors.keys.filter { $0.hasPrefix("covers/") }.min())
    let range = try #require(open.range(of: name))
    // Zeros fill up the tensor.
    let end = try #require(range.last { open.data[$0] != 0 })
    for count in stride(from: 0, through: end - range.lowerBound, by: 4) {
      var cut = open
      // What follows the cut are counts that go beyond the tensor.
      for index in range.dropFirst(count) { cut.data[index] = index % 4 == 3 ? 0x7f : 0xff }
      let bytes = try cut.bytes()
      #expect(throws: HewnError.self, "\(count) bytes") {
        try SmallGPUPlan.compileForGPU(PlanFile(FileBytes(copying: bytes)).model)
      }
    }
    open.data.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
    let bytes = try open.bytes()
    #expect(throws: HewnError.self) {
      try SmallGPUPlan.compileForGPU(PlanFile(FileBytes(copying: bytes)).model)
    }
  }
}
