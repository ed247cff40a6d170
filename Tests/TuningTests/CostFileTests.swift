import CPUBackend
import CPUKernels
import Foundation
import Tensors
import Testing
import Tuning

/// Files of costs: what is written is read, and nothing else.
@Suite struct CostFileTests {
  let folder = try? TemporaryFolder()

  private func path(_ name: String = "costs.json") throws -> String {
    "\(try #require(folder).path)/\(name)"
  }

  private static let set = InstructionSet.best

  private static func file() -> CostFile {
    var table = CPUCostTable.builtIn(for: set)
    // No kernel's time is lost in the noise here.
    table.finish = 0.625
    table.machine = "a machine"
    return CostFile(
      table, processor: ProcessorIdentity(fields: ["model": "7"]), kernels: "k1",
      date: "2026-01-31T12:00:00Z")
  }

  private static func read(
    _ path: String, processor: [String: String] = ["model": "7"], kernels: String = "k1",
    set: InstructionSet = set
  ) throws(HewnError) -> CostFile {
    try CostFile(
      contentsOf: path, for: set, processor: ProcessorIdentity(fields: processor),
      kernels: kernels)
  }

  @Test func readsWhatItWrites() throws {
    let file = Self.file()
    try file.write(to: try path())
    let read = try Self.read(try path())
    #expect(read == file)
    #expect(
      read.origin
        == CostOrigin(
          source: .tuned, isa: Self.set.rawValue, machine: "a machine",
          date: "2026-01-31T12:00:00Z"))
  }

  @Test func everyBuiltInTableCanBeWritten() throws {
    for set in InstructionSet.available {
      let file = CostFile(CPUCostTable.builtIn(for: set))
      try file.write(to: try path())
      #expect(try CostFile(contentsOf: try path(), for: set) == file)
    }
  }

  @Test func refusesCostsOfOthers() throws {
    try Self.file().write(to: try path())
    let other = try #require(InstructionSet.allCases.first { $0 != Self.set })
    for (read, words) in [
      ({ try Self.read($0, processor: ["model": "8"]) }, "its costs are those of"),
      ({ try Self.read($0, processor: [:]) }, "its costs are those of"),
      ({ try Self.read($0, kernels: "k2") }, "other kernels"),
      ({ try Self.read($0, set: other) }, "not \(other.rawValue)"),
    ] as [((String) throws -> CostFile, String)] {
      let error = #expect(throws: HewnError.self) { try read(try path()) }
      #expect(error?.code == .unsupported, "\(words)")
      #expect(error?.message.hasPrefix(try path()) == true, "\(error as Any)")
      #expect(error?.message.contains(words) == true, "\(error as Any)")
    }
  }

  /// Each change of the text makes a file that is refused.
  @Test func refusesDamagedFiles() throws {
    try Self.file().write(to: try path())
    let text = try String(contentsOfFile: try path(), encoding: .utf8)
    let finish = "\"finish\" : 0.625"
    #expect(text.contains(finish))
    var damaged = [
      "", "{", "[]", "null", "nonsense", String(text.prefix(text.count / 2)),
      text.replacing("hewn costs", with: "other costs"), text.replacing("a machine", with: ""),
      text.replacing("a machine", with: "\\u001b[31m"),
      text.replacing("a machine", with: String(repeating: "x", count: 1000)),
      text.replacing("\"isa\"", with: "\"is\""),
      text.replacing("\"tile\" : 2", with: "\"tile\" : 3"),
      String(repeating: "[", count: 100_000), String(repeating: " ", count: 2 << 20),
    ]
    for value in [
      "NaN", "null", "\"0.6\"", "-1", "0", "1e300", "1e999", "-0.625", "[]", "1e-30", "true",
    ] { damaged.append(text.replacing(finish, with: "\"finish\" : \(value)")) }
    for key in ["block", "tap", "unalignedTap", "product"] {
      // One entry more at the start of the list.
      let range = try #require(text.range(of: "\"\(key)\" : ["))
      var longer = text
      longer.insert(contentsOf: key == "product" ? "0.5," : "[],", at: range.upperBound)
      damaged.append(longer)
    }
    for (index, text) in damaged.enumerated() {
      try Data(text.utf8).write(to: URL(filePath: try path("bad.json")))
      let error = #expect(throws: HewnError.self, "\(index)") {
        try Self.read(try path("bad.json"))
      }
      #expect(error?.code == .invalidFile, "\(index): \(error as Any)")
      #expect(error?.message.contains("bad.json") == true, "\(index): \(error as Any)")
    }
    let newer = text.replacing("\"format_version\" : 2", with: "\"format_version\" : 3")
    try Data(newer.utf8).write(to: URL(filePath: try path("bad.json")))
    let error = #expect(throws: HewnError.self) { try Self.read(try path("bad.json")) }
    #expect(error?.code == .unsupported)
  }

  @Test func writesNothingThatIsNoCost() throws {
    try Self.file().write(to: try path())
    for value in [Double.nan, .infinity, -1, 0] {
      var file = Self.file()
      file.table.part = value
      let error = #expect(throws: HewnError.self) { try file.write(to: try path()) }
      #expect(error?.code == .failedCheck, "\(value)")
    }
    #expect(try Self.read(try path()) == Self.file())
  }

  @Test func saysWhatCannotBeWritten() throws {
    for path in ["\(try path("nowhere"))/costs.json", "/dev/full/costs.json"] {
      let error = #expect(throws: HewnError.self) { try Self.file().write(to: path) }
      #expect(error?.code == .io)
    }
  }

  /// Costs that were tuned with other kernels do not count: the version follows the sources, but for the sums in
  /// double precision, which no costs are of.
  @Test func theKernelVersionIsThatOfTheSources() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/CPUKernelsPortable").standardized
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") && $0 != "DoubleSums.swift" }.sorted()
    let bytes = try names.flatMap { try Data(contentsOf: folder.appending(path: $0)) }
    let checksum = Fingerprint.hexadecimal(of: bytes)
    #expect(
      KernelVersion.current == checksum,
      "kernels have changed: set KernelVersion.current to \"\(checksum)\"")
  }
}

/// A folder that goes with the test.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "hewn-tuning-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
