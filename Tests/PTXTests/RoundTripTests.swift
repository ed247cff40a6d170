import Emulator
import GPUCatalogue
import KernelIR
import PTX
import TestSupport
import Testing

/// What is read of the printed text does what the kernel says.
@Suite struct RoundTripTests {
  @Test func `every instruction computes the same after printing and reading`() throws {
    for instruction in try InstructionCase.all() {
      for target in Target.allCases where target >= instruction.kernel.target {
        let text = PTXPrinter.text(of: instruction.kernel, for: target)
        let module = try PTXReader.read(text, name: "\(instruction.name).ptx")
        #expect(module.target == target)
        let program = try #require(module.programs.first)
        #expect(module.programs.count == 1)
        guard target == instruction.kernel.target else { continue }
        let (got, want) = try (
          instruction.outputs(of: program), instruction.outputs(of: instruction.kernel.program)
        )
        #expect(got == want, "\(instruction.name) for \(target.rawValue)")
      }
    }
  }
}

extension InstructionCase {
  /// The cells of all results, as the emulator computes them.
  func outputs(of program: Program) throws -> [UInt64] {
    let memory = GlobalMemory()
    let source = try memory.allocate(inputs)
    let target = try memory.allocate([UInt64](repeating: 0, count: outputCellCount))
    _ = try Emulator.run(
      EmulatedProgram(program),
      Launch(
        grid: (Self.blockCount, 1, 1), sharedByteCount: kernel.sharedByteCount,
        struct: Arguments(inputs: source, outputs: target)),
      memory: memory)
    return try memory.read(UInt64.self, count: outputCellCount, from: target)
  }
}
