import Foundation
import ONNXFormat
import Tensors
import Testing

/// Elements in other files: what is read, and what a model must not make Hewn read.
@Suite struct ExternalDataTests {
  /// Runs `body` in a folder of its own:
  ///
  ///     outside.bin   link-out → outside.bin
  ///     model/        data.bin, sub/more.bin, link.bin → data.bin, linked → sub, hard.bin
  private func withFolder(_ body: (String) throws -> Void) throws {
    let files = FileManager.default
    let root = NSTemporaryDirectory() + "/hewn-\(UUID().uuidString)"
    defer { try? files.removeItem(atPath: root) }
    let folder = root + "/model"
    try files.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
    let elements = Data([9, 9, 9, 9] + [Float(1), 2, 3].flatMap { Self.bytes($0) })
    for path in ["/../outside.bin", "/data.bin", "/sub/more.bin", "/hard.bin"] {
      try elements.write(to: URL(fileURLWithPath: folder + path))
    }
    try files.linkItem(atPath: folder + "/hard.bin", toPath: folder + "/hard2.bin")
    try files.createSymbolicLink(
      atPath: folder + "/link.bin", withDestinationPath: folder + "/data.bin")
    try files.createSymbolicLink(atPath: folder + "/linked", withDestinationPath: folder + "/sub")
    try body(folder)
  }

  private static func bytes(_ value: Float) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  private static func model(_ entries: [String: String], dims: [Int] = [2]) -> ONNXModelProto {
    let tensor = ONNXTensorProto("w", type: 1, dims) {
      $0.dataLocation = .external
      $0.externalData = entries.map { key, value in
        var entry = ONNXStringStringEntryProto()
        (entry.key, entry.value) = (key, value)
        return entry
      }
    }
    return ONNXModelProto(initializers: [tensor], [ONNXNodeProto("Add", ["x", "w"], ["y"])])
  }

  private func read(_ model: ONNXModelProto, in folder: String) throws -> Tensor? {
    let path = folder + "/model.onnx"
    try Data(model.bytes()).write(to: URL(fileURLWithPath: path))
    return try ONNXModel.read(contentsOf: path).template.constants["w"]
  }

  @Test func readsBelowTheFolder() throws {
    try withFolder { folder in
      let cases: [(entries: [String: String], want: [Double])] = [
        (["location": "data.bin", "offset": "4", "length": "8"], [1, 2]),
        (["location": "data.bin", "offset": "8", "checksum": "00"], [2, 3]),
        (["location": "sub/more.bin", "offset": "4"], [1, 2]),
      ]
      for item in cases {
        let tensor = try read(Self.model(item.entries), in: folder)
        #expect(tensor?.doubles() == item.want, "\(item.entries)")
        #expect(tensor?.type == TensorType(.float32, [2]))
      }
    }
  }

  @Test func refusesEverythingElse() throws {
    try withFolder { folder in
      let cases: [(entries: [String: String], code: HewnError.Code, text: String)] = [
        ([:], .invalidFile, "location"),
        (["location": ""], .invalidFile, "location"),
        (["location": "../outside.bin"], .invalidFile, "plain path"),
        (["location": "sub/../../outside.bin"], .invalidFile, "plain path"),
        (["location": "./data.bin"], .invalidFile, "plain path"),
        (["location": "sub//more.bin"], .invalidFile, "plain path"),
        (["location": folder + "/data.bin"], .invalidFile, "plain path"),
        (["location": "data.bin\0.txt"], .invalidFile, "plain path"),
        (["location": "missing.bin"], .io, "missing.bin"),
        (["location": "link.bin"], .io, "links are not followed"),
        (["location": "linked/more.bin"], .io, "linked/more.bin"),
        (["location": "data.bin/more"], .io, "data.bin/more"),
        (["location": "hard.bin"], .invalidFile, "single name"),
        (["location": "sub"], .invalidFile, "regular file"),
        (["location": "data.bin", "offset": "9"], .invalidFile, "has 16 bytes"),
        (["location": "data.bin", "offset": "\(Int.max)"], .invalidFile, "has 16 bytes"),
        (["location": "data.bin", "offset": "-4"], .invalidFile, "offset \"-4\""),
        (["location": "data.bin", "offset": "four"], .invalidFile, "offset \"four\""),
        (["location": "data.bin", "length": "4"], .invalidFile, "takes 8 bytes"),
      ]
      for item in cases {
        let error = #expect(throws: HewnError.self, "\(item.entries)") {
          try read(Self.model(item.entries), in: folder)
        }
        #expect(error?.code == item.code, "\(item.entries): \(String(describing: error))")
        let text = error?.message ?? ""
        #expect(text.contains(item.text), "\(item.entries): \(text)")
        #expect(text.contains("tensor \"w\""), "\(item.entries): \(text)")
      }
    }
  }

  @Test func refusesHugeTensorsBeforeAllocating() throws {
    try withFolder { folder in
      for (dims, text) in [([1 << 30], "2 GiB"), ([1 << 28], "has 16 bytes")] {
        let error = #expect(throws: HewnError.self) {
          try read(Self.model(["location": "data.bin"], dims: dims), in: folder)
        }
        #expect(error?.message.contains(text) == true, "\(dims): \(error?.message ?? "")")
      }
    }
  }

  @Test func isNotReadWithoutAFolder() throws {
    let error = #expect(throws: HewnError.self) {
      try Self.model(["location": "data.bin"]).read()
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("tensor \"w\"") == true)
  }
}
