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

  /// - Parameters:
  ///   - copy: where the model is written to and read again.
  ///   - read: reads the model.
  static func run(_ what: String, copy: String? = nil, _ read: () throws -> ONNXModel) {
    do {
      let model = try read()
      if let copy {
        try model.write(to: copy)
        #expect(throws: Never.self, "\(what): the copy") {
          try ONNXModel.read(contentsOf: copy)
        }
      }
      try compileAndRun(model, what)
    } catch let error as HewnError {
      let causes: [HewnError.Code] = [
        .invalidFile, .unsupported, .outOfMemory, .invalidArgument, .io,
      ]
      #expect(causes.contains(error.code), "\(what): \(error.code) \(error)")
      #expect(!error.message.isEmpty, "\(what)")
    } catch {
      Issue.record("\(what): \(error)")
    }
  }

  /// A model on its way to running.
  struct Compiled {
    /// As the file states it.
    var graph: Graph
    var optimised: Graph
    var plan: any Plan
  }

  /// Binds, optimises and lowers a model.
  static func compile(_ model: ONNXModel) throws -> Compiled {
    let evaluate = BoundedEvaluation(Reference.evaluate, limits: limits).evaluator
    let graph = try model.template.bind(ShapeBindings(), evaluate: evaluate)
    let optimised = try PassPipeline.standard(evaluate: evaluate).run(graph).graph
    let options = CompileOptions(threads: 1)
    let plan = try CPUBackend(evaluate: Reference.evaluate).compile(optimised, options: options)
    return Compiled(graph: graph, optimised: optimised, plan: plan)
  }

  static func compileAndRun(_ model: ONNXModel, _ what: String) throws {
    let compiled = try compile(model)
    let plan = compiled.plan
    let flops = plan.layers.reduce(0) { $0.saturatingAdd($1.denseFlops) }
    let constants = (compiled.graph.values + compiled.optimised.values).reduce(0) {
      $0.saturatingAdd($1.constant?.type.byteCount ?? 0)
    }
    guard flops <= maximumFlops, plan.arenaByteCount <= maximumByteCount,
      constants <= maximumByteCount
    else { return }
    let session = try plan.makeSession()
    let outputs = try run(session, of: plan, oddities: false)
    for (port, output) in zip(plan.outputs, outputs) {
      #expect(output.element == port.type.element, "\(what): output \(port.name)")
      #expect(port.isTrimmed || output.type == port.type, "\(what): output \(port.name)")
    }
    if compiled.isComparable {
      let reference = try ReferenceBackend().compile(
        compiled.graph, options: CompileOptions(threads: 1))
      let wanted = try run(try reference.makeSession(), of: plan, oddities: false)
      for (port, (got, want)) in zip(plan.outputs, zip(outputs, wanted)) {
        compare(got, want, "\(what): output \(port.name)")
      }
    }
    _ = try run(session, of: plan, oddities: true)
  }

  private static func run(
    _ session: any PlanSession, of plan: any Plan, oddities: Bool
  ) throws -> [Tensor] {
    for (index, port) in plan.inputs.enumerated() {
      try session.setInput(index, try input(of: port.type, seed: index, oddities: oddities))
    }
    try session.execute()
    return try plan.outputs.indices.map { try session.output($0) }
  }

  private static func compare(_ got: Tensor, _ want: Tensor, _ what: String) {
    guard got.type == want.type, got.element.isFloatingPoint else {
      #expect(got.type == want.type && got.doubles() == want.doubles(), "\(what)")
      return
    }
    let (got, want) = (got.doubles(), want.doubles())
    let greatest = want.map(\.magnitude).max() ?? 0
    // Single precision ends earlier than double precision.
    guard want.allSatisfy({ $0.isFinite }), greatest < 1e6 else { return }
    for (index, pair) in zip(got, want).enumerated() {
      let isClose = (pair.0 - pair.1).magnitude <= 1e-3 * (1 + greatest)
      guard isClose else {
        Issue.record("\(what)[\(index)]: got \(pair.0), want \(pair.1)")
        return
      }
    }
  }

  /// Small numbers, or some that a model could meet and that are none.
  private static func input(of type: TensorType, seed: Int, oddities: Bool) throws -> Tensor {
    var generator = SplitMix64(seed: UInt64(seed))
    let odd: [Float] = [.nan, .infinity, -.infinity, 0, -1, 1e30]
    return try Tensor(type: type) { bytes in
      guard type.element == .float32 else { return }
      for index in 0..<type.shape.elementCount {
        let number = Float(Int.random(in: -100...100, using: &generator)) / 50
        bytes.storeBytes(
          of: oddities && index % 31 == 30 ? odd[index / 31 % odd.count] : number,
          toByteOffset: 4 * index, as: Float.self)
      }
    }
  }
}

extension Trial.Compiled {
  /// Whether rounding to single precision changes results by little: no steps, no numbers far apart.
  fileprivate var isComparable: Bool {
    graph.nodes.allSatisfy { node in
      switch node.op {
      case is ArgReduce, is CastLike, is Comparison, is IsInf, is IsNaN, is Logic, is Mod,
        is NonMaxSuppression, is OneHot, is TopK, is BitCast, is GridSample:
        false
      case let op as Cast: op.target.isFloatingPoint
      case let op as Binary: op.kind != .divide && op.kind != .power
      case let op as Unary: if case .activation = op.function { true } else { false }
      default: true
      }
    }
      && graph.values.allSatisfy { value in
        guard let constant = value.constant, constant.element.isFloatingPoint else { return true }
        return constant.doubles().allSatisfy { $0.magnitude < 1e3 }
      }
  }
}
