import Foundation
import Graphs
import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// Models as they are written: plain and dense, and otherwise as they were.
@Suite struct WritingTests {
  /// Runs `body` in a folder of its own.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/hewn-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func decode(_ path: String) throws -> ONNXModelProto {
    try ONNXModelProto(serializedBytes: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static let dense = CorruptionTests.model

  /// What has nothing to do with tensors is copied, unknown fields included.
  @Test func copiesWhatIsDense() throws {
    try withFolder { folder in
      // Field 6 of a model is its documentation, field 500 nothing that exists.
      let extra: [UInt8] = [0x32, 2, 104, 105, 0xa2, 0x1f, 1, 7]
      let bytes = try Self.dense.with { $0.producerName = "tool" }.bytes() + extra
      for model in [
        try ONNXModel.read(bytes: bytes), try read(bytes, folder + "/in.onnx"),
      ] {
        let count = try model.write(to: folder + "/out.onnx")
        let written = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + "/out.onnx")))
        #expect(count == written.count)
        #expect(written == bytes)
      }
    }
  }

  private func read(_ bytes: [UInt8], _ path: String) throws -> ONNXModel {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try ONNXModel.read(contentsOf: path)
  }

  private static let long = (0..<5000).map { Float($0) }

  /// Tensors in every form that is not plain.
  private static func scattered(_ folder: String) throws -> ONNXModelProto {
    let raw = [UInt8](unsafeUninitializedCapacity: 8) { buffer, count in
      buffer.initialize(repeating: 0x40)
      count = 8
    }
    try Data(raw).write(to: URL(fileURLWithPath: folder + "/data.bin"))
    let external = { ONNXTensorProto.external($0, type: 1, [2], ["location": "data.bin"]) }
    // Field 12 is a tensor's documentation, which the schema does not have.
    let documented = try ONNXTensorProto(
      serializedBytes: external("e").serializedBytes() + [0x62, 4] + Array("kept".utf8))
    return ONNXModelProto(
      inputs: ["x"], outputs: ["y", "k", "s", "w"],
      initializers: [
        documented, .floats("long", long),
        ONNXTensorProto("half", type: 10, [2], raw: [0, 0x3c, 0, 0xc0]),
      ],
      [
        ONNXNodeProto("Constant", [], ["k"], ["value": .tensor(external("inner"))]),
        ONNXNodeProto(
          "Constant", [], ["s"],
          ["sparse_value": .sparse(.init("s", [3], values: [5], indices: [1]))]),
        ONNXNodeProto("Constant", [], ["f"], ["value_floats": .floats([1, 2])], name: "named"),
        ONNXNodeProto("Identity", ["w0"], ["w"]),
        .call("f", ["e"], ["g"]),
        ONNXNodeProto("Add", ["g", "f"], ["y"]),
      ]
    ).with {
      $0.graph.sparseInitializer = [.init("w0", [2, 2], values: [7], indices: [1, 0], rank: 2)]
      $0.functions = [
        ONNXFunctionProto(
          "f", inputs: ["a"], outputs: ["z"],
          [
            ONNXNodeProto("Constant", [], ["c"], ["value": .tensor(external("body"))]),
            ONNXNodeProto("Add", ["a", "c"], ["z"]),
          ])
      ]
    }
  }

  @Test func makesEverythingDense() throws {
    try withFolder { folder in
      let model = try read(try Self.scattered(folder).bytes(), folder + "/in.onnx")
      try model.write(to: folder + "/out.onnx")
      try FileManager.default.removeItem(atPath: folder + "/data.bin")
      let written = try ONNXModel.read(contentsOf: folder + "/out.onnx")
      #expect(written.template.constants.count == model.template.constants.count)
      for (name, tensor) in model.template.constants {
        let other = try #require(written.template.constants[name], "\(name)")
        #expect(other.type == tensor.type, "\(name)")
        #expect(other.doubles() == tensor.doubles(), "\(name)")
      }
      #expect(written.template.nodes.map(\.name) == model.template.nodes.map(\.name))

      let proto = try decode(folder + "/out.onnx")
      #expect(proto.graph.sparseInitializer.isEmpty)
      #expect(proto.graph.initializer.map(\.name) == ["e", "long", "half", "w0"])
      #expect(proto.graph.initializer.allSatisfy { $0.dataLocation == .default })
      #expect(proto.graph.initializer.allSatisfy { $0.externalData.isEmpty })
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/out.onnx"))
      #expect(bytes.range(of: Data([0x62, 4] + Array("kept".utf8))) != nil)
      #expect(proto.graph.initializer[1].floatData == Self.long)
      #expect(proto.graph.node[1].attribute.map(\.name) == ["value"])
      #expect(proto.graph.node[1].attribute.map(\.type) == [.tensor])
      #expect(proto.functions.count == 1)
    }
  }

  @Test func replacesTensors() throws {
    try withFolder { folder in
      let model = try read(try Self.scattered(folder).bytes(), folder + "/in.onnx")
      let replacements: [String: Tensor] = [
        "e": Tensor([2], [Float(-1), 0]), "w0": Tensor([2, 2], [Float(1), 2, 3, 4]),
        "long": Tensor([5000], [Float](repeating: 0, count: 5000)),
        "f": Tensor([2], [Float(8), 9]), "k": Tensor([2], [Float(6), 0]),
      ]
      try model.write(to: folder + "/out.onnx", replacing: replacements)
      let written = try ONNXModel.read(contentsOf: folder + "/out.onnx")
      for (name, tensor) in model.template.constants {
        let want = replacements[name] ?? tensor
        #expect(written.template.constants[name]?.doubles() == want.doubles(), "\(name)")
      }
      let proto = try decode(folder + "/out.onnx")
      #expect(proto.graph.initializer[1].rawData.count == 20_000)
      #expect(proto.graph.initializer[1].floatData.isEmpty)
      #expect(proto.graph.node[2].name == "named")
      #expect(proto.graph.node[2].attribute.map(\.name) == ["value"])
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    try withFolder { folder in
      let model = try read(try Self.scattered(folder).bytes(), folder + "/in.onnx")
      let cases: [(path: String, replacing: [String: Tensor], code: HewnError.Code, text: String)] =
        [
          ("out.onnx", ["y": Tensor([2], [Float(1), 2])], .invalidArgument, "initializer \"y\""),
          ("out.onnx", ["body": Tensor([2], [Float(1), 2])], .invalidArgument, "\"body\""),
          ("out.onnx", ["e": Tensor([1, 2], [Float(1), 2])], .invalidArgument, "float32[2]"),
          ("out.onnx", ["e": Tensor([2], [1.0, 2.0])], .invalidArgument, "float64[2]"),
          ("in.onnx", [:], .invalidArgument, "the model itself"),
          ("./in.onnx", [:], .invalidArgument, "the model itself"),
          ("link.onnx", [:], .invalidArgument, "the model itself"),
          ("data.bin", [:], .invalidArgument, "holds data of the model"),
          ("missing/out.onnx", [:], .io, "missing/out.onnx"),
          ("folder", [:], .io, "folder"),
        ]
      let files = FileManager.default
      try files.createSymbolicLink(
        atPath: folder + "/link.onnx", withDestinationPath: folder + "/in.onnx")
      try files.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: true)
      let before = try files.contentsOfDirectory(atPath: folder).sorted()
      for item in cases {
        let error = #expect(throws: HewnError.self, "\(item.path) \(item.replacing)") {
          try model.write(to: "\(folder)/\(item.path)", replacing: item.replacing)
        }
        #expect(error?.code == item.code, "\(item.path): \(error as Any)")
        #expect(error?.message.contains(item.text) == true, "\(item.path): \(error as Any)")
      }
      #expect(try files.contentsOfDirectory(atPath: folder).sorted() == before)
    }
  }

  /// The disk is full when the file is half written: what was there before stays.
  @Test func losesNothingOnAFullDisk() throws {
    try withFolder { folder in
      let path = folder + "/out.onnx"
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: HewnError.self) {
        try Files.write(to: path) { (file) throws(HewnError) in
          try file.write([UInt8](repeating: 0, count: 100_000))
          throw HewnError(.io, "no space left")
        }
      }
      #expect(error?.message == "no space left")
      #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [1, 2, 3])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.onnx"])
    }
  }
}
