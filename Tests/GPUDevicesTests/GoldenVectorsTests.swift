import Foundation
import GPUCatalogue
import GPUDevices
import Tensors
import Testing

/// Where golden vectors are committed.
private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("GoldenVectors")

private let files =
  ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
  .filter { $0.hasSuffix(".json") }.sorted()

/// The emulator computes what GPUs have computed.
@Suite(
  .enabled(
    if: !files.isEmpty,
    "NO GOLDEN VECTORS ARE RECORDED YET: gpu-check golden writes them on a machine with a GPU"))
struct GoldenVectorsTests {
  @Test(arguments: files) func `the emulator agrees with a GPU`(file: String) throws {
    let vectors = try GoldenVectors.read(folder.appendingPathComponent(file).path)
    #expect(!vectors.device.contains("emulator"), "\(file) was not recorded on a GPU")
    let comparison = try vectors.compare { try $0.emulatedOutputs(of: $0.kernel.program) }
    #expect(!comparison.agreed.isEmpty)
    for difference in comparison.differences {
      Issue.record("\(file) of \(vectors.device): \(difference)")
    }
    if !comparison.missing.isEmpty {
      let names = comparison.missing.joined(separator: ", ")
      print("\(file) LACKS \(comparison.missing.count) INSTRUCTIONS, NOT COMPARED: \(names)")
    }
  }
}

@Suite struct GoldenVectorFileTests {
  private func withFile(_ body: (String) throws -> Void) throws {
    let path = "/tmp/hewn-golden-\(UInt64.random(in: 0...UInt64.max)).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// What the emulator computed stands for what a GPU did.
  private static let recorded = Result {
    try GoldenVectors(recordedOn: EmulatorDevice(), driver: "none")
  }

  @Test func roundTrip() throws {
    let vectors = try Self.recorded.get()
    try withFile { path in
      try vectors.write(to: path)
      let read = try GoldenVectors.read(path)
      #expect(read == vectors)
      #expect(read.device == "emulator of sm_90a" && read.computeCapability == "9.0")
      let comparison = try read.compare { try $0.emulatedOutputs(of: $0.kernel.program) }
      #expect(comparison.differences == [])
      #expect(comparison.missing == [])
      #expect(comparison.agreed.count == (try InstructionCase.all().count))
      let byteCount = try Data(contentsOf: URL(fileURLWithPath: path)).count
      #expect(byteCount < 2 << 20, "\(byteCount) bytes are much to commit")
    }
  }

  /// A GPU that lacks instructions leaves them out.
  @Test func older() throws {
    let device = EmulatorDevice(target: .sm80)
    let vectors = try GoldenVectors(recordedOn: device, driver: "none")
    let comparison = try vectors.compare { try $0.outputs(on: device) }
    let newer = try InstructionCase.all().filter { $0.kernel.target > .sm80 }.map(\.name)
    #expect(comparison.missing == newer && !newer.isEmpty)
    #expect(comparison.differences == [])
  }

  /// One wrong bit is found, wherever it is.
  @Test func disagreement() throws {
    let comparison = try Self.recorded.get().compare { instruction in
      var cells = try instruction.outputs(on: EmulatorDevice())
      // The highest bit that all results have, predicates included.
      cells[cells.count - 1] ^= 1
      return cells
    }
    let products = try InstructionCase.all().filter { $0.operation.description.contains("mma") }
    let wrong = comparison.agreed.filter { name in !products.contains { $0.name == name } }
    #expect(wrong == [], "these agree though a bit is wrong")
    #expect(comparison.differences.allSatisfy { $0.contains("thread 255 is 0x") })
  }

  @Test(arguments: [
    ("{", "has no golden vectors"), ("", "has no golden vectors"),
    (#""hewn golden vectors 1""#, #""hewn golden vectors 0""#),
    (#""cells" : ""#, #""cells" : "AAAA"#),
    (#""cells" : ""#, #""cells" : "*"#), (#""cellByteCount" : 4"#, #""cellByteCount" : 3"#),
    (#""cellByteCount" : 4"#, #""cellByteCount" : 2"#),
    (#""cellDigest" : ""#, #""cellDigest" : "1"#),
    (#""operandDigest""#, #""digest""#),
  ])
  func damage(part: String, replacement: String) throws {
    try withFile { path in
      try Self.recorded.get().write(to: path)
      var text = try String(contentsOfFile: path, encoding: .utf8)
      if let range = text.range(of: part), part.count > 1 {
        text.replaceSubrange(range, with: replacement)
      } else {
        // Half a file, and none.
        text = part.isEmpty ? "" : String(text.prefix(text.count / 2))
      }
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: HewnError.self) { try GoldenVectors.read(path) }
      #expect(error?.code == .invalidFile)
      #expect(error?.message.contains(path) == true)
    }
  }

  /// Vectors of operands that are no longer these.
  @Test func otherOperands() throws {
    try withFile { path in
      try Self.recorded.get().write(to: path)
      var text = try String(contentsOfFile: path, encoding: .utf8)
      text = text.replacing(#""operandDigest" : ""#, with: #""operandDigest" : "0"#)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let comparison = try GoldenVectors.read(path).compare { _ in [] }
      #expect(comparison.agreed == [])
      #expect(comparison.differences.allSatisfy { $0.contains("recorded with other operands") })
    }
  }
}
