import Foundation
import PlanFiles
import Tensors
import Testing

/// Files of masks: what is written is read again, and what is no such file is refused.
@Suite struct WeightMasksTests {
  /// Runs `body` with the path of a file in a folder of its own.
  private func withFile(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/hewn-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder + "/masks.safetensors")
  }

  /// A layer with a mask and orders at random.
  private static func layer(
    _ name: String, _ shape: Shape, groups: Int = 1, rows: Int, seed: UInt64
  ) -> WeightMasks.Layer {
    var generator = SplitMix64(seed: seed)
    return WeightMasks.Layer(
      weights: name, shape: shape,
      mask: (0..<shape.elementCount).map { _ in Bool.random(using: &generator) },
      order: (0..<groups).map { _ in (0..<rows).shuffled(using: &generator) })
  }

  /// Not sorted by name, with sizes of masks that are no multiples of 4.
  private static let masks = WeightMasks(layers: [
    layer("second", [6, 2, 3, 3], rows: 6, seed: 1),
    layer("first", [15, 1, 1, 1], groups: 3, rows: 5, seed: 2),
    layer("rows", [7, 3], rows: 7, seed: 3), layer("columns", [7, 3], rows: 3, seed: 4),
    layer("vector", [5], rows: 1, seed: 5), layer("nothing", [3, 0, 1, 1], rows: 3, seed: 6),
  ])

  @Test func roundTrip() throws {
    try withFile { path in
      try Self.masks.write(to: path, model: "a.onnx")
      #expect(try WeightMasks(contentsOf: path) == Self.masks)
      // What was there is replaced.
      let empty = WeightMasks(layers: [])
      try empty.write(to: path, model: "")
      #expect(try WeightMasks(contentsOf: path) == empty)
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }
  }

  /// The file as readers of safetensors see it.
  @Test func layout() throws {
    try withFile { path in
      let grouped = WeightMasks.Layer(
        weights: "v", shape: [4, 1], mask: [false, true, true, false], order: [[1, 0], [0, 1]])
      try WeightMasks(layers: [grouped]).write(to: path, model: "net \"1\".onnx")
      let file = try Safetensors(FileBytes(mapping: path))
      #expect(
        file.metadata == ["format": "hewn-masks", "version": "1", "model": "net \"1\".onnx"])
      #expect(file.tensors.keys.sorted() == ["mask:v", "order:v"])
      let (mask, order) = try (
        #require(file.tensors["mask:v"]), #require(file.tensors["order:v"])
      )
      #expect(mask.type == TensorType(.bool, [4, 1]))
      #expect(order.type == TensorType(.int32, [2, 2]))
      #expect(order.range.lowerBound.isMultiple(of: 4))
      #expect(Array(file.file.bytes[mask.range]) == [0, 1, 1, 0])
      #expect(
        Array(file.file.bytes[order.range]) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    }
  }

  /// ONNX allows any text as a name.
  @Test(arguments: [
    "", "a/b.weight", "mask:", "order:w", "mask:order:", "\"", "\\", "\\u0041",
    "\u{0}\u{1}\n\u{7f}",
    "gewicht é", "\u{301}joins the prefix", "\u{1f600}", "\u{2028}", "__metadata__", "{}", "a:b:c",
  ])
  func oddNames(name: String) throws {
    try withFile { path in
      let masks = WeightMasks(layers: [
        Self.layer(name, [2, 3], rows: 2, seed: 7), Self.layer("plain", [3], rows: 1, seed: 8),
      ])
      try masks.write(to: path, model: name)
      let read = try WeightMasks(contentsOf: path)
      #expect(read == masks)
      #expect(read.layers.first.map { Array($0.weights.utf8) } == Array(name.utf8))
      #expect(try Safetensors(FileBytes(mapping: path)).metadata["model"] == name)
    }
  }

  @Test func losesNothingWhereItCannotWrite() throws {
    try withFile { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let error = #expect(throws: HewnError.self) { try Self.masks.write(to: path, model: "") }
      #expect(error?.code == .io)
      #expect(throws: HewnError.self) { try WeightMasks(contentsOf: path + "/missing") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    }
  }

  private static let metadata = #""format":"hewn-masks","version":"1","model":"m""#

  /// Writes a file of some metadata and tensors: name, type, shape and data.
  private func write(
    _ metadata: String, _ tensors: Entries, to path: String
  ) throws {
    var entries = ["\"__metadata__\":{\(metadata)}"]
    var data: [UInt8] = []
    for (name, dtype, shape, bytes) in tensors {
      entries.append(
        "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":[\(shape.map(String.init).joined(separator: ","))],"
          + "\"data_offsets\":[\(data.count),\(data.count + bytes.count)]}")
      data += bytes
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    try Data(length + header + data).write(to: URL(fileURLWithPath: path))
  }

  private static func words(_ values: [Int32]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  private typealias Entries = [(String, String, [Int], [UInt8])]

  private static func tensors(
    mask: (dtype: String, shape: [Int], bytes: [UInt8]) = ("BOOL", [3, 1], [0, 1, 1]),
    order: (dtype: String, shape: [Int], bytes: [UInt8]) = ("I32", [1, 3], words([2, 0, 1]))
  ) -> Entries {
    [
      ("mask:w", mask.dtype, mask.shape, mask.bytes),
      ("order:w", order.dtype, order.shape, order.bytes),
    ]
  }

  /// Other tools may write the tensors in any order, and not aligned.
  @Test func readsWhatOthersWrite() throws {
    try withFile { path in
      try write(Self.metadata + #","more":"""#, Self.tensors(), to: path)
      let want = WeightMasks.Layer(
        weights: "w", shape: [3, 1], mask: [false, true, true], order: [[2, 0, 1]])
      #expect(try WeightMasks(contentsOf: path).layers == [want])
    }
  }

  @Test func refusesWhatIsNoMask() throws {
    let good = Self.tensors()
    let other = { (order: (String, [Int], [UInt8])) in Self.tensors(order: order) }
    let cases: [(String, Entries, HewnError.Code, String)] = [
      ("", good, .invalidFile, "no masks of Hewn"),
      (#""format":"hewn plan","version":"1","model":"m""#, good, .invalidFile, "no masks of Hewn"),
      (#""format":"hewn-masks","model":"m""#, good, .invalidFile, "version"),
      (#""format":"hewn-masks","version":"2"#, good, .invalidFile, "malformed"),
      (#""format":"hewn-masks","version":"2""#, good, .unsupported, "format 2"),
      (#""format":"hewn-masks","version":"1""#, good, .invalidFile, "which model"),
      (Self.metadata, [good[0]], .invalidFile, "\"w\" have no order"),
      (Self.metadata, [good[1]], .invalidFile, "\"w\" have no mask"),
      (Self.metadata, good + [("w", "U8", [1], [0])], .invalidFile, "\"w\" is neither"),
      (
        Self.metadata, Self.tensors(mask: ("BOOL", [3, 1], [0, 2, 1])), .invalidFile, "no bool"
      ),
      (Self.metadata, Self.tensors(mask: ("U8", [3, 1], [0, 1, 1])), .invalidFile, "uint8[3×1]"),
      (
        Self.metadata, Self.tensors(mask: ("BOOL", [4, 1], [0, 1, 1, 1])), .invalidFile,
        "order is of 3 filters"
      ),
      (Self.metadata, Self.tensors(mask: ("BOOL", [], [1])), .invalidFile, "order is of 3 filters"),
      (
        Self.metadata, other(("I64", [1, 3], Self.words([2, 0, 0, 0, 1, 0]))), .invalidFile, "int64"
      ),
      (Self.metadata, other(("I32", [3], Self.words([2, 0, 1]))), .invalidFile, "int32[3]"),
      (Self.metadata, other(("I32", [1, 0], [])), .invalidFile, "int32[1×0]"),
      (Self.metadata, other(("I32", [1 << 39, 0], [])), .invalidFile, "×0]"),
      (Self.metadata, other(("I32", [0, 3], [])), .invalidFile, "int32[0×3]"),
      (Self.metadata, other(("I32", [1, 3], Self.words([2, 0, 2]))), .invalidFile, "group 0"),
      (Self.metadata, other(("I32", [1, 3], Self.words([3, 0, 1]))), .invalidFile, "group 0"),
      (Self.metadata, other(("I32", [1, 3], Self.words([2, -1, 1]))), .invalidFile, "group 0"),
      (Self.metadata, other(("I32", [3, 1], Self.words([0, 0, 1]))), .invalidFile, "group 2"),
      (Self.metadata, other(("I32", [1, 2], Self.words([1, 0]))), .invalidFile, "of 2 filters"),
    ]
    try withFile { path in
      for (metadata, tensors, code, text) in cases {
        try write(metadata, tensors, to: path)
        let error = #expect(throws: HewnError.self, "\(text)") { try WeightMasks(contentsOf: path) }
        #expect(error?.code == code, "\(text): \(error as Any)")
        #expect(error?.message.contains(text) == true, "\(text): \(error as Any)")
        #expect(error?.file == path, "\(text): \(error as Any)")
      }
    }
  }

  /// Damage ends in an error, or in masks that fit their weights.
  @Test func damagedFiles() throws {
    var whole: [UInt8] = []
    try withFile { path in
      try Self.masks.write(to: path, model: "a.onnx")
      whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    }
    for count in whole.indices {
      let error = #expect(throws: HewnError.self, "first \(count) bytes") {
        try WeightMasks(FileBytes(copying: Array(whole[..<count])))
      }
      #expect(error?.code == .invalidFile, "first \(count) bytes")
    }
    var accepted = 0
    for seed in 0..<5000 {
      var generator = SplitMix64(seed: UInt64(seed))
      var damaged = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: damaged.indices, using: &generator)
        let isFlip = Bool.random(using: &generator)
        let byte = UInt8.random(in: 0...255, using: &generator)
        damaged[index] = isFlip ? damaged[index] ^ 1 << (byte % 8) : byte
      }
      do {
        for layer in try WeightMasks(FileBytes(copying: damaged)).layers {
          #expect(layer.mask.count == layer.shape.elementCount, "seed \(seed)")
          let rows = layer.order[0].count
          #expect(layer.order.allSatisfy { $0.sorted() == Array(0..<rows) }, "seed \(seed)")
        }
        accepted += 1
      } catch {
        let codes: [HewnError.Code] = [.invalidFile, .unsupported]
        #expect(codes.contains(error.code), "seed \(seed): \(error.code) \(error)")
      }
    }
    #expect((1..<5000).contains(accepted), "\(accepted) files are accepted")
  }
}
