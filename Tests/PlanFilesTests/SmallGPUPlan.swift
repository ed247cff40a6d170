import Emulator
import GPUBackend
import GPUKernels
import Graphs
import PlanFiles
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// A small network for the emulator with choices of every kind, compiled, and what it computes.
struct SmallGPUPlan: TestPlan {
  let model: CompiledModel
  let inputs: [Tensor]
  let outputs: [[UInt8]]

  /// - Parameter seed: of the weights; its parity chooses single or half precision, the next bit the engine.
  init(seed: UInt64) throws {
    var graph = Graph(name: "small")
    var generator = SplitMix64(seed: seed)
    func constant(_ shape: Shape, zeros: Double = 0) -> ValueID {
      graph.addConstant(
        "constant \(graph.values.count)",
        .random(shape, zeros: zeros, seed: generator.next()))
    }
    let x = graph.addInput("x", TensorType(.float32, [3, 16, 5, 6]))
    let same = Padding.explicit(begin: [1, 1], end: [1, 1])
    let a = try graph.addNode(
      Conv(padding: same, activation: .relu),
      [x, constant([32, 16, 3, 3], zeros: 0.9), constant([32])], name: "sparse")[0]
    let b = try graph.addNode(
      Conv(strides: [2, 2], padding: same, groups: 2),
      [a, constant([8, 16, 3, 3]), constant([8])], name: "dense")[0]
    let c = try graph.addNode(
      ConvTranspose(strides: [2, 2]),
      [b, constant([8, 18, 2, 3], zeros: 0.8), constant([18])], name: "up")[0]
    let sine = try graph.addNode(Unary(.trigonometric(.sin)), [c], name: "host")[0]
    let pooled = try graph.addNode(GlobalAveragePool(), [sine], name: "pool")[0]
    let flat = try graph.addNode(Flatten(), [pooled], name: "flat")[0]
    let y = try graph.addNode(
      Gemm(), [flat, constant([18, 40], zeros: 0.95), constant([40])], name: "product")[0]
    graph.outputs = [y]
    inputs = [.random([3, 16, 5, 6], seed: seed &+ 1)]

    let precision: Precision = seed.isMultiple(of: 2) ? .f32 : .f16
    let engine: Engine = (seed / 2).isMultiple(of: 2) ? .sparse : .dense
    let plan = try Self.backend.compileForGPU(
      graph, options: CompileOptions(engine: engine, threads: 1, precision: precision))
    model = CompiledModel(
      origin: Self.origin, graph: graph, passes: [], engine: engine, threads: 1,
      target: .gpu(
        CompiledForGPU(
          isEmulated: true, gpu: Self.figures.name, generation: Self.figures.target,
          precision: precision, evaluatesOnHost: true, choices: plan.program.choices)))
    outputs = try Self.run(plan, inputs)
  }

  /// A GPU so slow that zeros are worth leaving out of small layers, and leaves are best in single precision.
  static let figures: GPUFigures = {
    var figures = GPUFigures.h200
    figures.multiprocessorCount = 1
    figures.clock = 1e6
    figures.warpTF32Rate = 16
    return figures
  }()

  private static var backend: GPUBackend {
    get throws {
      try GPUBackend(.emulator(figures, EmulatorOptions()), evaluate: Reference.evaluate)
    }
  }

  static func compile(_ model: CompiledModel) throws -> any Plan { try compileForGPU(model) }

  static func compileForGPU(_ model: CompiledModel) throws -> GPUPlan {
    let compiled = try #require(model.gpu)
    return try backend.compileForGPU(
      model.graph,
      options: CompileOptions(engine: model.engine, threads: 1, precision: compiled.precision),
      choices: compiled.choices)
  }
}

extension CompiledModel {
  /// What is for GPUs, where it is for one.
  var gpu: CompiledForGPU? {
    get {
      guard case .gpu(let compiled) = target else { return nil }
      return compiled
    }
    set { if let newValue { target = .gpu(newValue) } }
  }
}
