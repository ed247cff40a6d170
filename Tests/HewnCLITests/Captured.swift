import Foundation
import HewnCLI
import Synchronization
import TestSupport

/// A run of the tool and what it wrote.
struct Captured {
  var status: Int32
  var output: String
  var errors: String

  /// Runs the tool in this process.
  static func run(
    _ arguments: [String], outputIsTerminal: Bool = false, prefersNoColor: Bool = false
  ) -> Captured {
    let streams = Mutex((output: "", errors: ""))
    // The closures outlive this frame as far as the compiler knows, so they share a box.
    let box = Box(streams)
    let console = Console(
      writeOutput: { text in box.streams.withLock { $0.output += text } },
      writeError: { text in box.streams.withLock { $0.errors += text } },
      outputIsTerminal: outputIsTerminal, errorIsTerminal: false, prefersNoColor: prefersNoColor)
    let status = CommandLineTool.run(arguments, console: console)
    return box.streams.withLock {
      Captured(status: status, output: $0.output, errors: $0.errors)
    }
  }

  private final class Box: Sendable {
    let streams: Mutex<(output: String, errors: String)>
    init(_ streams: consuming Mutex<(output: String, errors: String)>) { self.streams = streams }
  }
}

/// A folder that goes with the test, with the tiny model in it.
final class Workspace {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "hewn-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write(TinyModel.bytes, to: "tiny.onnx")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var model: String { file("tiny.onnx") }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  /// A report as plain JSON values.
  static func json(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }
}
