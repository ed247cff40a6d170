import GPUCatalogue
import PTX
import TestSupport
import Testing

/// The text of small kernels, for eyes.
@Suite struct PTXSnapshotTests {
  @Test func `a sum`() throws {
    try Snapshot.expect(
      PTXPrinter.text(of: SampleKernels.sum(), for: .sm90a), equals: "sum.ptx")
  }
}
