import Graphs
import Tensors
import TestSupport
import Testing

/// What binding another batch does to a file that fixes one.
@Suite struct RebatchingTests {
  @Test func fixedTargetShapesFollowTheBatch() throws {
    struct Case {
      let input: Shape
      let target: [Int64]
      let want: Shape
      let isNoted: Bool
    }
    let cases = [
      Case(input: [1, 8, 2, 2], target: [1, 32], want: [4, 32], isNoted: true),
      Case(input: [1, 8, 2, 2], target: [1, -1], want: [4, 32], isNoted: true),
      Case(input: [1, 8, 2, 2], target: [-1, 32], want: [4, 32], isNoted: false),
      Case(input: [1, 8, 2, 2], target: [0, -1], want: [4, 32], isNoted: false),
      Case(input: [2, 8, 2, 2], target: [2, 2, 16], want: [4, 2, 16], isNoted: true),
    ]
    for item in cases {
      let graph = try reshaping(item.input, item.target)
        .bind(.init(batch: 4), evaluate: noEvaluator)
      try graph.verify()
      #expect(graph[graph.outputs[0]].type.shape == item.want, "\(item)")
      let count = graph.notes.count { $0.contains("Reshape \"node\"") }
      #expect(count == (item.isNoted ? 1 : 0), "\(item): \(graph.notes)")
    }
  }

  @Test func theFilesOwnBatchChangesNothing() throws {
    let graph = try reshaping([1, 8, 2, 2], [1, -1]).bind(.init(batch: 1), evaluate: noEvaluator)
    #expect(graph[graph.outputs[0]].type.shape == [1, 32])
    #expect(graph.notes.isEmpty)
  }

  @Test func targetShapesThatCannotFollowFail() {
    for target: [Int64] in [[3, 32], [1, 31], [32, 1]] {
      let error = error {
        try reshaping([1, 8, 2, 2], target).bind(.init(batch: 4), evaluate: noEvaluator)
      }
      #expect(error?.code == .invalidFile, "\(target): \(error as Any)")
      #expect(error?.node == "Reshape \"node\"", "\(target): \(error as Any)")
    }
  }

  @Test func constantsHaveNoBatch() throws {
    var template = reshaping([1, 8, 2, 2], [1, -1])
    template.constants["weight"] = Tensor.random([4, 5000], seed: 1)
    template.nodes[0].inputs[0] = "weight"
    let graph = try template.bind(.init(batch: 4), evaluate: noEvaluator)
    #expect(graph[graph.outputs[0]].type.shape == [1, 20_000])
  }

  @Test func fixedResizeSizesFollowTheBatch() throws {
    var template = reshaping([1, 2, 4, 4], [1, 2, 8, 8])
    template.nodes[0].op = Resize()
    template.nodes[0].inputs = ["x", "", "", "shape"]
    let graph = try template.bind(.init(batch: 3), evaluate: noEvaluator)
    #expect(graph[graph.outputs[0]].type.shape == [3, 2, 8, 8])
  }
}

/// y = Reshape(x, target)
private func reshaping(_ input: Shape, _ target: [Int64]) -> GraphTemplate {
  GraphTemplate(
    name: "reshape",
    inputs: [
      .init(name: "x", element: .float32, dimensions: input.dimensions.map { .fixed($0) })
    ],
    outputs: [.init(name: "y", element: .float32, dimensions: nil)],
    constants: ["shape": Tensor([target.count], target)],
    nodes: [.init(name: "node", op: Reshape(), inputs: ["x", "shape"], outputs: ["y"])])
}
