import Foundation
import Graphs
import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// Biases that written models have and the models that they come from lack.
@Suite struct BiasWritingTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/hewn-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  /// Writes a model with biases.
  ///
  /// - Returns: the file as a protocol buffer and as Hewn reads it.
  private func written(
    _ model: ONNXModelProto, replacing tensors: [String: Tensor] = [:], adding biases: [AddedBias]
  ) throws -> (proto: ONNXModelProto, model: ONNXModel) {
    var result: (ONNXModelProto, ONNXModel)?
    try withFolder { folder in
      let path = folder + "/out.onnx"
      let count = try model.read().write(to: path, replacing: tensors, adding: biases)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(count == bytes.count)
      result = (
        try ONNXModelProto(serializedBytes: bytes), try ONNXModel.read(contentsOf: path)
      )
    }
    return try #require(result)
  }

  private static func weights(_ name: String, _ dims: [Int], type: Int = 1) -> ONNXTensorProto {
    ONNXTensorProto(
      name, type: type, dims,
      raw: [UInt8](repeating: 0, count: dims.reduce(type == 10 ? 2 : 4, *)))
  }

  /// Products and convolutions with and without biases.
  ///
  ///     x → a (2 filters) → b (3, an empty bias) → c (3, weights of a Constant) → d (3, a bias)
  ///     v → p (5 columns, beta 0.5) → q (4, transposed) → r (4, a bias)
  private static let model = ONNXModelProto(
    inputs: ["x", "v"], outputs: ["d", "r", "h"],
    initializers: [
      weights("wA", [2, 2, 1, 1]), weights("wB", [3, 2, 3, 3]), weights("wD", [3, 3, 1, 1]),
      .floats("bD", [1, 2, 3]), weights("wP", [6, 5]), weights("wQ", [4, 5]),
      weights("wR", [4, 4]), .floats("bR", [1, 2, 3, 4]), weights("wH", [7, 2, 1, 1], type: 10),
    ],
    [
      ONNXNodeProto("Conv", ["x", "wA"], ["a"], ["kernel_shape": .ints([1, 1])], name: "convA"),
      ONNXNodeProto("Conv", ["a", "wB", ""], ["b"], ["pads": .ints([1, 1, 1, 1])], name: "convB"),
      ONNXNodeProto("Constant", [], ["wC"], ["value": .tensor(weights("", [3, 3, 1, 1]))]),
      ONNXNodeProto("Conv", ["b", "wC", "", ""], ["c"]),
      ONNXNodeProto("Conv", ["c", "wD", "bD"], ["d"]),
      ONNXNodeProto("Gemm", ["v", "wP"], ["p"], ["beta": .float(0.5)]),
      ONNXNodeProto("Gemm", ["p", "wQ"], ["q"], ["transB": .int(1)]),
      ONNXNodeProto("Gemm", ["q", "wR", "bR"], ["r"]),
      ONNXNodeProto("Cast", ["x"], ["xH"], ["to": .int(10)]),
      ONNXNodeProto("Conv", ["xH", "wH"], ["h"]),
    ]
  ).with { $0.graph.input[1] = ONNXValueInfoProto("v", ["2", "6"]) }

  private static func bias(_ output: String, _ name: String, _ count: Int) -> AddedBias {
    AddedBias(
      output: output, name: name, tensor: Tensor([count], (0..<count).map { Float($0) - 0.5 }))
  }

  private static let biases = [
    bias("q", "bQ", 4), bias("a", "bA", 2), bias("b", "bB", 3), bias("c", "bC", 3),
    bias("p", "bP", 5),
  ]

  /// What the model becomes: the same one with inputs and initializers, and nothing else changed.
  private static func expected(_ biases: [AddedBias]) -> ONNXModelProto {
    model.with { model in
      for bias in biases {
        model.graph.initializer.append(
          ONNXTensorProto(
            bias.name, type: 1, bias.tensor.shape.dimensions,
            raw: bias.tensor.withUnsafeBytes { Array($0) }))
        for index in model.graph.node.indices
        where model.graph.node[index].output.first == bias.output {
          model.graph.node[index].input[2...] = [bias.name]
        }
      }
    }
  }

  @Test func addsBiases() throws {
    let (proto, model) = try written(Self.model, adding: Self.biases)
    #expect(proto == Self.expected(Self.biases))
    #expect(proto.graph.node[3].input == ["b", "wC", "bC"])
    #expect(proto.graph.input.map(\.name) == ["x", "v"])
    for bias in Self.biases {
      #expect(model.template.constants[bias.name]?.doubles() == bias.tensor.doubles())
      let node = model.template.nodes.first { $0.outputs == [bias.output] }
      #expect(node?.inputs.dropFirst(2) == [bias.name], "\(bias.output)")
    }
    #expect(model.template.inputs.map(\.name) == ["x", "v"])
  }

  @Test func addsHalfPrecisionBiases() throws {
    let tensor = try Tensor(type: TensorType(.float16, [7])) { $0[3] = 0x3c }
    let (_, model) = try written(
      Self.model, adding: [AddedBias(output: "h", name: "bH", tensor: tensor)])
    #expect(model.template.constants["bH"]?.type == TensorType(.float16, [7]))
    #expect(model.template.constants["bH"]?.doubles() == [0, 1, 0, 0, 0, 0, 0])
  }

  /// Weights and biases together, as re-pruning writes them.
  @Test func addsWhileItReplaces() throws {
    let tensors: [String: Tensor] = [
      "wA": Tensor([2, 2, 1, 1], [Float(1), 2, 3, 4]),
      "wC": Tensor([3, 3, 1, 1], (0..<9).map { Float($0) }), "bD": Tensor([3], [Float(7), 8, 9]),
    ]
    let (proto, model) = try written(Self.model, replacing: tensors, adding: Self.biases)
    for (name, tensor) in tensors {
      #expect(model.template.constants[name]?.doubles() == tensor.doubles(), "\(name)")
    }
    #expect(proto.graph.node.map(\.input) == Self.expected(Self.biases).graph.node.map(\.input))
    // What was written takes no second bias, but other elements.
    #expect(Self.biases.allSatisfy { !model.canAddBias(toNodeWithOutput: $0.output) })
    #expect(Self.biases.allSatisfy { model.canReplace($0.name) })
  }

  /// Before version 4 of the format, initializers must be graph inputs too.
  @Test(arguments: [0, 3, 4, 8])
  func listsBiasesAsInputs(version: Int) throws {
    let source = Self.model.with { $0.irVersion = Int64(version) }
    let (proto, model) = try written(source, adding: Self.biases)
    let added = version < 4 ? Self.biases : []
    #expect(
      proto.graph.input
        == source.graph.input
        + added.map { ONNXValueInfoProto($0.name, ["\($0.tensor.shape.elementCount)"]) })
    #expect(proto.irVersion == Int64(version))
    #expect(model.template.inputs.map(\.name) == ["x", "v"])
    #expect(model.template.constants["bA"] != nil)
  }

  /// Two fields of a model that are its graph are parts of one.
  @Test func addsOnceToAGraphInParts() throws {
    let whole = try Self.model.bytes()
    var second = ONNXModelProto()
    second.graph.node = [ONNXNodeProto("Conv", ["x", "wA"], ["late"])]
    let bytes = try whole + second.bytes()
    try withFolder { folder in
      try ONNXModel.read(bytes: bytes).write(
        to: folder + "/out.onnx", adding: [Self.bias("late", "bL", 2), Self.bias("a", "bA", 2)])
      let written = try ONNXModel.read(contentsOf: folder + "/out.onnx")
      #expect(written.template.constants["bL"] != nil)
      #expect(written.template.nodes.first { $0.outputs == ["late"] }?.inputs.last == "bL")
      #expect(written.template.nodes.first { $0.outputs == ["a"] }?.inputs.last == "bA")
    }
  }

  @Test func saysWhatCanBeAdded() throws {
    let model = try Self.model.read()
    let outputs = Set(Self.model.graph.node.flatMap(\.output) + ["x", "wA", "", "none"])
    #expect(
      outputs.filter { model.canAddBias(toNodeWithOutput: $0) }
        == Set(["a", "b", "c", "p", "q", "h"]))
    // A vector is added to the rows of an older product only where an attribute says so.
    let old = try Self.model.with { $0.opsetImport[0].version = 6 }.read()
    #expect(outputs.filter { old.canAddBias(toNodeWithOutput: $0) } == Set(["a", "b", "c", "h"]))
  }

  /// Bodies of functions are no part of the graph, and may have the names of operators.
  @Test func leavesFunctionsAlone() throws {
    let inner = ONNXNodeProto("Conv", ["a", "b"], ["z"])
    let constant = ONNXNodeProto("Constant", [], ["z"], ["value": .tensor(.floats("t", [1]))])
    let source = ONNXModelProto(
      outputs: ["y", "k", "s", "o"], initializers: [Self.weights("w", [2, 2, 1, 1])],
      [
        ONNXNodeProto("Conv", ["x", "w"], ["o"]),
        .call("Conv", ["x", "w"], ["y"]), .call("Constant", [], ["k"]), .call("f", ["x"], ["s"]),
      ]
    ).with {
      $0.functions = [
        ONNXFunctionProto("Conv", inputs: ["a", "b"], outputs: ["z"], [inner]),
        ONNXFunctionProto("Constant", inputs: [], outputs: ["z"], [constant]),
        ONNXFunctionProto(
          "f", inputs: ["a"], outputs: ["z"],
          [
            ONNXNodeProto(
              "Constant", [], ["c"], ["value": .tensor(Self.weights("", [2, 2, 1, 1]))],
              name: "named"),
            ONNXNodeProto("Conv", ["a", "c"], ["z"]),
          ]),
      ]
    }
    let model = try source.read()
    #expect(model.template.constants.keys.filter { model.canReplace($0) } == ["w"])
    #expect(model.template.constants.count == 3)
    let outputs = model.template.nodes.flatMap(\.outputs)
    #expect(outputs.filter { model.canAddBias(toNodeWithOutput: $0) } == ["o"])
    // Names in functions are not those of the graph.
    #expect(try model.unusedNames(["c", "a", "z"]) == ["c", "a", "z"])
    let (proto, _) = try written(source, adding: [Self.bias("o", "c", 2)])
    #expect(proto.functions == source.functions)
  }

  /// A model with names that importing does not read: a graph in an attribute without effect, and
  /// types of values that do not exist.
  private static func modelWithOtherNames(depth: Int = 1) throws -> ONNXModelProto {
    var graph = ONNXModelProto(
      inputs: ["innerInput"], outputs: ["innerOutput"], initializers: [.floats("innerW", [1])],
      [ONNXNodeProto("Add", ["captured", "innerW"], ["innerOutput"])]
    ).graph
    var attribute = ONNXAttributeProto()
    for level in 0..<depth {
      let inner: [UInt8] = try graph.serializedBytes()
      let rest: [UInt8] = try Attribute.empty(.graph).proto("momentum").serializedBytes()
      // Fields 6 and 11 are a graph and a list of graphs.
      attribute = try ONNXAttributeProto(
        serializedBytes: rest + [level % 2 == 0 ? 0x32 : 0x5a] + varint(inner.count) + inner)
      graph = ONNXGraphProto()
      graph.node = [ONNXNodeProto("If", [], ["inner\(level)"])]
      graph.node[0].attribute = [attribute]
    }
    let vector = ["scale", "shift", "mean", "variance"]
    var model = ONNXModelProto(
      outputs: ["y"],
      initializers: [weights("w", [2, 2, 1, 1])] + vector.map { .floats($0, [1, 1]) },
      [
        ONNXNodeProto("Conv", ["x", "w"], ["a"]),
        ONNXNodeProto("BatchNormalization", ["a"] + vector, ["y"]),
      ])
    model.graph.node[1].attribute = [attribute]
    // Field 13 holds the types of values between the nodes.
    let info: [UInt8] = try ONNXValueInfoProto("typed", ["1"]).serializedBytes()
    let rest: [UInt8] = try model.graph.serializedBytes()
    model.graph = try ONNXGraphProto(
      serializedBytes: rest + [0x6a] + varint(info.count) + info)
    return model
  }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }

  @Test func findsUnusedNames() throws {
    let model = try Self.model.read()
    #expect(try model.unusedNames([]) == [])
    #expect(
      try model.unusedNames(["b", "new", "new", "wA", "", "x", "new_1", "d"])
        == ["b_1", "new", "new_1", "wA_1", "_1", "x_1", "new_1_1", "d_1"])
    let other = try Self.modelWithOtherNames(depth: 2).read()
    let taken = [
      "captured", "innerInput", "innerOutput", "innerW", "inner0", "typed", "y", "variance",
    ]
    #expect(try other.unusedNames(taken) == taken.map { $0 + "_1" })
  }

  @Test func refusesMalformedInnerGraphs() throws {
    let rest: [UInt8] = try Attribute.empty(.graph).proto("momentum").serializedBytes()
    // A graph of three bytes, whose first field is longer than that.
    let attribute = try ONNXAttributeProto(serializedBytes: rest + [0x32, 3, 0x0a, 9, 0])
    let model = try Self.modelWithOtherNames().with { $0.graph.node[1].attribute = [attribute] }
    let error = #expect(throws: HewnError.self) { try model.read().unusedNames([]) }
    #expect(error?.code == .invalidFile)
  }

  @Test func boundsTheDepthOfGraphs() throws {
    let deep = try Self.modelWithOtherNames(depth: 40)
    let error = #expect(throws: HewnError.self) { try deep.read().unusedNames([]) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("100 deep") == true, "\(error as Any)")
    #expect(try Self.modelWithOtherNames(depth: 30).read().unusedNames(["typed"]) == ["typed_1"])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let other = try Self.modelWithOtherNames()
    let wide = AddedBias(output: "a", name: "n", tensor: Tensor([1, 2], [Float(1), 2]))
    let double = AddedBias(output: "a", name: "n", tensor: Tensor([2], [1.0, 2]))
    let cases: [(model: ONNXModelProto, biases: [AddedBias], text: String)] = [
      (Self.model, [Self.bias("none", "n", 2)], "\"none\""),
      (Self.model, [Self.bias("x", "n", 2)], "\"x\""),
      (Self.model, [Self.bias("", "n", 2)], "\"\""),
      (Self.model, [Self.bias("d", "n", 3)], "\"d\""),
      (Self.model, [Self.bias("r", "n", 4)], "\"r\""),
      (Self.model, [Self.bias("xH", "n", 2)], "\"xH\""),
      (Self.model, [Self.bias("wC", "n", 3)], "\"wC\""),
      (Self.model, [Self.bias("a", "n", 3)], "must be float32[2], not float32[3]"),
      (Self.model, [Self.bias("p", "n", 6)], "must be float32[5]"),
      (Self.model, [Self.bias("q", "n", 5)], "must be float32[4]"),
      (Self.model, [Self.bias("h", "n", 7)], "must be float16[7]"),
      (Self.model, [wide], "not float32[1×2]"), (Self.model, [double], "not float64[2]"),
      (Self.model, [Self.bias("a", "n", 2), Self.bias("a", "m", 2)], "second bias for \"a\""),
      (Self.model, [Self.bias("a", "n", 2), Self.bias("b", "n", 3)], "named \"n\""),
      (Self.model, [Self.bias("a", "", 2)], "needs a name"),
      (Self.model, [Self.bias("a", "a", 2)], "named \"a\""),
      (Self.model, [Self.bias("a", "x", 2)], "named \"x\""),
      (Self.model, [Self.bias("a", "bD", 2)], "named \"bD\""),
      (Self.model, [Self.bias("a", "wC", 2)], "named \"wC\""),
      (other, [Self.bias("a", "captured", 2)], "named \"captured\""),
      (other, [Self.bias("a", "innerW", 2)], "named \"innerW\""),
      (other, [Self.bias("a", "typed", 2)], "named \"typed\""),
    ]
    try withFolder { folder in
      for item in cases {
        let model = try item.model.read()
        let error = #expect(throws: HewnError.self, "\(item.text)") {
          try model.write(to: folder + "/out.onnx", adding: item.biases)
        }
        #expect(error?.code == .invalidArgument, "\(item.text): \(error as Any)")
        #expect(error?.message.contains(item.text) == true, "\(item.text): \(error as Any)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}
