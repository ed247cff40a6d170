import Graphs
import Passes
import Tensors
import Testing

/// The driver refuses what a wrong pass asks for, and says which pass and where.
struct GraphRewriterTests {
  /// A pass made of a closure, for the node that is named `target`.
  struct Scripted: Pass {
    let name = "Scripted"
    var target = "b"
    let body: @Sendable (GraphView, Int) throws -> Rewrite

    func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
      view.node(node).name == target ? try body(view, node) : .noMatch
    }
  }

  /// x → a → b → c, where a is also an output.
  func chain() throws -> Graph {
    var net = Net()
    let x = net.input("x", [2, 3])
    let a = try net.activation("a", .relu, x)
    let b = try net.activation("b", .tanh, a)
    return net.returning(try net.activation("c", .sigmoid, b), a)
  }

  static let mistakes: [(String, Scripted)] = [
    (
      "changes \"b\" from float64[2×3] to float64[3×2]",
      Scripted { view, node in
        var patch = Patch("", in: view)
        try patch.replaceNode(
          node, with: Transpose(), [view.input(node, 0)], name: "transposed")
        return .patch(patch)
      }
    ),
    ("replaces \"b\" 0 times, not once", Scripted { view, _ in .patch(Patch("", in: view)) }),
    (
      "replaces \"b\" 2 times, not once",
      Scripted { view, node in
        var patch = Patch("", in: view)
        for _ in 0..<2 {
          try patch.replaceNode(node, with: Identity(), [view.input(node, 0)], name: "n")
        }
        return .patch(patch)
      }
    ),
    (
      "replaces \"a\", an output of another node",
      Scripted { view, node in
        var patch = Patch("", in: view)
        patch.replace(view.graph.outputs[1], with: view.graph.inputs[0])
        return .patch(patch)
      }
    ),
    (
      "Identity \"n\" reads \"c\" before it is computed",
      Scripted { view, node in
        var patch = Patch("", in: view)
        try patch.replaceNode(node, with: Identity(), [view.graph.outputs[0]], name: "n")
        return .patch(patch)
      }
    ),
    (
      "Identity \"n\" reads \"b\" before it is computed",
      Scripted { view, node in
        var patch = Patch("", in: view)
        try patch.replaceNode(node, with: Identity(), [view.node(node).outputs[0]], name: "n")
        return .patch(patch)
      }
    ),
    (
      "uses \"c\" before it is computed",
      Scripted { view, node in
        var patch = Patch("", in: view)
        patch.replace(view.node(node).outputs[0], with: view.graph.outputs[0])
        return .patch(patch)
      }
    ),
    (
      "absorbs Relu \"a\", which is used elsewhere",
      Scripted { view, node in
        var patch = Patch("", in: view, absorbing: [0])
        try patch.replaceNode(node, with: Unary(.exp), view.graph.inputs, name: "n")
        return .patch(patch)
      }
    ),
    (
      "makes an invalid Conv \"n\": input W is missing",
      Scripted { view, node in
        var patch = Patch("", in: view)
        try patch.replaceNode(node, with: Conv(), view.graph.inputs, name: "n")
        return .patch(patch)
      }
    ),
    (
      "takes the name of the output \"c\" from the graph",
      Scripted(target: "c") { view, node in
        var patch = Patch("", in: view)
        patch.replace(view.node(node).outputs[0], with: view.graph.inputs[0])
        return .patch(patch)
      }
    ),
  ]

  @Test(arguments: mistakes.indices)
  func refusesAMistake(index: Int) throws {
    let (want, pass) = Self.mistakes[index]
    let graph = try chain()
    let error = try #require(throws: HewnError.self) { try PassPipeline([pass]).run(graph) }
    #expect(error.code == .internal)
    #expect(error.message.hasPrefix("pass Scripted: \(want)"), "got \(error)")
    #expect(error.node?.hasSuffix("\"\(pass.target)\"") == true, "got \(error)")
  }

  @Test func refusesAGraphThatIsMalformedFromTheStart() throws {
    var graph = try chain()
    graph.nodes.swapAt(0, 1)
    let error = try #require(throws: HewnError.self) { try PassPipeline([]).run(graph) }
    #expect(error.message.hasPrefix("before the first pass: "), "got \(error)")
  }

  @Test func refusesPassesThatUndoEachOther() throws {
    func swapping(_ old: Activation, _ new: Activation) -> Scripted {
      Scripted { view, node in
        guard (view.node(node).op as? Unary)?.function == .activation(old) else { return .noMatch }
        var patch = Patch("", in: view)
        try patch.replaceNode(
          node, with: Unary(.activation(new)), [view.input(node, 0)], name: "b")
        return .patch(patch)
      }
    }
    let passes = [swapping(.tanh, .sigmoid), swapping(.sigmoid, .tanh)]
    let graph = try chain()
    #expect(throws: HewnError.self) { try PassPipeline(passes).run(graph) }
    let restless = Scripted { view, node in
      var patch = Patch("", in: view)
      try patch.replaceNode(node, with: Unary(.exp), [view.input(node, 0)], name: "b")
      return .patch(patch)
    }
    let error = try #require(throws: HewnError.self) { try PassPipeline([restless]).run(graph) }
    #expect(error.message == "pass Scripted does not come to rest")
  }

  @Test func nodesOfOneSweepAreNeverPatchedAndAbsorbed() throws {
    // conv → relu, where one pass would both rewrite conv and absorb it.
    struct Greedy: Pass {
      let name = "Greedy"
      func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
        if let conv = view.node(node).op as? Conv, conv.kernel.isEmpty {
          var named = conv
          named.kernel = [3, 3]
          var patch = Patch("names its kernel", in: view)
          try patch.replaceNode(node, with: named, view.node(node).inputs, name: "conv")
          return .patch(patch)
        }
        return try FuseActivation().rewrite(view, at: node)
      }
    }
    var net = Net()
    let x = net.input("x", [1, 2, 3, 3])
    let graph = net.returning(try net.activation("relu", .relu, net.conv("conv", x, filters: 2)))
    let result = try PassPipeline([Greedy()]).run(graph)
    #expect(
      result.graph.text == """
        relu: [1×2×3×3] = Conv(x, conv.w: [2×2×3×3], conv.b: [2]) {kernel 3 3, pads 1 1 1 1, relu}
        return relu
        """)
    #expect(
      result.reports[0].lines == [
        "applied Conv \"conv\": names its kernel", "applied Relu \"relu\": into Conv \"conv\"",
      ])
  }

  @Test func knownElementsStayKnown() throws {
    var net = Net()
    let x = net.input("x", [2, 3])
    let shape = net.integers("shape", [6])
    let known = try net.node("b", Identity(), shape)
    net.graph[known].constant = net.graph[shape].constant
    let graph = net.returning(try net.node("reshape", Reshape(), x, known))
    let pass = Scripted { view, node in
      guard view.node(node).op is Identity else { return .noMatch }
      var patch = Patch("", in: view)
      try patch.replaceNode(node, with: Cast(to: .int64), [view.input(node, 0)], name: "b")
      return .patch(patch)
    }
    // The shape of the result is known only as long as the elements of "b" are.
    let result = try PassPipeline([pass]).run(graph)
    #expect(result.steps == 1)
  }

  @Test func namesThatAreTakenGetANumber() throws {
    struct Spell: Pass {
      let name = "Spell"
      func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
        guard (view.node(node).op as? Unary)?.function == .activation(.tanh) else {
          return .noMatch
        }
        var patch = Patch("", in: view)
        let one = patch.addConstant("x", Tensor(scalar: 1.0))
        try patch.replaceNode(node, with: Binary(.add), [view.input(node, 0), one], name: "b")
        return .patch(patch)
      }
    }
    let result = try PassPipeline([Spell()]).run(chain())
    #expect(result.graph.text.contains("b: [2×3] = Add(a, x.2: [])"), "got \(result.graph)")
  }
}
