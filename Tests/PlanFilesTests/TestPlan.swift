import Foundation
import PlanFiles
import Runtime
import Tensors

/// A compiled network, and what it computes.
protocol TestPlan {
  init(seed: UInt64) throws
  var model: CompiledModel { get }
  var inputs: [Tensor] { get }
  /// The bytes of every output.
  var outputs: [[UInt8]] { get }
  /// Makes a plan of a file.
  static func compile(_ model: CompiledModel) throws -> any Plan
}

extension TestPlan {
  static var origin: ModelOrigin {
    ModelOrigin(
      name: "small", file: "small.onnx", byteCount: 1234, opset: 17, producer: "tests",
      hewnVersion: "1")
  }

  /// Runs a plan once.
  static func run(_ plan: any Plan, _ inputs: [Tensor]) throws -> [[UInt8]] {
    let session = try plan.makeSession()
    for (index, input) in inputs.enumerated() { try session.setInput(index, input) }
    try session.execute()
    return try plan.outputs.indices.map { try session.output($0).withUnsafeBytes { Array($0) } }
  }

  /// Reads and runs a changed file.
  ///
  /// - Returns: the bytes of its outputs; `nil` where it is refused with a reason, and where it is too
  ///   large to run.
  /// - Throws: what no file may lead to.
  func outputs(of bytes: [UInt8]) throws -> [[UInt8]]? {
    try outputs { try PlanFile(FileBytes(copying: bytes)).model }
  }

  /// Likewise, of a model that files may hold; with zeros where an input is of another type now.
  func outputs(of model: () throws -> CompiledModel) throws -> [[UInt8]]? {
    do {
      let plan = try Self.compile(model())
      guard plan.arenaByteCount < 1 << 26 else { return nil }
      let given = try plan.inputs.enumerated().map { index, port in
        try inputs.indices.contains(index) && inputs[index].type == port.type
          ? inputs[index] : Tensor(type: port.type) { _ in }
      }
      return try Self.run(plan, given)
    } catch let error as HewnError {
      let codes: [HewnError.Code] = [.invalidFile, .unsupported, .outOfMemory]
      guard codes.contains(error.code), !error.message.isEmpty else { throw error }
      return nil
    }
  }

  /// The bytes of the plan's file.
  func bytes() throws -> [UInt8] {
    let path = NSTemporaryDirectory() + "hewn-\(UUID().uuidString).hewn"
    try PlanFile.write(model, to: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Files.read(path)
  }
}
