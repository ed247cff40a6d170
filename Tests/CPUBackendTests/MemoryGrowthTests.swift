#if os(Linux)
  import CPUBackend
  import Foundation
  import Graphs
  import ReferenceBackend
  import Runtime
  import Tensors
  import TestSupport
  import Testing

  /// Running leaves nothing behind.
  @Suite struct MemoryGrowthTests {
    /// The pages of the process's data and stack.
    private static func dataPageCount() throws -> Int {
      let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(
        separator: " ")
      return try #require(Int(fields[5]))
    }

    @Test func executeKeepsNoMemory() async {
      // A process of its own: other tests allocate at the same time.
      await #expect(processExitsWith: .success) {
        for threads in [1, 3] {
          var net = CaseGraph(seed: 5)
          try BackendNetworkTests.addRandomNodes(&net)
          let session = try CPUBackend(evaluate: Reference.evaluate)
            .compile(net.graph, options: CompileOptions(threads: threads)).makeSession()
          _ = try session.run(net.inputs, outputCount: 0)
          _ = try Self.dataPageCount()
          let before = try Self.dataPageCount()
          // 16 bytes a run would show.
          for _ in 0..<10_000 { try session.execute() }
          let growth = try Self.dataPageCount() - before
          try #require(growth < 32, "\(threads) threads: \(growth) pages")
        }
      }
    }
  }
#endif
