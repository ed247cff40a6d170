import GPUCatalogue
import KernelIR
import PTX
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
        let difference = program.difference(from: instruction.kernel.program)
        #expect(difference == nil, "\(instruction.name) for \(target.rawValue)")
        guard target == instruction.kernel.target else { continue }
        let (got, want) = try (
          instruction.emulatedOutputs(of: program),
          instruction.emulatedOutputs(of: instruction.kernel.program)
        )
        #expect(got == want, "\(instruction.name) for \(target.rawValue)")
      }
    }
  }
}
