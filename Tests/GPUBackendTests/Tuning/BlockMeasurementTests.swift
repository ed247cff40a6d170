import Emulator
import GPUBackend
import GPUDevices
import GPUKernels
import Tensors
import Testing

@Suite struct BlockMeasurementTests {
  /// A GPU of which nothing but the beginning of instructions limits kernels, each of which takes
  /// `seconds`.
  private func figures(_ base: GPUFigures, secondsPerInstruction seconds: Double) -> GPUFigures {
    var figures = base
    figures.multiprocessorCount = 1
    // Four instructions begin in a cycle.
    figures.clock = 0.25 / seconds
    (figures.warpRate, figures.warpTF32Rate) = (1e9, 1e9)
    figures.warpgroupRate = base.warpgroupRate.map { _ in 1e9 }
    figures.sharedRate = 1e9
    figures.cacheBandwidth = 1e12
    return figures
  }

  private func measurement(_ figures: GPUFigures) -> BlockMeasurement {
    var measurement = BlockMeasurement(figures: figures)
    measurement.blocksEach = 1
    measurement.chunks = 2
    return measurement
  }

  /// Measured on a device whose time is known, a step takes what its instructions do, and a little for copies of
  /// its weights; a segment takes none to start.
  @Test(arguments: [
    BlockCostTable.Key(.f16, .warp, 16), .init(.tf32x3, .warp, 64), .init(.f16, .warpgroup, 32),
  ])
  func scales(_ key: BlockCostTable.Key) throws {
    let device = ClockedDevice(.sm90a)
    for seconds in [1.0, 0.5] {
      let figures = figures(.h100, secondsPerInstruction: seconds)
      let costs = try measurement(figures).measure(key, on: device)
      // The device's clock does not change with what it is believed to be.
      #expect((1...1.5).contains(costs.stepScale * seconds), "\(key): \(costs)")
      #expect((0..<50).contains(costs.segmentCycles), "\(key): \(costs)")
    }
  }

  /// All kernels of a GPU are measured, and those which it cannot run are not.
  @Test func keys() {
    let (a100, h100) = (
      BlockMeasurement(figures: .a100).keys, BlockMeasurement(figures: .h100).keys
    )
    #expect(h100 == BlockCostTable.Key.all)
    #expect(a100 == h100.filter { $0.form == .warp })
  }

  @Test func clockless() {
    let error = #expect(throws: HewnError.self) {
      try measurement(.h100).measure(
        .init(.f16, .warp, 16), on: EmulatorDevice(target: .sm90a, options: .fast))
    }
    #expect(error?.code == .unsupported)
  }

  /// A segment that takes twice as long costs covers and predictions as much more.
  @Test func effect() throws {
    let key = BlockCostTable.Key(.f16, .warp, 16)
    let tiling = BlockProbe(key, steps: 2).tiling
    let problem = try BlockProbe(key, steps: 2).packed().problem
    var measured = GPUFigures.a100
    measured.blockCosts = BlockCosts(measured: [key: .init(stepScale: 2, segmentCycles: 800)])
    func costs(_ figures: GPUFigures) -> (perTap: Double, startUp: Double) {
      let costs = figures.blockCosts.coverCosts(
        problem, channelTaps: 1, tiling: tiling, on: figures)
      return (costs.heights[0].perTap, costs.heights[0].startUp)
    }
    let (counted, scaled) = (costs(.a100), costs(measured))
    #expect(abs(scaled.perTap / counted.perTap - 2) < 1e-9)
    #expect(scaled.startUp > 2 * counted.startUp)
    let load = BlockLoad(try BlockProbe(key, steps: 2).packed())
    func limit(_ figures: GPUFigures) -> Double {
      ConvolutionPrediction(problem, tiling, load: load, on: figures).limits[.tensor] ?? 0
    }
    #expect(abs(limit(measured) / limit(.a100) - 2) < 1e-9)
  }
}
