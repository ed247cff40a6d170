import Foundation
import Hewn
import Synchronization
import Testing

/// Runs that go on from what others have found.
@Suite struct RepruneCheckpointTests {
  let files: RepruneCase

  init() throws { files = try RepruneCase() }

  private struct Stop: Error, Equatable {
    var phase: String
  }

  private var checkpoint: String { files.path("checkpoint/folder") }

  private func options(_ change: (inout RepruneOptions) -> Void = { _ in }) -> RepruneOptions {
    RepruneCase.options {
      $0.checkpoint = checkpoint
      change(&$0)
    }
  }

  /// Re-prunes, and returns the names of the layers that were priced, sorted, and what was written.
  private func run(
    _ options: RepruneOptions, budget: RepruneBudget = .zeros(80)
  ) throws -> (priced: [String], report: RepruneReport, bytes: Data) {
    let priced = Box<[String]>([])
    let report = try files.reprune(to: budget, options) { phase, fraction in
      #expect((0...1).contains(fraction))
      if phase.hasPrefix("pricing ") {
        priced.value.withLock { $0.append(String(phase.dropFirst(8).dropLast())) }
      }
    }
    return (
      priced.value.withLock { $0.sorted() }, report,
      try files.bytes("out.onnx") + files.bytes("out.safetensors")
    )
  }

  @Test func secondRunsReadWhatFirstOnesFound() throws {
    let plain = try run(RepruneCase.options())
    let first = try run(options())
    #expect(plain.priced == ["a", "b", "c"] && first.priced == plain.priced)
    #expect(first.bytes == plain.bytes)
    let second = try run(options())
    #expect(second.priced.isEmpty)
    #expect(second.bytes == plain.bytes)
    #expect(second.report.layers.map(\.lossPerError) == plain.report.layers.map(\.lossPerError))
    #expect(second.report.notes == plain.report.notes)
    // Another budget, and another way to search, go on from the same.
    let other = try run(options { $0.refitsInOrder = false }, budget: .error(0.1))
    #expect(other.priced.isEmpty && other.report.budget?.isMet == true)
  }

  @Test func withoutImagesUnitsStayThose() throws {
    let repruner = try Repruner(files.model(), options())
    let first = try repruner.reprune(to: .zeros(75), calibration: nil).report
    let second = try repruner.reprune(to: .zeros(75), calibration: nil).report
    #expect(first.layers.map(\.lossPerError) == [1, 1, 1])
    #expect(second.layers.map(\.lossPerError) == [1, 1, 1])
    #expect(second.notes == first.notes)
    #expect(second.result?.zeros == first.result?.zeros)
  }

  /// Images are gone through once for the key, and not to price layers.
  @Test func pricesWithoutImages() throws {
    let model = try files.model()
    let calls = Box(0)
    let count = 20
    let pixels = RepruneCase.pixels(count, seed: 1)
    let images = RepruneImages(count: count) { indices in
      calls.value.withLock { $0 += indices.count }
      return try RepruneCase.tensor(indices.flatMap { pixels[($0 * 192)..<($0 + 1) * 192] })
    }
    let repruner = try Repruner(model, options { $0.refitsInOrder = false })
    func callCount() throws -> Int {
      calls.value.withLock { $0 = 0 }
      _ = try repruner.reprune(to: .zeros(80), calibration: images)
      return calls.value.withLock { $0 }
    }
    #expect(try callCount() > count)
    #expect(try callCount() == count)
  }

  private final class Box<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
  }

  @Test func otherRunsFindAnew() throws {
    _ = try run(options())
    for (label, change) in [
      ("seed", { $0.seed = 1 }), ("compensation", { $0.compensation = .refit }),
      ("importance", { $0.importance = .inputPower }), ("costs", { $0.leastHeight = 2 }),
      ("costs", { $0.compile.batch = 4 }), ("loss", { $0.loss = .squares }),
    ] as [(String, (inout RepruneOptions) -> Void)] {
      let other = try run(options(change))
      #expect(other.priced == ["a", "b", "c"], "\(label)")
      let plain = try run(
        RepruneCase.options(change))
      #expect(other.bytes == plain.bytes, "\(label)")
    }
    // What the first run found is still there.
    #expect(try run(options()).priced.isEmpty)
    // Other images.
    let repruner = try Repruner(files.model(), options())
    let priced = Box(0)
    _ = try repruner.reprune(
      to: .zeros(80), calibration: RepruneCase.images(24, seed: 9)
    ) { phase, _ in
      if phase.hasPrefix("pricing") { priced.value.withLock { $0 += 1 } }
    }
    #expect(priced.value.withLock { $0 } == 3)
  }

  @Test func stoppedRunsGoOn() throws {
    // By one thread, so that layers begin in one order.
    let options = options { $0.compile.threads = 1 }
    let plain = try run(RepruneCase.options(threads: 1))
    let stop = #expect(throws: Stop.self) {
      try files.reprune(to: .zeros(80), options) { phase, _ in
        if phase.hasPrefix("pricing c") { throw Stop(phase: phase) }
      }
    }
    #expect(stop?.phase.hasPrefix("pricing c") == true)
    let names = try FileManager.default.contentsOfDirectory(atPath: checkpoint)
    #expect(
      names.sorted().map { $0.split(separator: "-", maxSplits: 1)[1] } == [
        "layer-0.safetensors", "layer-1.safetensors",
      ])
    let second = try run(options)
    #expect(second.priced == ["c"])
    #expect(second.bytes == plain.bytes)
  }

  @Test func damagedFilesAreErrors() throws {
    let first = try run(options())
    let names = try FileManager.default.contentsOfDirectory(atPath: checkpoint)
    let name = try #require(names.first { $0.hasSuffix("-layer-1.safetensors") })
    let path = "\(checkpoint)/\(name)"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var flipped = whole
    flipped[flipped.count / 2] ^= 1
    for damaged in [flipped, whole.dropLast(5), Data("nonsense".utf8), Data()] {
      try damaged.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: HewnError.self) { try run(options()) }
      #expect(error?.code == .invalidFile && error?.file == path, "\(error as Any)")
      #expect(error?.message.contains("delete the file") == true, "\(error as Any)")
    }
    try FileManager.default.removeItem(atPath: path)
    let second = try run(options())
    #expect(second.priced == ["b"] && second.bytes == first.bytes)
  }

  @Test func foldersThatCannotBeMade() throws {
    try Data().write(to: URL(fileURLWithPath: files.path("file")))
    let options = options { $0.checkpoint = files.path("file") }
    let error = #expect(throws: HewnError.self) {
      try files.reprune(to: .zeros(80), options)
    }
    #expect(error?.code == .io, "\(error as Any)")
  }

  /// What closures throw comes back as it is, wherever they are called.
  @Test(arguments: ["running the evaluation", "measuring", "probing b", "pricing b", "refitting a"])
  func progressMayStop(phase: String) throws {
    let stop = #expect(throws: Stop.self) {
      try files.reprune(to: .zeros(80)) { now, _ in
        if now.hasPrefix(phase) { throw Stop(phase: phase) }
      }
    }
    #expect(stop == Stop(phase: phase))
    #expect(!FileManager.default.fileExists(atPath: files.path("out.onnx")))
  }

  @Test func imagesMayFail() throws {
    let repruner = try Repruner(files.model(), RepruneCase.options())
    let images = RepruneImages(count: 3) { _ in throw Stop(phase: "images") }
    let stop = #expect(throws: Stop.self) {
      try repruner.reprune(to: .zeros(80), calibration: images)
    }
    #expect(stop == Stop(phase: "images"))
  }
}
