import Hewn
import TestSupport
import Testing

@Suite struct ModelTests {
  private func model() throws -> Model { try Model(bytes: TinyModel.bytes, name: "tiny.onnx") }

  @Test func describesTheFile() throws {
    let model = try model()
    #expect(model.inputs.map(\.name) == ["x"])
    #expect(model.inputs.first?.dimensions == [.free(name: "N"), .fixed(3)])
    #expect(model.inputs.first?.elementType == .float32)
    #expect(model.outputs.map(\.name) == ["scores"])
    #expect(
      model.summary
        == ModelSummary(
          name: "tiny", file: "tiny.onnx", byteCount: TinyModel.bytes.count, opset: 13,
          producer: "tests"))
  }

  @Test(arguments: [Device.cpu, .reference, .emulator], Engine.allCases)
  func computes(device: Device, engine: Engine) throws {
    let x: [Float] = [1, 2, 3, -1, 0.5, 0, 0, 0, 4]
    for optimizes in [true, false] where optimizes || device == .reference {
      let plan = try model().compile(
        CompileOptions(
          device: device, engine: engine, batch: 3, threads: 2, optimizes: optimizes))
      #expect(plan.inputs.first?.shape == [3, 3])
      #expect(plan.batch == 3)
      var session = try plan.makeSession()
      let outputs = try session.run(["x": Tensor(shape: [3, 3], floats: x)])
      let want = (0..<3).flatMap { TinyModel.scores(of: Array(x[(3 * $0)..<(3 * $0 + 3)])) }
      #expect(outputs["scores"]?.floats == want, "\(device) \(engine)")
    }
  }

  @Test func refusesInputsThatDoNotFit() throws {
    let plan = try model().compile(CompileOptions(device: .reference))
    let wrongShape = try Tensor(shape: [2, 3], floats: [0, 0, 0, 0, 0, 0])
    let wrongType = try Tensor.random(shape: [1, 3], elementType: .int8, seed: 0)
    let right = try Tensor(shape: [1, 3], floats: [0, 0, 0])
    for (inputs, words) in [
      ([:], "\"x\" is missing"), (["x": right, "y": right], "no input \"y\""),
      (["x": wrongShape], ""), (["x": wrongType], ""),
    ] as [([String: Tensor], String)] {
      var session = try plan.makeSession()
      var caught: HewnError?
      do {
        _ = try session.run(inputs)
      } catch let error as HewnError {
        caught = error
      }
      #expect(caught?.code == .invalidArgument, "\(inputs.keys)")
      #expect(words.isEmpty || caught?.message.contains(words) == true, "\(caught as Any)")
    }
  }

  @Test func refusesOptionsThatDoNotFit() throws {
    for options in [
      CompileOptions(device: .reference, batch: 0),
      CompileOptions(device: .reference, shapes: ["y": [1, 3]]),
      CompileOptions(device: .reference, shapes: ["x": [1, 3, 1]]),
      CompileOptions(device: .reference, threads: 0),
      CompileOptions(device: .reference, threads: 1 << 20),
      CompileOptions(device: .reference, precision: .f16),
      CompileOptions(device: .cpu, precision: .tf32),
    ] {
      let error = #expect(throws: HewnError.self) { try model().compile(options) }
      #expect(error?.code == .invalidArgument, "\(options)")
    }
  }

  @Test func refusesOtherFiles() {
    for bytes in [[], Array("not a model".utf8), Array(TinyModel.bytes.dropLast(40))] {
      let error = #expect(throws: HewnError.self) { try Model(bytes: bytes) }
      #expect(error?.code == .invalidFile)
    }
  }

  @Test func makesRandomInputsAgain() throws {
    let plan = try model().compile(CompileOptions(device: .reference, batch: 2))
    let one = try plan.randomInputs(seed: 5)
    #expect(one["x"]?.shape == [2, 3])
    #expect(try plan.randomInputs(seed: 5)["x"]?.floats == one["x"]?.floats)
    #expect(try plan.randomInputs(seed: 6)["x"]?.floats != one["x"]?.floats)
  }

  @Test func measuresAndCompares() throws {
    let model = try model()
    let plans = try [Engine.sparse, .dense].map {
      try model.compile(CompileOptions(device: .reference, engine: $0, batch: 4, threads: 1))
    }
    var benchmark = Benchmark()
    (benchmark.warmup, benchmark.duration, benchmark.minimumIterations) = (0, 0, 3)
    benchmark.profiles = true
    let report = try benchmark.run(plans)
    #expect(Set(report.engines.keys) == ["sparse", "dense"])
    #expect(report.engines.values.allSatisfy { $0.iterations == 3 })
    #expect(report.layers.map(\.op) == ["Gemm"])
    #expect(report.layers.allSatisfy { Set($0.milliseconds.keys) == ["sparse", "dense"] })
    #expect(report.batch == 4 && report.threads == 1)
    #expect(throws: HewnError.self) { try benchmark.run([plans[0], plans[0]]) }
    #expect(throws: HewnError.self) { try benchmark.run([]) }

    let inputs = try plans[0].randomInputs(seed: 0)
    var session = try plans[1].makeSession()
    var expected = try session.run(inputs)
    let equal = try plans[0].compare(
      inputs: inputs, expected: expected, against: "dense", tolerance: 0)
    #expect(equal.passed && equal.top1Agreement == 1)
    expected["scores"] = try Tensor(shape: [4, 4], floats: .init(repeating: 100, count: 16))
    let different = try plans[0].compare(
      inputs: inputs, expected: expected, against: "folder", tolerance: 0.5)
    #expect(!different.passed)
    #expect(throws: HewnError.self) {
      try plans[0].compare(inputs: inputs, expected: [:], against: "folder", tolerance: 0.5)
    }
  }
}
