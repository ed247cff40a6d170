import GPUCatalogue
import GPUKernels
import KernelIR
import PTX
import Tensors
import TestSupport
import Testing

/// What is printed, so that a change of the builder or the printer shows which kernels it changes.
@Suite struct PTXSnapshotTests {
  @Test func `a sum`() throws {
    try Snapshot.expect(
      PTXPrinter.text(of: SampleKernels.sum(), for: .sm90a), equals: "sum.ptx")
  }

  static let shown = [
    "logsoftmax_warps1_f16tof16_256x1__sm80", "gemm_rowmajor_f16_64x64x32__sm80",
    "gemm_rowmajor_f16_128x128x64__sm90a",
  ]

  @Test(arguments: shown)
  func `whole kernels`(name: String) throws {
    let kernel = try #require(KernelCatalogue.kernels().first { $0.name == name })
    try Snapshot.expect(kernel.description, equals: "\(name).txt")
    try Snapshot.expect(PTXPrinter.text(of: kernel, for: kernel.target), equals: "\(name).ptx")
  }

  /// A line for each kernel: its name, a digest of its text, and its instructions by class.
  @Test func `every kernel`() throws {
    let lines = try KernelCatalogue.kernels().map { kernel in
      let text = PTXPrinter.text(of: kernel, for: kernel.target)
      let counts = kernel.program.instructionCounts
      let classes = InstructionClass.allCases.map { "\(counts[$0] ?? 0) \($0.rawValue)" }
      return
        "\(kernel.name) \(Fingerprint.hexadecimal(of: text.utf8)): \(classes.joined(separator: ", "))\n"
    }
    try Snapshot.expect(lines.joined(), equals: "kernels.txt")
  }
}
