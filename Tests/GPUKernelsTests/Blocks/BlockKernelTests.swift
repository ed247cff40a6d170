import Emulator
import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Testing

struct BlockKernelTests {
  @Test(arguments: Emulated.all(KernelChecks.blocks))
  func `convolutions are what they are in double precision`(check: Emulated) {
    check.expectNoFindings()
  }

  @Test func `names tell kernels apart`() throws {
    let names = try BlocksCatalogue.kernels().map(\.name)
    #expect(Set(names).count == names.count)
  }

  /// What the host counts is what a device does: products, and wavefronts of shared memory for the taps.
  @Test(arguments: BlockPrecision.allCases)
  func `products and wavefronts are as many as predicted`(precision: BlockPrecision) throws {
    for zeros in [0, 0.8, 0.95] {
      let test = ConvolutionCase.wholeTiles(zeros: zeros).with(precision)
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
        case .multiplyMatrices: products += counters.executions
        case .loadMatrix: wavefronts += counters.sharedWavefronts
        case .load(let access)
        where access.space == MemorySpace.shared && access.type == ValueType.f32:
          wavefronts += counters.sharedWavefronts
        default: break
        }
      }
      let pixels = test.tiling.pixelCount * kernel.grid.y
      let parts = precision == .tf32x3 ? 3 : 1
      #expect(products == UInt64(layer.counts.bandSteps * pixels * parts))
      #expect(wavefronts == UInt64(layer.counts.wavefronts * pixels))
    }
  }
}
