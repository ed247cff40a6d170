import Emulator
import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import PTX
import Tensors
import Testing

struct WarpgroupBlockTests {
  @Test(arguments: Emulated.all(KernelChecks.warpgroupBlocks))
  func `convolutions are what they are in double precision`(check: Emulated) {
    check.expectNoFindings()
  }

  /// Each warp of a warpgroup starts its products, and loads 16 taps at two of each eight pixels for them.
  @Test(arguments: [0, 0.8, 0.95])
  func `products and wavefronts are as many as predicted`(zeros: Double) throws {
    let test = ConvolutionCase.wholeTiles(zeros: zeros).onWarpgroups
    let device = CheckedDevice(EmulatorDevice())
    var findings = Findings()
    let numbers = ConvolutionNumbers(test)
    _ = try device.convolve(numbers, &findings)
    #expect(findings.failures == [])
    let layer = try BlockLayer(
      test.problem, branches: test.branches(weights: numbers.weights, bias: numbers.bias),
      tiling: test.tiling)
    let kernel = BlockKernel(layer)
    let report = try #require(device.device.lastReport)
    let program = try device.load(kernel).program.program
    var (products, wavefronts): (UInt64, UInt64) = (0, 0)
    for (instruction, counters) in zip(program.instructions, report.instructions) {
      switch instruction.operation {
      case .multiplyWarpgroup(let shape):
        #expect(shape.n == kernel.variant.productRows)
        products += counters.executions
      case .loadMatrix: wavefronts += counters.sharedWavefronts
      default: break
      }
    }
    let pixels = test.tiling.pixelCount * kernel.grid.y
    let productsOfPixel = layer.counts.bandSteps * BlockTiling.bandRows / kernel.variant.productRows
    #expect(products == UInt64(4 * productsOfPixel * pixels / 8))
    #expect(wavefronts == UInt64(layer.counts.wavefronts * pixels))
  }

  /// Each instruction that orders something, left out.
  @Test(arguments: [(16, 1), (32, 1), (24, 1), (16, 2)])
  func `the emulator finds what is left out`(pixels: Int, splits: Int) throws {
    let convolution = try ChangedConvolution(pixels: pixels, splits: splits)
    let whole = try convolution.fault { _ in }
    #expect(whole == nil, "\(whole?.description ?? "")")
    var counts: [String: Int] = [:]
    for (index, instruction) in convolution.program.instructions.enumerated()
    where instruction.operation.orders {
      counts["\(instruction.operation)", default: 0] += 1
      let fault = try convolution.fault { $0.instructions.remove(at: index) }
      #expect(fault != nil, "without \(index): \(instruction)")
    }
    #expect(counts.count >= 7, "\(counts)")
  }
}

extension Operation {
  fileprivate var orders: Bool {
    switch self {
    case .barrier, .fenceAsyncProxy, .asyncCopyCommit, .asyncCopyWait, .warpgroupFence,
      .warpgroupCommit, .warpgroupWait:
      true
    default: false
    }
  }
}

/// A convolution with warpgroups whose program is changed, as it is printed and read back.
private struct ChangedConvolution {
  let layer: BlockLayer
  let kernel: Kernel
  let program: Program

  init(pixels: Int, splits: Int) throws {
    let test = ConvolutionCase.manyChunks(pixels: pixels, splits: splits)
    let bias = Array(repeating: 0 as Float, count: test.filters)
    layer = try BlockLayer(
      test.problem, branches: test.branches(weights: test.weightsOfAllSegments, bias: bias),
      tiling: test.tiling)
    #expect(layer.counts.steps == [64: 10, 32: 20, 16: 40])
    kernel = try BlockKernel(layer).build()
    let text = PTXPrinter.text(of: kernel, for: .sm90a)
    program = try #require(try PTXReader.read(text, name: "\(kernel.name).ptx").programs.first)
  }

  /// The fault of a convolution of zeros.
  func fault(_ change: (inout Program) -> Void) throws -> EmulatorFault? {
    var changed = program
    change(&changed)
    let memory = GlobalMemory()
    func zeros(_ geometry: LanesGeometry) throws -> UInt64 {
      try memory.allocate(
        Array(repeating: 0 as UInt8, count: geometry.groupStride * 8 * MemoryLayout<Float>.size))
    }
    let block = BlockKernel(layer)
    let output = layer.problem.output
    let arguments = block.arguments(
      BlockTables(
        work: try memory.allocate(layer.work), chunks: try memory.allocate(layer.chunks),
        channels: try memory.allocate(layer.channels), packets: try memory.allocate(layer.packets),
        rows: try memory.allocate(layer.rows), bias: try memory.allocate(layer.bias)),
      input: try zeros(layer.problem.input),
      output: try memory.allocate(
        Array(
          repeating: 0 as UInt8,
          count: max(layer.sumsByteCount, output.groupStride * layer.problem.imageGroups * 16))),
      residual: try zeros(output))
    do {
      _ = try Emulator.run(
        EmulatedProgram(changed),
        Launch(
          grid: (block.grid.x, block.grid.y, block.grid.z),
          sharedByteCount: kernel.sharedByteCount, struct: arguments),
        memory: memory)
      return nil
    } catch let fault as EmulatorFault {
      return fault
    }
  }
}
