import Graphs
import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// Damaged and hostile bytes end in an error or a model, never in a trap.
@Suite struct CorruptionTests {
  /// A model with something of everything that is read.
  static let model = ONNXModelProto(
    opset: 11, inputs: ["x"], outputs: ["y", "z"],
    initializers: ImportCase.constants,
    [
      ONNXNodeProto(
        "Conv", ["x", "kWeights"], ["a"],
        [
          "kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]), "group": .int(1),
          "auto_pad": .string("NOTSET"),
        ], name: "conv"),
      ONNXNodeProto("LeakyRelu", ["a"], ["b"], ["alpha": .float(0.1)]),
      ONNXNodeProto(
        "Constant", [], ["c"], ["value": .tensor(.floats("t", [1, 2, 3]))], name: "constant"),
      ONNXNodeProto("Resize", ["b", "kNone", "kDouble"], ["d"], ["mode": .string("linear")]),
      ONNXNodeProto("Split", ["d"], ["e", "f"], ["axis": .int(2), "split": .ints([4, 4])]),
      ONNXNodeProto("Sum", ["e", "f", "c"], ["y"]),
      ONNXNodeProto("Identity", ["e"], ["z"]),
    ])

  /// Reads bytes that may be damaged.
  ///
  /// - Returns: whether they are a model all the same.
  private func isModel(_ bytes: [UInt8], _ what: String) -> Bool {
    do {
      _ = try ONNXModel.read(bytes: bytes)
      return true
    } catch {
      let codes: [HewnError.Code] = [.invalidFile, .unsupported]
      #expect(codes.contains(error.code), "\(what): \(error.code) \(error)")
      #expect(!error.message.isEmpty, "\(what)")
      return false
    }
  }

  @Test func truncation() throws {
    let bytes = try Self.model.bytes()
    #expect(isModel(bytes, "whole"))
    // The graph is written before the operator set, so that every cut loses something needed.
    for count in bytes.indices {
      #expect(!isModel(Array(bytes[..<count]), "first \(count) bytes"), "first \(count) bytes")
    }
  }

  @Test(arguments: 0..<2000)
  func flippedBits(seed: Int) throws {
    var bytes = try Self.model.bytes()
    var generator = SplitMix64(seed: UInt64(seed))
    for _ in 0..<Int.random(in: 1...8, using: &generator) {
      let index = Int.random(in: bytes.indices, using: &generator)
      bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
    }
    _ = isModel(bytes, "seed \(seed)")
  }

  @Test(arguments: 0..<1000)
  func overwrittenRanges(seed: Int) throws {
    var bytes = try Self.model.bytes()
    var generator = SplitMix64(seed: UInt64(seed))
    let start = Int.random(in: bytes.indices, using: &generator)
    for index in start..<min(start + Int.random(in: 1...16, using: &generator), bytes.count) {
      bytes[index] = UInt8.random(in: 0...255, using: &generator)
    }
    _ = isModel(bytes, "seed \(seed)")
  }

  @Test(arguments: 0..<500)
  func noise(seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    #expect(!isModel(bytes, "seed \(seed)"))
  }

  @Test func hostileFiles() throws {
    let cases: [(name: String, bytes: [UInt8], text: String)] = [
      ("empty", [], "no graph"),
      ("text", Array("<!doctype html>".utf8), "not an ONNX model"),
      ("length beyond the end", [0x3a, 5, 0], "ends early"),
      ("length beyond 2 GiB", [0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0], "malformed"),
      ("overlong number", [0x08] + [UInt8](repeating: 0xff, count: 20), "malformed"),
      ("nested groups", [UInt8](repeating: 0x0b, count: 1_000_000), "malformed"),
      ("field 0", [0x00, 0x01], "malformed"),
      ("name that is no text", [0x12, 1, 0xff], "UTF-8"),
      // Each pair of bytes is the field ir_version with the value 8.
      ("thousands of fields", [UInt8](repeating: 8, count: 1_000_000), "433333 fields"),
      // A graph of initializers without content.
      (
        "thousands of messages",
        [0x3a, 0x80, 0x89, 0x7a] + (0..<1_000_000).flatMap { _ in [0x2a, 0] as [UInt8] },
        "350000 messages"
      ),
      (
        "millions of fields",
        [UInt8](repeating: 8, count: 20_000_002) + [0x12, 0x80, 0x80, 0x80, 0x0a]
          + [UInt8](repeating: 65, count: 20 << 20), "10000000 fields"
      ),
    ]
    for item in cases {
      let error = #expect(throws: HewnError.self, "\(item.name)") {
        try ONNXModel.read(bytes: item.bytes)
      }
      #expect(error?.message.contains(item.text) == true, "\(item.name): \(error?.message ?? "")")
    }
  }

  @Test func tooManyNodes() throws {
    var node = ONNXNodeProto()
    node.opType = "Identity"
    let nodes = [ONNXNodeProto](repeating: node, count: ONNXModel.maximumNodeCount + 1)
    let bytes = try ONNXModelProto(nodes).bytes()
    let error = #expect(throws: HewnError.self) { try ONNXModel.read(bytes: bytes) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("more than 1000000 nodes") == true, "\(error?.message ?? "")")
  }
}
