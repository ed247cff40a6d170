import CPUBackend
import Foundation
import Graphs
import ONNXFormat
import Passes
import ReferenceBackend
import Runtime
import Tensors
import Testing

/// Reads a model that may be damaged, compiles it, and runs it where it is small.
///
/// What comes out is an error with a cause, or outputs of the types that the plan states.
struct Trial {
  /// Runs take long without optimisation.
  private static let maximumFlops = 300_000
  private static let maximumByteCount = 4 << 20
  /// Computing constants takes long too.
  private static let limits: BoundedEvaluation.Limits = {
    var limits = BoundedEvaluation.Limits()
    (limits.workOfNode, limits.work) = (1 << 18, 1 << 20)
    return limits
  }()

  /// - Parameter read: reads the model.
  /// - Returns: whether it is a model that compiles.
  @discardableResult
  static func run(_ what: String, _ read: () throws -> ONNXModel) -> Bool {
    do {
      try compileAndRun(try read(), what)
      return true
    } catch let error as HewnError {
      let causes: [HewnError.Code] = [
        .invalidFile, .unsupported, .outOfMemory, .invalidArgument, .io,
      ]
      #expect(causes.contains(error.code), "\(what): \(error.code) \(error)")
      #expect(!error.message.isEmpty, "\(what)")
      return false
    } catch {
      Issue.record("\(what): \(error)")
      return false
    }
  }

  /// Binds, optimises and lowers a model.
  static func compile(_ model: ONNXModel) throws -> (plan: any Plan, graph: Graph) {
    let evaluate = BoundedEvaluation(Reference.evaluate, limits: limits).evaluator
    let graph = try model.template.bind(ShapeBindings(), evaluate: evaluate)
    let optimised = try PassPipeline.standard(evaluate: evaluate).run(graph).graph
    let options = CompileOptions(threads: 1)
    let plan = try CPUBackend(evaluate: Reference.evaluate).compile(optimised, options: options)
    return (plan, optimised)
  }

  static func compileAndRun(_ model: ONNXModel, _ what: String) throws {
    let (plan, optimised) = try compile(model)
    let flops = plan.layers.reduce(0) { $0.saturatingAdd($1.denseFlops) }
    let constants = optimised.values.reduce(0) {
      $0.saturatingAdd($1.constant?.type.byteCount ?? 0)
    }
    guard flops <= maximumFlops, plan.arenaByteCount <= maximumByteCount,
      constants <= maximumByteCount
    else { return }
    let session = try plan.makeSession()
    for (index, port) in plan.inputs.enumerated() {
      try session.setInput(index, try input(of: port.type, seed: index))
    }
    try session.execute()
    for (index, port) in plan.outputs.enumerated() {
      let output = try session.output(index)
      #expect(output.element == port.type.element, "\(what): output \(port.name)")
      #expect(port.isTrimmed || output.type == port.type, "\(what): output \(port.name)")
    }
  }

  /// Numbers that a model could meet, those that are none included.
  private static func input(of type: TensorType, seed: Int) throws -> Tensor {
    var generator = SplitMix64(seed: UInt64(seed))
    let odd: [Float] = [.nan, .infinity, -.infinity, 0, -1, 1e30]
    return try Tensor(type: type) { bytes in
      guard type.element == .float32 else { return }
      for index in 0..<type.shape.elementCount {
        let number = Float(Int.random(in: -100...100, using: &generator)) / 50
        bytes.storeBytes(
          of: index % 31 == 30 ? odd[index / 31 % odd.count] : number, toByteOffset: 4 * index,
          as: Float.self)
      }
    }
  }
}
