import CPUBackend
import Foundation
import PlanFiles
import Tensors
import Testing

/// Plans that are written and read.
@Suite struct PlanFileTests {
  @Test(arguments: 0..<6 as Range<UInt64>)
  func computesTheSameBits(seed: UInt64) throws {
    let plan = try SmallPlan(seed: seed)
    let file = try PlanFile(FileBytes(copying: plan.bytes()))
    for threads in [1, 3] {
      let read = try SmallPlan.compile(file.model, threads: threads)
      let got = try SmallPlan.run(read, plan.inputs)
      #expect(got == plan.outputs, "seed \(seed), \(threads) threads")
    }
    try file.verifyWeights()
  }

  @Test func holdsPackedWeightsOfEveryForm() throws {
    let forms = try [0, 1, 3].map { seed in
      Set(try SmallPlan(seed: seed).model.cpu?.layers.packed.values.map(\.weights.form) ?? [])
    }
    #expect(forms[0] == ["blocks", "leaves", "panels"])
    #expect(forms[1] == ["blocks", "winograd2", "panels"])
    #expect(forms[2] == ["blocks", "winograd4", "panels"])
  }

  @Test func keepsTheModel() throws {
    let plan = try SmallPlan(seed: 2).model
    let read = try PlanFile(FileBytes(copying: SmallPlan(seed: 2).bytes())).model
    #expect(read.origin == plan.origin && read.passes == plan.passes)
    #expect(read.engine == plan.engine && read.threads == plan.threads)
    let (cpu, other) = (try #require(read.cpu), try #require(plan.cpu))
    #expect(cpu.processor == other.processor && cpu.instructionSet == other.instructionSet)
    #expect("\(read.graph)" == "\(plan.graph)")
    #expect(read.graph.notes == plan.graph.notes)
    #expect(read.graph.trimmedOutputs == plan.graph.trimmedOutputs)
    for (value, other) in zip(plan.graph.values, read.graph.values) {
      #expect(
        value.constant?.bytes.elementsEqual(other.constant?.bytes ?? .init(start: nil, count: 0))
          ?? (other.constant == nil), "\(value.name)")
    }
  }

  @Test func equalModelsGiveEqualBytes() throws {
    #expect(try SmallPlan(seed: 4).bytes() == SmallPlan(seed: 4).bytes())
  }

  @Test func aMappedFileMayBeReplaced() throws {
    let path = NSTemporaryDirectory() + "hewn-\(UUID().uuidString).hewn"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (plan, other) = (try SmallPlan(seed: 0), try SmallPlan(seed: 1))
    try PlanFile.write(plan.model, to: path)
    let read = try SmallPlan.compile(PlanFile(FileBytes(mapping: path)).model)
    try PlanFile.write(other.model, to: path)
    #expect(try SmallPlan.run(read, plan.inputs) == plan.outputs)
    #expect(PlanFile.isLikely(path: path))
  }

  /// Words of the plan that are replaced by others of the same length, and the error's.
  @Test(arguments: [
    ("\"hewn plan\"", "\"hewn tree\"", HewnError.Code.invalidFile, "no plan of Hewn"),
    (
      "\"format_version\":\"5\"", "\"format_version\":\"7\"", .unsupported,
      "compile the model again"
    ),
    ("\\\"threads\\\":2", "\\\"threads\\\":9", .invalidFile, "checksum"),
  ]) func refuses(from: String, to: String, code: HewnError.Code, words: String) throws {
    let bytes = try replacing(from, to, in: SmallPlan(seed: 0).bytes())
    let error = #expect(throws: HewnError.self) { try PlanFile(FileBytes(copying: bytes)) }
    #expect(error?.code == code && error?.message.contains(words) == true, "\(error as Any)")
  }

  @Test func refusesOtherProcessors() throws {
    var model = try SmallPlan(seed: 0).model
    guard let other = InstructionSet.allCases.first(where: { $0 != .best }) else { return }
    model.cpu?.instructionSet = other
    let path = NSTemporaryDirectory() + "hewn-\(UUID().uuidString).hewn"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try PlanFile.write(model, to: path)
    let error = #expect(throws: HewnError.self) { try PlanFile(FileBytes(mapping: path)) }
    #expect(error?.code == .unsupported, "\(error as Any)")
    #expect(error?.message.contains(other.rawValue) == true, "\(error as Any)")
  }

  @Test func refusesWhatIsCutOff() throws {
    let bytes = try SmallPlan(seed: 0).bytes()
    for count in Array(0..<64) + Array(stride(from: 64, to: bytes.count, by: 997)) {
      let error = #expect(throws: HewnError.self, "\(count) bytes") {
        try PlanFile(FileBytes(copying: Array(bytes.prefix(count))))
      }
      #expect(error?.code == .invalidFile, "\(count) bytes: \(error as Any)")
    }
    let error = #expect(throws: HewnError.self) { try PlanFile(FileBytes(copying: bytes + [0])) }
    #expect(error?.message.contains("belong to no tensor") == true, "\(error as Any)")
  }

  /// Raw weights that running does not read are verified when somebody wants them.
  @Test func verifiesRawWeightsOnDemand() throws {
    let plan = try SmallPlan(seed: 0)
    var bytes = try plan.bytes()
    // The raw weights of the last layer end the file, but for the smaller constants.
    let read = try Safetensors(FileBytes(copying: bytes))
    let name = try #require(read.tensors.keys.first { $0.hasPrefix("constants/1/") })
    let range = try #require(read.tensors[name]?.range)
    bytes[range.lowerBound] ^= 1
    let file = try PlanFile(FileBytes(copying: bytes))
    #expect(try SmallPlan.run(SmallPlan.compile(file.model), plan.inputs) == plan.outputs)
    let error = #expect(throws: HewnError.self) { try file.verifyWeights() }
    #expect(error?.message.contains(name) == true, "\(error as Any)")
  }

  @Test func failedWritesLeaveNothing() throws {
    let folder = NSTemporaryDirectory() + "hewn-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try SmallPlan(seed: 0).model
    // A folder that is missing, and a folder in the file's place.
    let error = #expect(throws: HewnError.self) {
      try PlanFile.write(model, to: "\(folder)/a.hewn")
    }
    #expect(error?.code == .io)
    try FileManager.default.createDirectory(
      atPath: "\(folder)/a.hewn", withIntermediateDirectories: true)
    let other = #expect(throws: HewnError.self) {
      try PlanFile.write(model, to: "\(folder)/a.hewn")
    }
    #expect(other?.code == .io)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.hewn"])
  }

  private func replacing(_ from: String, _ to: String, in bytes: [UInt8]) throws -> [UInt8] {
    var data = Data(bytes)
    let range = try #require(data.range(of: Data(from.utf8)), "\(from) is not in the file")
    data.replaceSubrange(range, with: Data(to.utf8))
    return Array(data)
  }
}
