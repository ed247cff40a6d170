import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct ConvolutionPlannerTests {
  /// The engines add in different orders, so the choice must not depend on the number of threads.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func choiceDoesNotDependOnThreads(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let filters = Int.random(in: 8...96, using: &random)
    let channels = Int.random(in: 8...48, using: &random)
    let extent = [4, 7, 14, 28].randomElement(using: &random) ?? 7
    let kernel = [1, 3].randomElement(using: &random) ?? 1
    // About the sparsity at which the engines draw.
    let zeros = Double.random(in: 0.3...0.7, using: &random)

    var graph = Graph(name: "layer")
    let x = graph.addInput("x", TensorType(.float32, [1, channels, extent, extent]))
    let weights = Tensor.random([filters, channels, kernel, kernel], zeros: zeros, seed: seed)
    graph.outputs = try graph.addNode(
      Conv(padding: .sameUpper), [x, graph.addConstant("w", weights)], name: "conv")

    let engines = try [1, 2, 3, 4, 8, 16, 64].map { threads in
      try CPUBackend(evaluate: Reference.evaluate).compile(
        graph, options: CompileOptions(threads: threads)
      ).layers
        .map(\.engine)
    }
    #expect(Set(engines).count == 1, "seed \(seed): \(engines)")
  }
}
