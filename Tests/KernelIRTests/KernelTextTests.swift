import GPUCatalogue
import KernelIR
import TestSupport
import Testing

/// What the builder makes of Swift code, as text.
@Suite struct KernelTextTests {
  @Test func `a kernel reads like its source`() throws {
    try Snapshot.expect(SampleKernels.scale().description, equals: "scale.txt")
  }

  @Test func `loops, variables and barriers`() throws {
    try Snapshot.expect(SampleKernels.sum().description, equals: "sum.txt")
  }

  @Test func `registers with names bear them, each its own`() throws {
    let kernel = try Kernel.build("names", threads: 32, arguments: NoArguments.self) { k, _ in
      let first = k.variable(U32.self, "row", initially: 1)
      let second = k.variable(U32.self, "row", initially: 2)
      k.shared(U32.self, count: 1)[0] = first.value + second.value
    }
    #expect(kernel.description.contains("add.u32 %row, %row.1"))
  }
}

struct NoArguments: BitwiseCopyable {}
