import Foundation
import Graphs
import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// What concerns the whole model: operator sets, names, order, ports, files.
@Suite struct ModelTests {
  static let relu = ONNXModelProto([ONNXNodeProto("Relu", ["x"], ["y"], name: "r")])

  @Test func readsTheHeader() throws {
    let model = try Self.relu.with {
      $0.producerName = "tool"
      $0.producerVersion = "1.2"
      var entry = ONNXStringStringEntryProto()
      (entry.key, entry.value) = ("author", "somebody")
      $0.metadataProps = [entry]
    }.read()
    #expect(model.opset == 13)
    #expect(model.irVersion == 8)
    #expect(model.producer == "tool 1.2")
    #expect(model.metadata == ["author": "somebody"])
    #expect(model.fileName == "test.onnx")
    #expect(model.fileByteCount > 0)
    #expect(model.template.name == "test")
  }

  @Test func readsPorts() throws {
    let template = try Self.relu.with {
      $0.graph.input = [ONNXValueInfoProto("x", type: 10, ["batch", "3", "?", "-1"])]
      $0.graph.output = [ONNXValueInfoProto("y", type: 7, nil)]
    }.read().template
    let input = try #require(template.inputs.first)
    #expect(input.element == .float16)
    #expect(input.dimensions == [.symbol("batch"), .fixed(3), .unknown, .unknown])
    let output = try #require(template.outputs.first)
    #expect(output.element == .int64)
    #expect(output.dimensions == nil)
  }

  @Test func ignoresOtherOperatorSets() throws {
    let model = try Self.relu.with {
      var other = ONNXOperatorSetIdProto()
      (other.domain, other.version) = ("com.example", 1)
      $0.opsetImport.append(other)
      $0.graph.node[0].domain = "ai.onnx"
    }.read()
    #expect(model.opset == 13)
  }

  @Test func namesNodes() throws {
    let nodes = try ONNXModelProto(
      outputs: ["e"],
      [
        ONNXNodeProto("Relu", ["x"], ["a"], name: "same"),
        ONNXNodeProto("Relu", ["a"], ["b"]),
        ONNXNodeProto("Relu", ["b"], ["c"], name: "same"),
        ONNXNodeProto("Sum", ["c", "c", "c"], ["d"], name: "Relu_1"),
        ONNXNodeProto("Relu", ["d"], ["e"], name: "same_1"),
      ]
    ).read().template.nodes
    #expect(
      nodes.map(\.name) == ["same", "Relu_1_1", "same_1", "Relu_1", "Relu_1_2", "same_1_1"])
  }

  @Test func sortsNodes() throws {
    let nodes = try ONNXModelProto([
      ONNXNodeProto("Add", ["b", "k"], ["y"], name: "last"),
      ONNXNodeProto("Relu", ["a"], ["b"], name: "middle"),
      ONNXNodeProto("Constant", [], ["k"], ["value_float": .float(1)]),
      ONNXNodeProto("Relu", ["x"], ["a"], name: "first"),
    ]).read().template.nodes
    #expect(nodes.map(\.name) == ["first", "middle", "last"])
  }

  @Test func keepsTheOrderOfSortedFiles() throws {
    let nodes = try ONNXModelProto(
      outputs: ["c", "d"],
      [
        ONNXNodeProto("Relu", ["x"], ["a"], name: "1"),
        ONNXNodeProto("Abs", ["x"], ["b"], name: "2"),
        ONNXNodeProto("Exp", ["b"], ["c"], name: "3"),
        ONNXNodeProto("Log", ["a"], ["d"], name: "4"),
      ]
    ).read().template.nodes
    #expect(nodes.map(\.name) == ["1", "2", "3", "4"])
  }

  @Test func sortsLongChainsWithoutRecursion() throws {
    let count = 50_000
    let nodes = (0..<count).reversed().map {
      ONNXNodeProto("Relu", [$0 == 0 ? "x" : "v\($0 - 1)"], ["v\($0)"])
    }
    let template = try ONNXModelProto(outputs: ["v\(count - 1)"], nodes).read().template
    #expect(template.nodes.first?.inputs == ["x"])
    #expect(template.nodes.count == count)
  }

  @Test func listsAllUnsupportedOperators() throws {
    let model = ONNXModelProto([
      ONNXNodeProto("Loop", ["x"], ["a"], name: "l1"),
      ONNXNodeProto("Relu", ["a"], ["b"]),
      ONNXNodeProto("If", ["b"], ["c"], ["then_branch": .empty(.graph)]),
      ONNXNodeProto("Loop", ["c"], ["d"], name: "l2"),
      ONNXNodeProto("Conv", ["d", "w"], ["y"], ["colour": .int(1)], name: "fused"),
    ]).with { $0.graph.node[4].domain = "com.microsoft" }
    let error = #expect(throws: HewnError.self) { try model.read() }
    #expect(error?.code == .unsupported)
    #expect(
      error?.message
        == "operators not supported in operator set 13: If (1 ×, first number 2),"
        + " Loop (2 ×, first \"l1\"), com.microsoft.Conv (1 ×, first \"fused\")")
  }

  static let rejected: [(name: String, model: ONNXModelProto, code: HewnError.Code, text: String)] =
    [
      (
        "old operator set", relu.with { $0.opsetImport[0].version = 5 }, .unsupported,
        "operator set 5, Hewn reads 6 to 27"
      ),
      (
        "new operator set", relu.with { $0.opsetImport[0].version = 28 }, .unsupported,
        "operator set 28"
      ),
      ("new file format", relu.with { $0.irVersion = 14 }, .unsupported, "IR version 14"),
      (
        "negative operator set", relu.with { $0.opsetImport[0].version = .min }, .unsupported,
        "operator set -9"
      ),
      ("no operator set", relu.with { $0.opsetImport = [] }, .invalidFile, "operator set"),
      (
        "two operator sets",
        relu.with {
          var second = ONNXOperatorSetIdProto()
          (second.domain, second.version) = ("ai.onnx", 14)
          $0.opsetImport.append(second)
        }, .invalidFile, "[13, 14]"
      ),
      ("no graph", relu.with { $0.clearGraph() }, .invalidFile, "no graph"),
      (
        "training", relu.with { $0.trainingInfo = [.init()] }, .unsupported, "training information"
      ),
      ("no outputs", relu.with { $0.graph.output = [] }, .invalidFile, "no output"),
      (
        "output undefined", relu.with { $0.graph.output[0].name = "q" }, .invalidFile,
        "\"q\" is defined nowhere"
      ),
      (
        "output twice", relu.with { $0.graph.output.append($0.graph.output[0]) }, .invalidFile,
        "\"y\" is listed twice"
      ),
      (
        "input twice", relu.with { $0.graph.input.append($0.graph.input[0]) }, .invalidFile,
        "\"x\""
      ),
      (
        "input without a name", relu.with { $0.graph.input.append(ONNXValueInfoProto("")) },
        .invalidFile, "no name"
      ),
      (
        "input without a type", relu.with { $0.graph.input[0].clearType() }, .invalidFile,
        "input \"x\" has no type"
      ),
      (
        "input without a shape", relu.with { $0.graph.input[0] = ONNXValueInfoProto("x", nil) },
        .unsupported, "input \"x\" has no shape"
      ),
      (
        "input of strings", relu.with { $0.graph.input[0].type.tensorType.elemType = 8 },
        .unsupported, "input \"x\": element type string"
      ),
      (
        "sequence", relu.with { $0.graph.input[0].type.sequenceType = .init() }, .unsupported,
        "kind sequence"
      ),
      (
        "optional output", relu.with { $0.graph.output[0].type.optionalType = .init() },
        .unsupported, "output \"y\" is of kind optional"
      ),
      (
        "input of rank 9",
        relu.with {
          $0.graph.input[0] = ONNXValueInfoProto("x", [String](repeating: "?", count: 9))
        }, .unsupported, "rank 9"
      ),
      (
        "input too large",
        relu.with { $0.graph.input[0] = ONNXValueInfoProto("x", ["9999999999", "9999999999"]) },
        .unsupported, "2^40"
      ),
      (
        "initializer twice",
        relu.with { $0.graph.initializer = [.floats("c", [1]), .floats("c", [1])] }, .invalidFile,
        "\"c\" is defined twice"
      ),
      (
        "initializer without a name", relu.with { $0.graph.initializer = [.floats("", [1])] },
        .invalidFile, "no name"
      ),
      (
        "value defined twice",
        relu.with { $0.graph.node.append(ONNXNodeProto("Abs", ["x"], ["y"], name: "second")) },
        .invalidFile, "Abs \"second\": output \"y\" has a second definition"
      ),
      (
        "node output is an input", ONNXModelProto([ONNXNodeProto("Relu", ["x"], ["x"])]),
        .invalidFile, "\"x\" has a second definition"
      ),
      (
        "node output is an initializer",
        relu.with { $0.graph.initializer = [.floats("y", [1])] }, .invalidFile,
        "\"y\" has a second definition"
      ),
      (
        "undefined value", ONNXModelProto([ONNXNodeProto("Relu", ["z"], ["y"], name: "r")]),
        .invalidFile, "Relu \"r\": input \"z\" is defined nowhere"
      ),
      (
        "own output", ONNXModelProto([ONNXNodeProto("Add", ["x", "y"], ["y"], name: "a")]),
        .invalidFile, "Add \"a\": the node depends on its own output"
      ),
      (
        "cycle",
        ONNXModelProto([
          ONNXNodeProto("Add", ["x", "b"], ["a"]), ONNXNodeProto("Relu", ["a"], ["b"]),
          ONNXNodeProto("Relu", ["b"], ["y"]),
        ]), .invalidFile, "the node depends on its own output"
      ),
      (
        "no outputs of a node",
        ONNXModelProto([
          ONNXNodeProto("Relu", ["x"], ["y"]), ONNXNodeProto("Relu", ["x"], [""], name: "r"),
        ]), .invalidFile, "Relu \"r\": 0 outputs"
      ),
      (
        "attribute twice",
        relu.with {
          $0.graph.node[0].attribute = [Attribute.int(1).proto("a"), Attribute.int(2).proto("a")]
        }, .invalidFile, "attribute a is given twice"
      ),
      (
        "attribute of a function",
        ONNXModelProto([ONNXNodeProto("LeakyRelu", ["x"], ["y"], ["alpha": .float(1)])]).with {
          $0.graph.node[0].attribute[0].refAttrName = "slope"
        }, .invalidFile, "slope"
      ),
      (
        "attribute that is no text",
        ONNXModelProto([
          ONNXNodeProto("Pad", ["x", "x"], ["y"], ["mode": .string("edge")])
        ]).with { $0.graph.node[0].attribute[0].s[0] = 0xff }, .invalidFile,
        "mode is not valid UTF-8"
      ),
    ]

  @Test(arguments: rejected.indices)
  func rejects(_ index: Int) throws {
    let item = Self.rejected[index]
    let error = #expect(throws: HewnError.self, "\(item.name)") { try item.model.read() }
    #expect(error?.code == item.code, "\(item.name): \(String(describing: error))")
    let text = error?.description ?? ""
    #expect(text.contains(item.text), "\(item.name): \(text)")
  }

  @Test func readsFiles() throws {
    let path = NSTemporaryDirectory() + "/hewn-\(UUID().uuidString).onnx"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = try Self.relu.bytes()
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let model = try ONNXModel.read(contentsOf: path)
    #expect(model.fileByteCount == bytes.count)
    #expect(path.hasSuffix(model.fileName) && !model.fileName.contains("/"))
    #expect(model.template.nodes.count == 1)
  }

  @Test(arguments: ["/nonexistent/model.onnx", "/"])
  func rejectsWhatIsNoFile(_ path: String) {
    let error = #expect(throws: HewnError.self) { try ONNXModel.read(contentsOf: path) }
    #expect(error?.code == .io, "\(path): \(String(describing: error))")
    #expect(error?.message.contains(path) == true)
  }
}
