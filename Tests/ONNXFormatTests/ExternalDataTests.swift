import Foundation
import ONNXFormat
import ONNXTestSupport
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
    ONNXModelProto(
      initializers: [.external("w", type: 1, dims, entries)],
      [ONNXNodeProto("Add", ["x", "w"], ["y"])])
  }

  /// Models that keep data outside in another place than an initializer.
  private static let otherPlaces:
    [(name: String, model: @Sendable ([String: String]) -> ONNXModelProto)] = [
      (
        "value of a Constant",
        {
          let tensor = ONNXTensorProto.external("w", type: 1, [2], $0)
          return ONNXModelProto([
            ONNXNodeProto("Constant", [], ["w"], ["value": .tensor(tensor)]),
            ONNXNodeProto("Add", ["x", "w"], ["y"]),
          ])
        }
      ),
      (
        "values of a sparse initializer",
        {
          var sparse = ONNXSparseTensorProto("w", [2], values: [], indices: [0, 1])
          sparse.values = .external("w", type: 1, [2], $0)
          return ONNXModelProto([ONNXNodeProto("Add", ["x", "w"], ["y"])]).with {
            $0.graph.sparseInitializer = [sparse]
          }
        }
      ),
      (
        "indices of a sparse initializer",
        {
          var sparse = ONNXSparseTensorProto("w", [2], values: [5], indices: [0])
          sparse.indices = .external("i", type: 7, [1], $0)
          return ONNXModelProto([ONNXNodeProto("Add", ["x", "w"], ["y"])]).with {
            $0.graph.sparseInitializer = [sparse]
          }
        }
      ),
      (
        "sparse value of a Constant",
        {
          var sparse = ONNXSparseTensorProto("w", [2], values: [], indices: [0, 1])
          sparse.values = .external("w", type: 1, [2], $0)
          return ONNXModelProto([
            ONNXNodeProto("Constant", [], ["w"], ["sparse_value": .sparse(sparse)]),
            ONNXNodeProto("Add", ["x", "w"], ["y"]),
          ])
        }
      ),
    ]

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

  @Test func readsEveryPlace() throws {
    try withFolder { folder in
      for place in Self.otherPlaces {
        let isIndex = place.name.hasPrefix("indices")
        if isIndex {
          try Data([1, 0, 0, 0, 0, 0, 0, 0]).write(to: URL(fileURLWithPath: folder + "/index.bin"))
        }
        let entries = isIndex ? ["location": "index.bin"] : ["location": "data.bin", "offset": "4"]
        let tensor = try read(place.model(entries), in: folder)
        #expect(tensor?.doubles() == (isIndex ? [0, 5] : [1, 2]), "\(place.name)")
      }
    }
  }

  @Test func refusesEscapesInEveryPlace() throws {
    try withFolder { folder in
      for place in Self.otherPlaces {
        for location in ["../outside.bin", folder + "/data.bin", "link.bin", "hard.bin"] {
          let error = #expect(throws: HewnError.self, "\(place.name) \(location)") {
            try read(place.model(["location": location]), in: folder)
          }
          let words = ["plain path", "links are not followed", "single name"]
          let text = error?.message ?? ""
          #expect(words.contains { text.contains($0) }, "\(place.name) \(location): \(text)")
        }
      }
    }
  }

  /// A slash with a combining accent is one character to Swift and a slash to the system.
  @Test func seesPathsAsTheSystemDoes() throws {
    try withFolder { folder in
      let files = FileManager.default
      try files.copyItem(atPath: folder + "/data.bin", toPath: folder + "/../\u{301}outside.bin")
      for location in ["../\u{301}outside.bin", "data.bin\0\u{301}", "sub/../\u{301}x"] {
        let error = #expect(throws: HewnError.self, "\(location.debugDescription)") {
          try read(Self.model(["location": location]), in: folder)
        }
        #expect(error?.message.contains("plain path") == true, "\(error as Any)")
      }
    }
  }

  @Test func refusesSpecialFilesWithoutWaiting() throws {
    try withFolder { folder in
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      let error = #expect(throws: HewnError.self) {
        try read(Self.model(["location": "pipe"]), in: folder)
      }
      #expect(error?.message.contains("regular file") == true, "\(error as Any)")
    }
  }

  /// A small file must not become many large tensors.
  @Test func boundsHowOftenAFileIsRead() throws {
    try withFolder { folder in
      let path = folder + "/large.bin"
      makeFile(path, byteCount: 30 << 20)
      func model(_ count: Int) -> ONNXModelProto {
        ONNXModelProto(
          initializers: (0..<count).map {
            .external("w\($0)", type: 1, [30 << 18], ["location": "large.bin"])
          }, [ONNXNodeProto("Add", ["x", "w0"], ["y"])])
      }
      _ = try read(model(4), in: folder)
      let error = #expect(throws: HewnError.self) { try read(model(5), in: folder) }
      #expect(error?.message.contains("4 times the size of large.bin") == true, "\(error as Any)")
    }
  }

  /// A file of zeros that takes no room on the disk.
  private func makeFile(_ path: String, byteCount: Int) {
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(truncate(path, off_t(byteCount)) == 0)
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
        (["location": "data.bin", "length": "\(1 << 40)"], .invalidFile, "takes 8 bytes"),
        (["location": "data.bin", "length": "99999999999999999999"], .invalidFile, "length"),
        (["location": "data.bin", "offset": "+4"], .invalidFile, "offset \"+4\""),
        (["location": "data.bin", "offset": ""], .invalidFile, "offset \"\""),
        (["location": "data.bin", "dims": "4"], .invalidFile, "\"dims\" is no key"),
        (["location": "data.bin", "__class__": "x"], .invalidFile, "no key"),
        (["location": "sub/.."], .invalidFile, "plain path"),
        (["location": "sub/"], .invalidFile, "plain path"),
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

  @Test func refusesKeysGivenTwice() throws {
    try withFolder { folder in
      let model = Self.model(["location": "data.bin", "offset": "4"]).with {
        let entries = $0.graph.initializer[0].externalData
        $0.graph.initializer[0].externalData += entries
      }
      let error = #expect(throws: HewnError.self) { try read(model, in: folder) }
      #expect(error?.message.contains("given twice") == true, "\(error as Any)")
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
