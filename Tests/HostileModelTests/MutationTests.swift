import Foundation
import ONNXFormat
import ONNXTestSupport
import Testing

#if os(Linux)
  /// Damaged models end in an error with a cause, or in a model that runs; in a process of its own
  /// that has little memory and time, whose death fails the test.
  @Suite struct MutationTests {
    /// Mutations in one process.
    private static let batchCount = 500
    /// Memory that a process may take beyond what it starts with.
    static let byteCount = 512 << 20
    /// Seconds that one mutation may take, on a busy machine and without optimisation.
    static let seconds = 60

    @Test(arguments: Victim.all.map(\.name))
    func victimsAreModels(name: String) throws {
      let victim = try #require(Victim.named(name))
      try withFolder(of: victim) { folder in
        try Trial.compileAndRun(try Self.read(try victim.model.bytes(), in: folder), name)
      }
    }

    @Test(arguments: Victim.all.map(\.name))
    func bytes(name: String) async {
      let progress = Progress(name)
      let result = await #expect(processExitsWith: .success) {
        [name, progress = progress as Progress] in
        try Self.run(name) { victim, folder, seed in
          var mutation = ByteMutation(seed: seed)
          let (bytes, kind) = mutation.apply(to: try victim.model.bytes())
          let what = "\(name), bytes, seed \(seed): \(kind)"
          progress.note(what)
          Trial.run(what, copy: folder + "/copy.onnx") { try Self.read(bytes, in: folder) }
        }
      }
      let last = progress.take()
      if result == nil { Issue.record("the last mutation: \(last)") }
    }

    @Test(arguments: Victim.all.map(\.name))
    func fields(name: String) async {
      let progress = Progress(name)
      let result = await #expect(processExitsWith: .success) {
        [name, progress = progress as Progress] in
        try Self.run(name) { victim, folder, seed in
          var mutation = FieldMutation(seed: seed)
          let model = mutation.apply(to: victim.model)
          let what = "\(name), fields, seed \(seed): \(mutation.summary.joined(separator: "; "))"
          progress.note(what)
          Trial.run(what, copy: folder + "/copy.onnx") {
            try Self.read(try model.bytes(), in: folder)
          }
        }
      }
      let last = progress.take()
      if result == nil { Issue.record("the last mutation: \(last)") }
    }

    private static func run(
      _ name: String, _ body: (Victim, _ folder: String, _ seed: Int) throws -> Void
    ) throws {
      Guard.limitMemory(to: byteCount)
      let victim = try #require(Victim.named(name))
      try withFolder(of: victim) { folder in
        for seed in 0..<batchCount {
          Guard.limitTime(to: seconds)
          try body(victim, folder, seed)
        }
      }
    }

    /// Reads a model from a file of a folder.
    private static func read(_ bytes: [UInt8], in folder: String) throws -> ONNXModel {
      let path = folder + "/model.onnx"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return try ONNXModel.read(contentsOf: path)
    }
  }

  /// Calls `body` with a folder that holds a victim's other files.
  private func withFolder(of victim: Victim, _ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "hewn-hostile-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, bytes) in victim.files {
      let file = URL(fileURLWithPath: "\(folder)/\(name)")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    try body(folder)
  }
#endif
