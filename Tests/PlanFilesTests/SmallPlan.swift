import CPUBackend
import Graphs
import PlanFiles
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// A small network with packed weights of every form and nodes without kernels, compiled, and what it
/// computes.
struct SmallPlan: TestPlan {
  let model: CompiledModel
  let inputs: [Tensor]
  /// The bytes of every output.
  let outputs: [[UInt8]]

  /// - Parameter seed: of the weights; its parity chooses the engine, and its half the tile of Winograd
  ///   convolutions, which the dense engine uses wherever they can be.
  init(seed: UInt64) throws {
    var net = Net(seed: seed)
    let x = net.graph.addInput("x", TensorType(.float32, [2, 3, 9, 11]))
    let same = Padding.explicit(begin: [1, 1], end: [1, 1])
    let stem = try net.conv(
      x, [16, 3, 3, 3], zeros: 0.7,
      Conv(strides: [2, 2], padding: same, activation: .clip(lower: 0, upper: .infinity)))
    let a = try net.conv(stem, [16, 16, 3, 3], zeros: 0.9, Conv(padding: same, activation: .relu))
    let b = try net.conv(
      a, [16, 8, 3, 3], zeros: 0.8,
      Conv(padding: same, groups: 2, activation: .hardSwish, addsResidual: true), residual: stem)
    let c = try net.conv(b, [16, 1, 3, 3], zeros: 0.2, Conv(padding: same, groups: 16))
    let d = try net.graph.addNode(
      ConvTranspose(strides: [2, 2]),
      [c, net.constant([16, 5, 2, 2], zeros: 0.6), net.constant([5])], name: "up")[0]
    let pooled = try net.graph.addNode(GlobalAveragePool(), [d], name: "pool")[0]
    let flat = try net.graph.addNode(Flatten(), [pooled], name: "flat")[0]
    let e = try net.graph.addNode(
      Gemm(activation: .relu), [flat, net.constant([5, 70], zeros: 0.95), net.constant([70])],
      name: "leaves")[0]
    let shift = net.graph.addConstant("shift", Tensor([1, 70], [Float](repeating: 0.5, count: 70)))
    let f = try net.graph.addNode(Binary(.add), [e, shift], name: "shift")[0]
    let g = try net.graph.addNode(
      MatMul(), [f, net.constant([70, 9])], name: "panels")[0]
    let boxes = net.graph.addInput("boxes", TensorType(.float32, [1, 6, 4]))
    let scores = net.graph.addInput("scores", TensorType(.float32, [1, 2, 6]))
    let most = net.graph.addConstant("most", Tensor([1], [Int64(3)]))
    let selected = try net.graph.addNode(
      NonMaxSuppression(), [boxes, scores, most], name: "select")[0]
    net.graph.outputs = [g, d, selected]
    net.graph.trimmedOutputs = [2]
    net.graph.notes = ["a note"]
    inputs = [[2, 3, 9, 11], [1, 6, 4], [1, 2, 6]].map { .random($0, seed: seed &+ 1) }

    let engine: Engine = seed.isMultiple(of: 2) ? .sparse : .dense
    var costs = CPUCostTable.builtIn(for: .best)
    if engine == .dense {
      let tile = (seed / 2).isMultiple(of: 2) ? 2 : 4
      costs.winograd = WinogradCosts(
        transforms: [WinogradCosts.Transform(tile: tile, input: 0, output: 0)],
        product: [0, 0, 0], weights: 0)
    }
    // Sparse products, small as they are.
    costs.matrix.leaf = costs.matrix.leaf.map { _ in 0 }
    costs.matrix.leafRow = costs.matrix.leaf
    costs.matrix.transposedFloat = 0
    let backend = try CPUBackend(costs: costs, evaluate: Reference.evaluate)
    let plan = try backend.compile(
      net.graph, options: CompileOptions(engine: engine, threads: 2), compiled: nil)
    model = CompiledModel(
      origin: Self.origin, graph: net.graph, passes: [], engine: engine, threads: 2,
      target: .cpu(
        CompiledForCPU(
          instructionSet: backend.instructionSet, processor: Processor.name,
          layers: plan.compiled)))
    outputs = try Self.run(plan, inputs)
  }

  /// Makes a plan of a file, without packing anything.
  static func compile(_ model: CompiledModel) throws -> any Plan {
    try compile(model, threads: 1)
  }

  static func compile(_ model: CompiledModel, threads: Int) throws -> CPUPlan {
    let compiled = try #require(model.cpu)
    return try CPUBackend(instructionSet: compiled.instructionSet, evaluate: Reference.evaluate)
      .compile(
        model.graph, options: CompileOptions(engine: model.engine, threads: threads),
        compiled: compiled.layers)
  }
}

extension CompiledModel {
  /// What is for processors, where it is for one.
  var cpu: CompiledForCPU? {
    get {
      guard case .cpu(let compiled) = target else { return nil }
      return compiled
    }
    set { if let newValue { target = .cpu(newValue) } }
  }
}

/// A graph under construction with seeded weights.
private struct Net {
  var graph = Graph(name: "small")
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func constant(_ shape: Shape, zeros: Double = 0) -> ValueID {
    graph.addConstant(
      "constant \(graph.values.count)",
      .random(shape, zeros: zeros, seed: generator.next()))
  }

  mutating func conv(
    _ x: ValueID, _ weights: Shape, zeros: Double, _ op: Conv, residual: ValueID? = nil
  ) throws -> ValueID {
    var inputs: [ValueID?] = [x, constant(weights, zeros: zeros), constant([weights[0]])]
    if let residual { inputs.append(residual) }
    return try graph.addNode(op, inputs, name: "conv \(graph.nodes.count)")[0]
  }
}
