import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct GraphPartsTests {
  /// x → a → b → c, with a read again by d = a + c, the second output.
  private func network() throws -> (graph: Graph, ids: [String: ValueID]) {
    var graph = Graph(name: "net")
    let x = graph.addInput("x", TensorType(.float32, [1, 2, 4, 4]))
    let z = graph.addInput("z", TensorType(.float32, [1, 2, 4, 4]))
    let (w, v) = (
      graph.addConstant("w", .random([2, 2, 1, 1], seed: 1)),
      graph.addConstant("v", .random([2, 2, 1, 1], seed: 2))
    )
    let a = try graph.addNode(Conv(), [x, w], name: "a")[0]
    let b = try graph.addNode(Binary(.add), [a, z], name: "b")[0]
    let c = try graph.addNode(Conv(), [b, v], name: "c")[0]
    let d = try graph.addNode(Binary(.add), [a, c], name: "d")[0]
    graph.outputs = [b, d]
    try graph.verify()
    return (graph, ["x": x, "z": z, "w": w, "v": v, "a": a, "b": b, "c": c, "d": d])
  }

  @Test func aPartComputesSomeValues() throws {
    let (graph, ids) = try network()
    let (a, b) = (try #require(ids["a"]), try #require(ids["b"]))
    let part = graph.part(computing: [b, a])
    try part.verify()
    #expect(part.nodes.map(\.name) == ["a", "b"])
    #expect(part.inputs == graph.inputs)
    #expect(part.outputs == [b, a])
    #expect(part[try #require(ids["w"])].constant != nil)
    #expect(part[try #require(ids["v"])].constant == nil)
    #expect(graph.part(computing: graph.outputs).description == graph.description)
    #expect(graph.part(computing: []).nodes.isEmpty)
  }

  @Test func aPartFromANodeTakesWhatWasComputedBefore() throws {
    let (graph, ids) = try network()
    let names = [["x", "z"], ["z", "a"], ["a", "b"], ["a", "b", "c"], ["b", "d"]]
    for (node, names) in names.enumerated() {
      let part = graph.part(from: node)
      try part.verify()
      #expect(part.inputs == names.compactMap { ids[$0] }, "from node \(node)")
      #expect(part.nodes.map(\.name) == graph.nodes[node...].map(\.name))
      #expect(part.outputs == graph.outputs)
    }
  }

  @Test func knownValuesAreNotComputed() throws {
    var (graph, ids) = try network()
    let a = try #require(ids["a"])
    graph[a].constant = .random([1, 2, 4, 4], seed: 3)
    let part = graph.part(computing: [try #require(ids["b"])])
    try part.verify()
    #expect(part.nodes.map(\.name) == ["b"])
    #expect(part[try #require(ids["w"])].constant == nil)
    let rest = graph.part(from: 1)
    try rest.verify()
    #expect(rest.inputs == [try #require(ids["z"])])
  }

  @Test func trimmedOutputsStayThoseOfTheWholeGraph() throws {
    var (graph, _) = try network()
    graph.trimmedOutputs = [1]
    #expect(graph.part(from: 2).trimmedOutputs == [1])
    #expect(graph.part(computing: graph.outputs).trimmedOutputs.isEmpty)
  }
}
