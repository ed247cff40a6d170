import Covers
import Emulator
import GPUCatalogue
import GPUDevices
import GPUKernels
import Tensors
import Testing

@Suite struct LeafCostTests {
  /// What a tap takes by the costs is what the emulator counts for it.
  @Test(arguments: [1, 2, 4, 8], [1, 2, 4]) func tap(height: Int, runs: Int) throws {
    let (few, many) = (try counts(height, runs, taps: 4), try counts(height, runs, taps: 12))
    let cost = LeafTiling.TapCost(height: height, pixelRuns: runs)
    let (instructions, wavefronts, multiplyAdds) = (
      many.instructions - few.instructions, many.wavefronts - few.wavefronts,
      many.multiplyAdds - few.multiplyAdds
    )
    #expect(multiplyAdds == 8 * cost.multiplyAdds)
    #expect(wavefronts == 8 * cost.wavefronts)
    // Half an instruction more or less of the loop's and of addresses.
    #expect((instructions - 8 * cost.instructions).magnitude <= 8, "\(instructions)")
  }

  /// A GPU with half of the multiply-adds takes longer for tall segments alone.
  @Test func coverCosts() {
    let (a100, h100) = (
      LeafTiling.coverCosts(on: .a100), LeafTiling.coverCosts(on: .h100)
    )
    #expect(a100.leaf == h100.leaf)
    #expect(a100.entry(height: 8)?.perTap ?? 0 > h100.entry(height: 8)?.perTap ?? 0)
    #expect(h100.payingHeights == [2, 4, 8])
  }

  private struct Counts {
    var instructions = 0.0
    var wavefronts = 0.0
    var multiplyAdds = 0.0
  }

  /// Of one warp with one segment of so many taps, beside the copies of what it reads.
  private func counts(_ height: Int, _ runs: Int, taps count: Int) throws -> Counts {
    let pixels = 16 * runs
    let taps = (0..<count).map { BlockTap(channel: 0, y: 0, x: $0 % 4) }
    let isLeaf = height == 1
    let cover = Cover(
      rows: 8, taps: count, order: Array(0..<8), rootGroups: [0..<8],
      segments: isLeaf
        ? []
        : [
          Segment(
            firstRow: 0, height: height, taps: (0..<count).map(Int32.init),
            weights: Array(repeating: 1, count: count * height))
        ],
      leavesByRow: (0..<8).map { row in
        isLeaf && row == 0 ? (0..<count).map { Leaf(tap: Int32($0), weight: 1) } : []
      })
    let problem = BlockProblem(
      imageGroups: 1, input: LanesGeometry(channels: 1, height: 1, width: pixels + 3),
      output: LanesGeometry(channels: 8, height: 1, width: pixels))
    let tiling = LeafTiling(
      rootsPerBlock: 1, pixelWarps: 1, pixelRuns: runs, tileGroups: 1, tileRows: 1,
      tileColumns: pixels, channelsPerChunk: 1, packetByteCount: 1024)
    let layer = try LeafLayer(
      problem, [BlockBranch(taps: taps, cover: cover, bias: Array(repeating: 0, count: 8))], tiling)
    let kernel = LeafKernel(layer)
    let device = CheckedDevice(
      EmulatorDevice(target: .sm80, options: EmulatorOptions(detectors: [])))
    let tables = BlockTables(
      work: try device.buffer(layer.work), chunks: try device.buffer(layer.chunks),
      channels: try device.buffer(layer.channels), packets: try device.buffer(layer.packets),
      rows: try device.buffer(layer.rows), bias: try device.buffer(layer.bias))
    let input = try device.buffer([Float](repeating: 1, count: 8 * (pixels + 3)))
    let output = try device.output(.f32, count: 64 * pixels)
    try device.run(kernel, kernel.arguments(layer, tables, input: input, output: output))
    let report = try #require(device.device.lastReport)
    var counts = Counts()
    for (instruction, counters) in zip(try kernel.build().program.instructions, report.instructions)
    where instruction.origin?.file.hasSuffix("LeafBody.swift") ?? false {
      counts.instructions += Double(counters.executions)
      if case .load = instruction.operation {
        counts.wavefronts += Double(counters.idealSharedWavefronts)
      }
      if case .ternary(_, .f32) = instruction.operation {
        counts.multiplyAdds += Double(counters.executions)
      }
    }
    return counts
  }
}
