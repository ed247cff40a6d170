import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct GraphViewTests {
  /// x → a, w; a → b, twice; b → c; c is an output, and read by d; e is read by nobody.
  private static func network() throws -> (view: GraphView, ids: [String: ValueID]) {
    var graph = Graph(name: "net")
    let x = graph.addInput("x", TensorType(.float32, [1, 2, 4, 4]))
    let w = graph.addConstant("w", .random([2, 2, 1, 1], seed: 1))
    let a = try graph.addNode(Conv(), [x, w], name: "a")[0]
    let b = try graph.addNode(Binary(.add), [a, a], name: "b")[0]
    let c = try graph.addNode(Unary(.activation(.relu)), [b], name: "c")[0]
    let d = try graph.addNode(Unary(.activation(.relu)), [c], name: "d")[0]
    let e = try graph.addNode(Unary(.activation(.relu)), [x], name: "e")[0]
    graph.outputs = [c, d]
    try graph.verify()
    return (GraphView(graph), ["x": x, "w": w, "a": a, "b": b, "c": c, "d": d, "e": e])
  }

  @Test func readersCountEachInputAndTheCaller() throws {
    let (view, ids) = try Self.network()
    let readers = ids.mapValues { view.readers(of: $0) }
    #expect(
      readers == ["x": [0, 4], "w": [0], "a": [1, 1], "b": [2], "c": [3], "d": [], "e": []])
    // Two inputs of one node are two readers, and an output has the caller as one.
    let only = ids.compactMapValues { view.onlyReader(of: $0) }
    #expect(only == ["w": 0, "b": 2])
    for id in ids.values { #expect(view.hasOneUse(id) == (view.onlyReader(of: id) != nil)) }
  }

  @Test func producersAndNeeds() throws {
    let (view, ids) = try Self.network()
    let producers = ids.compactMapValues { view.producer(of: $0) }
    #expect(producers == ["a": 0, "b": 1, "c": 2, "d": 3, "e": 4])
    #expect(view.producer(of: nil) == nil)
    #expect(ids.filter { !view.isNeeded($0.value) }.keys.sorted() == ["e"])
    #expect(ids.filter { view.isGraphOutput($0.value) }.keys.sorted() == ["c", "d"])
    #expect(view.constant(0, 1) != nil && view.constant(0, 0) == nil && view.input(0, 2) == nil)
  }
}
