import Graphs
import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// Functions that a model defines, put in place of their calls.
@Suite struct FunctionTests {
  /// `leaky(a, b = none) = (LeakyRelu(a, slope), a)`, the slope 0.25 unless given.
  static let leaky = ONNXFunctionProto(
    "leaky", inputs: ["a", "b"], outputs: ["r", "s"],
    [
      ONNXNodeProto("LeakyRelu", ["a"], ["r"], ["alpha": .reference("slope", .float)]),
      ONNXNodeProto("Abs", ["t"], ["s"], name: "abs"),
      ONNXNodeProto("Neg", ["a"], ["t"]),
    ]
  ).with { $0.attributeProto = [Attribute.float(0.25).proto("slope")] }

  private static func model(
    _ nodes: [ONNXNodeProto], _ functions: [ONNXFunctionProto]
  ) -> ONNXModelProto {
    ONNXModelProto(nodes).with { $0.functions = functions }
  }

  /// Each node as `name: op inputs → outputs`.
  private func listing(_ template: GraphTemplate) -> [String] {
    template.nodes.map {
      "\($0.name): \($0.op.name) \($0.inputs.joined(separator: " ")) → "
        + $0.outputs.joined(separator: " ")
    }
  }

  private func slope(_ op: any Operator) -> Float? {
    guard case .activation(.leakyRelu(let slope))? = (op as? Unary)?.function else { return nil }
    return slope
  }

  @Test func expandsCalls() throws {
    let template = try Self.model(
      [
        .call("leaky", ["x"], ["p"], name: "one"),
        .call("leaky", ["p", "x"], ["y", "q"], ["slope": .float(0.5)]),
      ], [Self.leaky]
    ).read().template
    #expect(
      listing(template) == [
        "one:LeakyRelu_0: LeakyRelu x → p", "one:Neg_2: Neg x → one:t",
        "one:abs: Abs one:t → one:s", "number 1:LeakyRelu_0: LeakyRelu p → y",
        "number 1:Neg_2: Neg p → number 1:t", "number 1:abs: Abs number 1:t → q",
      ])
    let slopes = template.nodes.compactMap { slope($0.op) }
    #expect(slopes == [0.25, 0.5])
  }

  @Test func expandsNestedCallsWithAttributes() throws {
    let outer = ONNXFunctionProto(
      "outer", inputs: ["a"], outputs: ["z"], attributes: ["alpha"],
      [
        .call("leaky", ["a"], ["m"], ["slope": .reference("alpha", .float)], name: "in"),
        .call("leaky", ["m"], ["z"], name: "in"),
      ])
    let template = try Self.model(
      [.call("outer", ["x"], ["y"], ["alpha": .float(0.75)], name: "o")], [outer, Self.leaky]
    ).read().template
    let nodes = template.nodes.filter { $0.op.name == "LeakyRelu" }
    #expect(nodes.compactMap { slope($0.op) } == [0.75, 0.25])
    #expect(nodes.map(\.inputs) == [["x"], ["o:m"]])
    #expect(nodes.map(\.outputs) == [["o:m"], ["y"]])
    #expect(Set(template.nodes.map(\.name)).count == template.nodes.count)

    // The attribute has no default: a call that leaves it out leaves out the inner one too.
    let without = try Self.model([.call("outer", ["x"], ["y"])], [outer, Self.leaky]).read()
    #expect(
      without.template.nodes.compactMap { slope($0.op) } == [0.25, 0.25])
  }

  /// Operator set 12 gives the axes of `Squeeze` as an attribute, 13 as an input.
  @Test func readsEachBodyWithItsOwnOperatorSet() throws {
    let old = ONNXFunctionProto(
      "squeeze", inputs: ["a"], outputs: ["z"], opset: 12,
      [ONNXNodeProto("Squeeze", ["a"], ["z"], ["axes": .ints([0])])])
    let template = try Self.model([.call("squeeze", ["x"], ["y"], name: "s")], [old]).read()
      .template
    let node = try #require(template.nodes.first)
    #expect(node.op is Squeeze)
    #expect(node.inputs.count == 2)
    #expect(template.constants[node.inputs[1]]?.doubles() == [0])
  }

  @Test func passesInputsThrough() throws {
    let function = ONNXFunctionProto("same", inputs: ["a"], outputs: ["a"], [])
    let template = try Self.model([.call("same", ["x"], ["y"], name: "s")], [function]).read()
      .template
    #expect(listing(template) == ["s:Identity: Identity x → y"])
  }

  @Test func leavesOptionalInputsOut() throws {
    let clip = ONNXFunctionProto(
      "clip", inputs: ["a", "low", "high"], outputs: ["z"],
      [ONNXNodeProto("Clip", ["a", "low", "high"], ["z"])])
    let template = try Self.model(
      [.call("clip", ["x"], ["p"]), .call("clip", ["p", "", "k"], ["y"])], [clip]
    ).with { $0.graph.initializer = [ONNXTensorProto("k", type: 1, []) { $0.floatData = [1] }] }
      .read().template
    #expect(template.nodes.map(\.inputs) == [["x"], ["p", "", "k"]])
  }

  @Test func tellsOverloadsApart() throws {
    var one = ONNXFunctionProto(
      "f", inputs: ["a"], outputs: ["z"], [ONNXNodeProto("Relu", ["a"], ["z"])])
    var two = ONNXFunctionProto(
      "f", inputs: ["a"], outputs: ["z"], [ONNXNodeProto("Abs", ["a"], ["z"])])
    (one.overload, two.overload) = ("1", "2")
    var calls = [ONNXNodeProto.call("f", ["x"], ["p"]), .call("f", ["p"], ["y"])]
    (calls[0].overload, calls[1].overload) = ("2", "1")
    let template = try Self.model(calls, [one, two]).read().template
    #expect(template.nodes.map(\.op.name) == ["Abs", "Relu"])
  }

  @Test func winsOverOperators() throws {
    var function = ONNXFunctionProto(
      "Softplus", inputs: ["a"], outputs: ["z"], [ONNXNodeProto("Relu", ["a"], ["z"])])
    function.domain = "ai.onnx"
    let template = try Self.model([ONNXNodeProto("Softplus", ["x"], ["y"])], [function]).read()
      .template
    #expect(template.nodes.map(\.op.name) == ["Relu"])
  }

  @Test func ignoresFunctionsThatAreNotCalled() throws {
    let unused = ONNXFunctionProto(
      "unused", inputs: [], outputs: [], opset: 3, [ONNXNodeProto("Nonsense", [], [])])
    _ = try Self.model([ONNXNodeProto("Relu", ["x"], ["y"])], [unused]).read()
  }

  /// Inner names must not be taken for those of the graph.
  @Test func keepsNamesApart() throws {
    let template = try Self.model(
      [
        .call("leaky", ["x"], ["p"], name: "one"),
        ONNXNodeProto("Relu", ["p"], ["one:t"], name: "one:Neg_2"),
        ONNXNodeProto("Relu", ["one:t"], ["y"]),
      ], [Self.leaky]
    ).read().template
    #expect(Set(template.nodes.flatMap(\.outputs)).count == template.nodes.flatMap(\.outputs).count)
    #expect(template.nodes.last { $0.outputs == ["y"] }?.inputs == ["one:t"])
    #expect(template.nodes.first { $0.op.name == "Neg" }?.outputs == ["one:t_1"])
  }

  static let rejected: [(name: String, model: ONNXModelProto, code: HewnError.Code, text: String)] =
    [
      (
        "recursion",
        model(
          [.call("f", ["x"], ["y"], name: "c")],
          [ONNXFunctionProto("f", inputs: ["a"], outputs: ["z"], [.call("f", ["a"], ["z"])])]),
        .invalidFile, "calls itself"
      ),
      (
        "recursion of two",
        model(
          [.call("f", ["x"], ["y"], name: "c")],
          [
            ONNXFunctionProto("f", inputs: ["a"], outputs: ["z"], [.call("g", ["a"], ["z"])]),
            ONNXFunctionProto("g", inputs: ["a"], outputs: ["z"], [.call("f", ["a"], ["z"])]),
          ]), .invalidFile, "calls itself"
      ),
      (
        "depth",
        model(
          [.call("f0", ["x"], ["y"], name: "c")],
          (0..<100).map {
            ONNXFunctionProto(
              "f\($0)", inputs: ["a"], outputs: ["z"], [.call("f\($0 + 1)", ["a"], ["z"])])
          }), .unsupported, "32 deep"
      ),
      (
        "blow-up", model([.call("f0", ["x"], ["y"], name: "c")], doubling(30)), .unsupported,
        "16 times its size"
      ),
      (
        "defined twice", model([ONNXNodeProto("Relu", ["x"], ["y"])], [leaky, leaky]), .invalidFile,
        "local.leaky is defined twice"
      ),
      (
        "too many inputs", model([.call("leaky", ["x", "x", "x"], ["y"], name: "c")], [leaky]),
        .invalidFile, "local.leaky \"c\": 3 inputs"
      ),
      (
        "too many outputs", model([.call("leaky", ["x"], ["y", "p", "q"])], [leaky]), .invalidFile,
        "3 outputs"
      ),
      (
        "unknown attribute", model([.call("leaky", ["x"], ["y"], ["gain": .float(1)])], [leaky]),
        .invalidFile, "no attribute gain"
      ),
      (
        "attribute of another type",
        model([.call("leaky", ["x"], ["y"], ["slope": .int(1)])], [leaky]), .invalidFile,
        "attribute slope has type"
      ),
      (
        "undefined value",
        model(
          [.call("f", ["x"], ["y"])],
          [
            ONNXFunctionProto(
              "f", inputs: ["a"], outputs: ["z"], [ONNXNodeProto("Relu", ["x"], ["z"])])
          ]
        ), .invalidFile, "input \"x\" of Relu is defined nowhere in the function"
      ),
      (
        "undefined output",
        model(
          [.call("f", ["x"], ["y"])],
          [
            ONNXFunctionProto(
              "f", inputs: ["a"], outputs: ["z"], [ONNXNodeProto("Relu", ["a"], ["b"])])
          ]
        ), .invalidFile, "output \"z\" is defined nowhere"
      ),
      (
        "defined twice inside",
        model(
          [.call("f", ["x"], ["y"])],
          [
            ONNXFunctionProto(
              "f", inputs: ["a"], outputs: ["z"],
              [ONNXNodeProto("Relu", ["a"], ["z"]), ONNXNodeProto("Relu", ["a"], ["z"])])
          ]), .invalidFile, "\"z\" has a second definition"
      ),
      (
        "overwritten input",
        model(
          [.call("f", ["x"], ["y"])],
          [
            ONNXFunctionProto(
              "f", inputs: ["a"], outputs: ["z"],
              [ONNXNodeProto("Relu", ["a"], ["a"]), ONNXNodeProto("Relu", ["a"], ["z"])])
          ]), .invalidFile, "second definition"
      ),
      (
        "no operator set",
        model(
          [.call("f", ["x"], ["y"])],
          [
            ONNXFunctionProto(
              "f", inputs: ["a"], outputs: ["z"], opset: nil, [ONNXNodeProto("Relu", ["a"], ["z"])])
          ]), .invalidFile, "does not say which version"
      ),
      (
        "old operator set",
        model(
          [.call("f", ["x"], ["y"])],
          [
            ONNXFunctionProto(
              "f", inputs: ["a"], outputs: ["z"], opset: 5, [ONNXNodeProto("Relu", ["a"], ["z"])])
          ]), .unsupported, "operator set 5"
      ),
      (
        "unsupported operators inside",
        model(
          [
            .call("f", ["x"], ["p"], name: "c"),
            ONNXNodeProto("Nonsense", ["p"], ["y"], name: "e"),
          ],
          [
            ONNXFunctionProto(
              "f", inputs: ["a"], outputs: ["z"], opset: 12,
              [ONNXNodeProto("Nonsense", ["a"], ["z"])])
          ]), .unsupported,
        "operator set 12: Nonsense (1 ×, first \"c:Nonsense_0\"); in operator set 13: Nonsense"
      ),
      (
        "no function", model([.call("f", ["x"], ["y"], name: "c")], [leaky]), .unsupported,
        "local.f (1 ×, first \"c\")"
      ),
    ]

  /// Functions each of which calls the next one twice.
  private static func doubling(_ count: Int) -> [ONNXFunctionProto] {
    (0..<count).map {
      let next = $0 == count - 1 ? "" : "f\($0 + 1)"
      return ONNXFunctionProto(
        "f\($0)", inputs: ["a"], outputs: ["z"],
        next.isEmpty
          ? [ONNXNodeProto("Relu", ["a"], ["z"])]
          : [.call(next, ["a"], ["m"]), .call(next, ["m"], ["z"])])
    }
  }

  @Test(arguments: rejected.indices)
  func rejects(_ index: Int) throws {
    let item = Self.rejected[index]
    let error = #expect(throws: HewnError.self, "\(item.name)") { try item.model.read() }
    #expect(error?.code == item.code, "\(item.name): \(error as Any)")
    #expect(error?.description.contains(item.text) == true, "\(item.name): \(error as Any)")
  }

  /// A large constant in a body is one tensor for each call: bounded too.
  @Test func boundsConstantsOfBodies() throws {
    let body = ONNXFunctionProto(
      "f", inputs: ["a"], outputs: ["z"],
      [
        ONNXNodeProto(
          "Constant", [], ["k"],
          [
            "value": .tensor(
              ONNXTensorProto("t", type: 1, [1 << 20], raw: [UInt8](repeating: 0, count: 4 << 20)))
          ]),
        ONNXNodeProto("Add", ["a", "k"], ["z"]),
      ])
    func model(_ count: Int) -> ONNXModelProto {
      Self.model(
        (0..<count).map {
          .call("f", [$0 == 0 ? "x" : "v\($0)"], [$0 == count - 1 ? "y" : "v\($0 + 1)"])
        },
        [body])
    }
    _ = try model(16).read()
    let error = #expect(throws: HewnError.self) { try model(40).read() }
    #expect(error?.message.contains("16 times its size") == true, "\(error as Any)")
  }
}

extension ONNXFunctionProto {
  /// The function with a change.
  fileprivate func with(_ change: (inout ONNXFunctionProto) -> Void) -> ONNXFunctionProto {
    var copy = self
    change(&copy)
    return copy
  }
}
