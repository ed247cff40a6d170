import Foundation
import Hewn
import TestSupport
import Testing

/// Models on the emulator of a GPU, through the library's face.
@Suite struct GPUDeviceTests {
  private static let models = [TinyModel.bytes, TinyModel.brightness]

  /// Relative errors that a single product stays below, rounded operands and outputs included.
  private static func tolerance(_ precision: Precision) -> Double {
    switch precision {
    case .f32: 1e-6
    case .tf32: 2e-3
    case .f16: 3e-3
    case .bf16: 2e-2
    }
  }

  /// Batches on both sides of the eight images that lanes hold.
  @Test(arguments: Precision.allCases, Engine.allCases)
  func computesWhatTheReferenceComputes(precision: Precision, engine: Engine) throws {
    for (index, bytes) in Self.models.enumerated() {
      let model = try Model(bytes: bytes, name: "tiny.onnx")
      for batch in [1, 7, 8, 9] {
        let plan = try model.compile(
          CompileOptions(
            device: .emulator, engine: engine, batch: batch, threads: 2, precision: precision))
        let inputs = try plan.randomInputs(seed: UInt64(batch))
        let reference = try model.compile(CompileOptions(device: .reference, batch: batch))
        var session = try reference.makeSession()
        let report = try plan.compare(
          inputs: inputs, expected: try session.run(inputs), against: "reference",
          tolerance: Self.tolerance(precision))
        #expect(report.passed, "model \(index), batch \(batch): \(report.outputs)")
      }
    }
  }

  /// What no precision but single can hold tells them apart.
  @Test func roundsByPrecision() throws {
    let model = try Model(bytes: TinyModel.brightness, name: "tiny.onnx")
    // A fraction of 11 bits, then of 8, in one operand.
    let x: [Float] = [1 + 0x1p-11, 1 + 0x1p-8]
    func scores(_ precision: Precision) throws -> [Float] {
      let plan = try model.compile(
        CompileOptions(device: .emulator, batch: 2, threads: 1, precision: precision))
      var session = try plan.makeSession()
      let outputs = try session.run(["x": Tensor(shape: [2, 1, 1, 1], floats: x)])
      let floats = try #require(outputs["scores"]?.floats)
      return [floats[0], floats[2]]
    }
    #expect(try scores(.f32) == x)
    #expect(try scores(.f16) == [1, x[1]])
    #expect(try scores(.bf16) == [1, 1])
  }

  @Test func reportsGPUAndPrecision() throws {
    let model = try Model(bytes: TinyModel.bytes, name: "tiny.onnx")
    let plan = try model.compile(CompileOptions(device: .emulator, precision: .f16))
    #expect(plan.device == .emulator && plan.precision == .f16 && plan.instructionSet == nil)
    #expect(plan.gpu?.isEmpty == false && plan.costs == nil)
    let report = plan.inspect()
    #expect(report.plan.gpu == plan.gpu && report.plan.precision == .f16)
    #expect(report.layers.contains { $0.op == "Gemm" })
    let other = try model.compile(CompileOptions(device: .reference))
    #expect(other.gpu == nil && other.precision == .f32)
  }

  @Test func leavesNodesWithoutKernelToTheProcessorWhereAsked() throws {
    let model = try Model(bytes: TinyModel.directions, name: "tiny.onnx")
    var options = CompileOptions(device: .emulator, batch: 3, threads: 1, precision: .f16)
    let error = #expect(throws: HewnError.self) { try model.compile(options) }
    #expect(error?.code == .unsupported, "\(error as Any)")
    #expect(error?.node == "LpNormalization \"classifier\"", "\(error as Any)")
    #expect(error?.message.contains("--cpu-fallback") == true, "\(error as Any)")

    options.fallsBackToCPU = true
    let plan = try model.compile(options)
    let layer = try #require(plan.layers.first { $0.name == "classifier" })
    #expect(layer.engine == "reference" && layer.reason.contains("LpNormalization"))
    let inputs = try plan.randomInputs(seed: 1)
    var session = try model.compile(CompileOptions(device: .reference, batch: 3)).makeSession()
    let report = try plan.compare(
      inputs: inputs, expected: try session.run(inputs), against: "reference", tolerance: 3e-3)
    #expect(report.passed, "\(report.outputs)")
  }

  /// A plan file of another device holds a network, which is lowered anew.
  @Test(arguments: [Precision.f32, .bf16])
  func runsPlanFilesOfProcessors(precision: Precision) throws {
    try Self.withPlanFile(CompileOptions(batch: 2, threads: 1)) { model in
      let plan = try model.compile(
        CompileOptions(device: .emulator, threads: 1, precision: precision))
      #expect(plan.device == .emulator && plan.precision == precision && plan.gpu != nil)
      #expect(plan.model.planFile != nil && plan.notes.isEmpty)
      #expect(try Self.scores(plan) == Self.expectedScores(rounded: precision != .f32))
    }
  }

  /// What options leave open is the plan's.
  @Test(arguments: [Precision.f32, .bf16], Engine.allCases)
  func runsPlanFilesOfGPUs(precision: Precision, engine: Engine) throws {
    let options = CompileOptions(
      device: .emulator, engine: engine, batch: 2, threads: 1, precision: precision)
    let compiled = try Model(bytes: TinyModel.bytes, name: "tiny.onnx").compile(options)
    try Self.withPlanFile(options) { model in
      let asked = try #require(model.compiledOptions)
      #expect(asked.device == .emulator && asked.precision == precision)
      #expect(asked.engine == engine && !asked.fallsBackToCPU && asked.shapes == ["x": [2, 3]])
      let plan = try model.compile()
      #expect(plan.device == .emulator && plan.precision == precision && plan.engine == engine)
      #expect(plan.gpu == compiled.gpu && plan.model.planFile != nil && plan.notes.isEmpty)
      #expect(plan.inspect().layers == compiled.inspect().layers)
      #expect(try Self.scores(plan) == Self.expectedScores(rounded: precision != .f32))
      // Another precision, another engine, another device.
      let others = [
        CompileOptions(precision: .f32), CompileOptions(engine: .dense, precision: .f32),
        CompileOptions(device: .cpu), CompileOptions(device: .reference),
      ]
      for options in others {
        let plan = try model.compile(options)
        #expect(plan.device == options.device ?? .emulator && plan.precision == .f32)
        #expect(try Self.scores(plan) == Self.expectedScores(rounded: false))
      }
    }
  }

  /// A plan whose nodes the processor computes does so again.
  @Test func planFilesKeepTheFallback() throws {
    let path = NSTemporaryDirectory() + "hewn-\(UUID().uuidString).hewn"
    defer { try? FileManager.default.removeItem(atPath: path) }
    _ = try Model(bytes: TinyModel.directions, name: "tiny.onnx").compile(
      CompileOptions(device: .emulator, batch: 3, threads: 1, fallsBackToCPU: true),
      writingTo: path)
    let model = try Model(contentsOf: path)
    #expect(model.compiledOptions?.fallsBackToCPU == true)
    #expect(try model.compile().layers.contains { $0.engine == "reference" })
  }

  @Test func refusesPlanFilesOfTheReference() throws {
    let model = try Model(bytes: TinyModel.bytes, name: "tiny.onnx")
    let error = #expect(throws: HewnError.self) {
      try model.compile(CompileOptions(device: .reference), writingTo: "/nowhere/tiny.hewn")
    }
    #expect(error?.code == .invalidArgument, "\(error as Any)")
  }

  /// Calls `body` with a model of a plan file of the tiny model.
  private static func withPlanFile(
    _ options: CompileOptions, _ body: (Model) throws -> Void
  ) throws {
    let path = NSTemporaryDirectory() + "hewn-\(UUID().uuidString).hewn"
    defer { try? FileManager.default.removeItem(atPath: path) }
    _ = try Model(bytes: TinyModel.bytes, name: "tiny.onnx").compile(options, writingTo: path)
    try body(try Model(contentsOf: path))
  }

  private static let pixels: [Float] = [1, 2, 3, 1 + 0x1p-8, 0, 0]

  private static func scores(_ plan: Plan) throws -> [Float]? {
    var session = try plan.makeSession()
    return try session.run(["x": Tensor(shape: [2, 3], floats: pixels)])["scores"]?.floats
  }

  /// - Parameter rounded: to 7 bits of fraction.
  private static func expectedScores(rounded: Bool) -> [Float] {
    let x = rounded ? [1, 2, 3, 1, 0, 0] : pixels
    return TinyModel.scores(of: Array(x[..<3])) + TinyModel.scores(of: Array(x[3...]))
  }
}
