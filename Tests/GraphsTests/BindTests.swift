import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct BindTests {
  @Test func freeExtentsFollowTheBindings() throws {
    struct Case {
      let dimensions: [Dimension]
      let bindings: ShapeBindings
      let want: Shape
    }
    let fixed: [Dimension] = [.fixed(1), .fixed(3), .fixed(4), .fixed(5)]
    let open: [Dimension] = [.symbol("N"), .fixed(3), .symbol("H"), .unknown]
    let cases = [
      Case(dimensions: fixed, bindings: .init(), want: [1, 3, 4, 5]),
      Case(dimensions: fixed, bindings: .init(batch: 8), want: [8, 3, 4, 5]),
      Case(dimensions: [.symbol("N"), .fixed(3)], bindings: .init(), want: [1, 3]),
      Case(dimensions: [.unknown, .fixed(3)], bindings: .init(batch: 2), want: [2, 3]),
      Case(
        dimensions: [.fixed(2), .fixed(0)], bindings: .init(shapes: ["x": [2, 0]]), want: [2, 0]),
      Case(dimensions: open, bindings: .init(shapes: ["x": [2, 3, 7, 9]]), want: [2, 3, 7, 9]),
      Case(
        dimensions: open, bindings: .init(batch: 4, shapes: ["x": [2, 3, 7, 9]]),
        want: [2, 3, 7, 9]),
      Case(
        dimensions: [.symbol("N"), .symbol("N")], bindings: .init(batch: 3), want: [3, 3]),
      Case(dimensions: [], bindings: .init(batch: 3), want: []),
      Case(
        dimensions: [.fixed(2), .fixed(0)], bindings: .init(shapes: ["x": [2, 0]]), want: [2, 0]),
    ]
    for item in cases {
      let graph = try identity(item.dimensions).bind(item.bindings, evaluate: noEvaluator)
      #expect(graph[graph.inputs[0]].type.shape == item.want, "\(item)")
      #expect(graph[graph.outputs[0]].type.shape == item.want, "\(item)")
      try graph.verify()
    }
  }

  /// Boxes whose number depends on data may leave the graph, but no node may read them.
  @Test func selectionsAreOutputsOnly() throws {
    var template = GraphTemplate(
      name: "boxes",
      inputs: [
        .init(name: "boxes", element: .float32, dimensions: [.fixed(1), .fixed(9), .fixed(4)]),
        .init(name: "scores", element: .float32, dimensions: [.fixed(1), .fixed(2), .fixed(9)]),
      ],
      outputs: [
        .init(name: "scores", element: .float32, dimensions: nil),
        .init(name: "selected", element: .int64, dimensions: nil),
      ],
      constants: ["most": Tensor([1], [Int64(3)])],
      nodes: [
        .init(
          name: "select", op: NonMaxSuppression(), inputs: ["boxes", "scores", "most"],
          outputs: ["selected"])
      ])
    let graph = try template.bind(.init(), evaluate: noEvaluator)
    #expect(graph.trimmedOutputs == [1])
    #expect(graph[graph.outputs[1]].type == TensorType(.int64, [6, 3]))

    template.nodes.append(
      .init(name: "reader", op: Flatten(), inputs: ["selected"], outputs: ["flat"]))
    let error = #expect(throws: HewnError.self) {
      try template.bind(.init(), evaluate: noEvaluator)
    }
    #expect(error?.code == .unsupported && error?.node == "Flatten \"reader\"")
    #expect(error?.message.contains("known only at run time") == true)
  }

  @Test func aShapeBindsTheSymbolsOfOtherInputs() throws {
    var template = identity([.symbol("N"), .symbol("H")])
    template.inputs.append(
      .init(name: "z", element: .float32, dimensions: [.symbol("N"), .fixed(3), .symbol("H")]))
    let graph = try template.bind(.init(shapes: ["x": [5, 6]]), evaluate: noEvaluator)
    #expect(graph[graph.inputs[1]].type.shape == [5, 3, 6])
  }

  @Test func badBindingsSayWhatToDo() {
    struct Case {
      let dimensions: [Dimension]?
      let bindings: ShapeBindings
      let fragments: [String]
    }
    let cases = [
      Case(
        dimensions: [.symbol("N"), .fixed(3), .symbol("H"), .unknown], bindings: .init(batch: 2),
        fragments: ["input \"x\"", "\"H\" (axis 2)", "axis 3", "--shape x=2x3x224x224"]),
      Case(
        dimensions: nil, bindings: .init(), fragments: ["input \"x\"", "--shape x=1x3x224x224"]),
      Case(
        dimensions: [.fixed(1)], bindings: .init(shapes: ["y": [1]]),
        fragments: ["no input \"y\"", "inputs are \"x\""]),
      Case(
        dimensions: [.fixed(1), .fixed(3)], bindings: .init(shapes: ["x": [1]]),
        fragments: ["shape 1 does not fit", "1×3"]),
      Case(
        dimensions: [.unknown, .fixed(3)], bindings: .init(shapes: ["x": [0, 3]]),
        fragments: ["shape 0×3 does not fit", "?×3"]),
      Case(dimensions: [.fixed(1)], bindings: .init(batch: 0), fragments: ["batch 0"]),
      Case(dimensions: [.fixed(1)], bindings: .init(batch: .min), fragments: ["is below 1"]),
    ]
    for item in cases {
      let error = error { try identity(item.dimensions).bind(item.bindings, evaluate: noEvaluator) }
      #expect(error?.code == .invalidArgument, "\(item): \(error as Any)")
      for fragment in item.fragments {
        #expect(error?.message.contains(fragment) == true, "\(item): \(error as Any)")
      }
    }
    let huge = error {
      try identity([.fixed(1), .fixed(3)]).bind(.init(batch: .max), evaluate: noEvaluator)
    }
    #expect(huge?.code == .unsupported, "\(huge as Any)")
  }

  @Test func badTemplatesNameTheNode() {
    var undefined = identity([.fixed(1)])
    undefined.nodes[0].inputs = ["z"]
    var twice = identity([.fixed(1)])
    twice.nodes.append(twice.nodes[0])
    var missingOutput = identity([.fixed(1)])
    missingOutput.outputs[0].name = "z"
    var tooMany = identity([.fixed(1)])
    tooMany.nodes[0].outputs.append("mask")
    var illTyped = identity([.fixed(1)])
    illTyped.nodes[0].op = Softmax(axis: 3)
    let cases: [(GraphTemplate, HewnError.Code, String)] = [
      (undefined, .invalidFile, "\"z\", read by Identity \"node\", is not defined"),
      (twice, .invalidFile, "Identity \"node\": the value \"y\" is defined twice"),
      (missingOutput, .invalidFile, "\"z\", read by the model's outputs"),
      (tooMany, .unsupported, "Identity \"node\": output 1 (\"mask\")"),
      (illTyped, .invalidFile, "Softmax \"node\": axis 3 does not exist"),
    ]
    for (template, code, fragment) in cases {
      let error = error { try template.bind(.init(), evaluate: noEvaluator) }
      #expect(error?.code == code, "\(fragment): \(error as Any)")
      #expect(error?.description.contains(fragment) == true, "\(fragment): \(error as Any)")
    }
  }

  @Test func evaluationStopsAtTheLimit() throws {
    for (count, isKnown) in [(GraphTemplate.eagerElementLimit, true), (4097, false)] {
      var template = identity([.fixed(1)])
      template.constants["shape"] = Tensor([1], [Int64(count)])
      template.nodes.append(
        .init(name: "fill", op: ConstantOfShape(), inputs: ["shape"], outputs: ["filled"]))
      let graph = try template.bind(.init(), evaluate: tinyEvaluator)
      let filled = try #require(graph.nodes.last?.outputs.first)
      #expect((graph[filled].constant != nil) == isKnown, "\(count) elements")
      #expect(graph.nodes.count == 2)
    }
  }

  @Test func anEvaluatorOfTheWrongTypeIsADefect() {
    var template = identity([.fixed(1)])
    template.constants["c"] = Tensor([1], [Float(1)])
    template.nodes[0].inputs = ["c"]
    let error = error { try template.bind(.init()) { _, _, _ in [Tensor([2], [Float(1), 1])] } }
    #expect(error?.code == .internal, "\(error as Any)")
  }

  @Test func declaredOutputsThatDifferAreNoted() throws {
    let cases: [([Dimension]?, ElementType, Bool)] = [
      ([.fixed(2), .fixed(3)], .float32, false),
      ([.symbol("N"), .unknown], .float32, false),
      (nil, .float32, false),
      ([.fixed(2), .fixed(4)], .float32, true),
      ([.fixed(2)], .float32, true),
      ([.fixed(2), .fixed(3)], .float64, true),
    ]
    for (declared, element, isNoted) in cases {
      var template = identity([.fixed(2), .fixed(3)])
      template.outputs = [.init(name: "y", element: element, dimensions: declared)]
      let graph = try template.bind(.init(), evaluate: noEvaluator)
      #expect(graph.notes.isEmpty != isNoted, "\(declared as Any): \(graph.notes)")
    }
  }
}

/// y = Identity(x)
private func identity(_ dimensions: [Dimension]?) -> GraphTemplate {
  GraphTemplate(
    name: "identity", inputs: [.init(name: "x", element: .float32, dimensions: dimensions)],
    outputs: [.init(name: "y", element: .float32, dimensions: nil)], constants: [:],
    nodes: [.init(name: "node", op: Identity(), inputs: ["x"], outputs: ["y"])])
}

/// The error that `body` throws.
func error(_ body: () throws -> some Any) -> HewnError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? HewnError
  }
}
