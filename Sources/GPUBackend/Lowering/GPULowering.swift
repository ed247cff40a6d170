package import GPUKernels
internal import Graphs
internal import KernelIR
internal import Runtime
package import Tensors

/// Lowers a graph node by node: gives its values places, and collects launches.
package final class GPULowering {
  package let target: GPUTarget
  package internal(set) var program = GPUProgram()
  let graph: Graph
  /// What was decided before for nodes that convolve; `nil` where nothing was.
  let knownChoices: GPUChoices?
  /// Where each value lies in lanes, once its producer was lowered.
  var tensors: [GPUTensor?]
  /// Where values lie in row-major order for the host, as those of types that lanes cannot hold do only.
  var plain: [GPUMemory?]
  /// Where values must lie that are channels of others.
  private var homes: [GPUTensor?]
  /// Values that are computed with what reads them.
  private var pending: [PendingExpression?]
  /// The nodes whose pending values the node at hand takes in.
  var pendingNodeCount = 0
  /// Which values one pointwise node alone reads.
  private let isReadByPointwiseNode: [Bool]
  /// Copies of tensors whose groups lie apart.
  private var denseCopies: [GPUTensor: GPUTensor] = [:]
  var node: GPUNode
  /// The layer that steps count for.
  var layer = 0

  private init(_ graph: Graph, _ nodes: [GPUNode], target: GPUTarget, choices: GPUChoices?) {
    self.graph = graph
    self.target = target
    knownChoices = choices
    tensors = Array(repeating: nil, count: graph.values.count)
    plain = Array(repeating: nil, count: graph.values.count)
    homes = Array(repeating: nil, count: graph.values.count)
    pending = Array(repeating: nil, count: graph.values.count)
    isReadByPointwiseNode = Self.valuesReadByPointwiseNodes(graph, nodes)
    node = GPUNode(label: "", index: -1, inputs: [], outputs: [])
  }

  // MARK: Tensors

  /// The tensor of an input that is computed at run time, its groups as far apart as they are.
  package func channels(ofInput index: Int) throws(HewnError) -> GPUTensor {
    guard let input = graph.nodes[node.index].inputs[index], let tensor = tensors[input.index]
    else { throw HewnError(.internal, "input \(index) has no place") }
    return tensor
  }

  /// The tensor of an input that is computed at run time, dense.
  package func input(_ index: Int) throws(HewnError) -> GPUTensor {
    try dense(try channels(ofInput: index))
  }

  /// The elements of an input of the node, where they are known.
  func constant(ofInput index: Int) -> Tensor? { node.constant(ofInput: index) }

  /// Where the node's output must be written; dense unless the operator writes channels.
  package func output(_ index: Int) throws(HewnError) -> GPUTensor {
    let value = graph.nodes[node.index].outputs[index]
    if let tensor = tensors[value.index] { return tensor }
    let tensor: GPUTensor
    if let home = homes[value.index] {
      tensor = home
    } else {
      tensor = try self.tensor(element: target.element, shape: graph[value].type.shape)
    }
    tensors[value.index] = tensor
    return tensor
  }

  /// Says that an output is a view of what is there already.
  package func setOutput(_ index: Int, to tensor: GPUTensor) throws(HewnError) {
    let value = graph.nodes[node.index].outputs[index]
    if let home = homes[value.index] {
      try copy(tensor, to: home)
      tensors[value.index] = home
    } else {
      tensors[value.index] = tensor
    }
  }

  /// A new dense tensor.
  package func tensor(element: KernelElement, shape: Shape) throws(HewnError) -> GPUTensor {
    var tensor = try GPUTensor(unplaced: shape, element)
    tensor.memory = try scratch(byteCount: tensor.byteCount)
    return tensor
  }

  /// Memory that holds nothing between runs.
  package func scratch(byteCount: Int) throws(HewnError) -> GPUMemory {
    guard byteCount <= Self.byteLimit else {
      throw HewnError(
        .outOfMemory, "a tensor of \(byteCount) bytes; use a smaller batch")
    }
    program.buffers.append(.init(byteCount: byteCount, kind: .activation))
    return GPUMemory(buffer: program.buffers.count - 1, byteOffset: 0)
  }

  /// More than any device has, and little enough for sums of sizes.
  private static let byteLimit = 1 << 46

  /// Uploads numbers with the plan.
  package func constant<Element: BitwiseCopyable>(_ elements: [Element]) -> GPUMemory {
    let bytes = elements.withUnsafeBytes { Array($0) }
    program.buffers.append(.init(byteCount: max(1, bytes.count), kind: .constant(bytes)))
    return GPUMemory(buffer: program.buffers.count - 1, byteOffset: 0)
  }

  /// A tensor whose groups follow each other: itself, or a copy.
  package func dense(_ tensor: GPUTensor) throws(HewnError) -> GPUTensor {
    if tensor.isDense { return tensor }
    if let copy = denseCopies[tensor] { return copy }
    let copy = try self.tensor(element: tensor.element, shape: tensor.shape)
    try self.copy(tensor, to: copy)
    denseCopies[tensor] = copy
    return copy
  }

  // MARK: Pending values

  /// The values that one pointwise node with an output of the same shape reads, and nothing else.
  private static func valuesReadByPointwiseNodes(_ graph: Graph, _ nodes: [GPUNode]) -> [Bool] {
    let outputs = Set(graph.outputs)
    let consumers = graph.consumers()
    var isRead = [Bool](repeating: false, count: graph.values.count)
    for (source, node) in zip(graph.nodes, nodes) {
      guard let op = source.op as? any PointwiseOperator, op.obstacle(for: node) == nil else {
        continue
      }
      for case let input? in source.inputs {
        isRead[input.index] =
          consumers[input.index].count == 1 && !outputs.contains(input)
          && graph[input].type == node.outputs[0]
      }
    }
    return isRead
  }

  func pendingExpression(ofInput index: Int) -> PendingExpression? {
    graph.nodes[node.index].inputs[index].flatMap { pending[$0.index] }
  }

  /// Whether the node's output can be computed with what reads it.
  var leavesOutputPending: Bool {
    isReadByPointwiseNode[graph.nodes[node.index].outputs[0].index]
  }

  /// The shape of the node's first output.
  var outputShape: Shape { node.outputs[0].shape }

  func setPendingOutput(_ expression: PendingExpression) {
    pending[graph.nodes[node.index].outputs[0].index] = expression
  }

  // MARK: Launches

  /// Adds the launch of a kernel.
  ///
  /// - Parameters:
  ///   - reads: all that it reads.
  ///   - writes: all that it writes.
  ///   - arguments: the parameter struct, once addresses are known.
  package func launch<K: ProblemKernel>(
    _ kernel: K, reads: [GPUMemory], writes: [GPUMemory],
    arguments: @escaping @Sendable (GPUAddresses) -> K.Arguments
  ) throws(HewnError) {
    if program.kernels[kernel.name] == nil {
      do throws(KernelError) {
        program.kernels[kernel.name] = try kernel.build()
      } catch {
        throw HewnError(.internal, "kernel \(kernel.name): \(error)")
      }
    }
    let launch = GPUProgram.Launch(kernel: kernel.name, grid: kernel.grid) { addresses in
      withUnsafeBytes(of: arguments(addresses)) { Array($0) }
    }
    add(.launch(launch), reads: reads, writes: writes)
  }

  func add(_ command: GPUProgram.Command, reads: [GPUMemory], writes: [GPUMemory]) {
    program.steps.append(
      .init(
        command: command, reads: reads.map(\.buffer), writes: writes.map(\.buffer), layer: layer))
  }
}

// MARK: The graph

extension GPULowering {
  /// Lowers a whole graph.
  ///
  /// - Parameters:
  ///   - choices: those of a program of the same graph, precision and engine; `nil` searches for them.
  ///   - evaluate: computes nodes without a kernel on the host; `nil` refuses them.
  /// - Throws: `unsupported` with the node and the reason; `invalidFile` for choices of another graph.
  static func lower(
    _ graph: Graph, target: GPUTarget, choices: GPUChoices?, evaluate: Evaluator?
  ) throws(HewnError) -> GPUProgram {
    let nodes = graph.nodes.enumerated().map { GPUNode($1, index: $0, graph) }
    let lowering = GPULowering(graph, nodes, target: target, choices: choices)
    for input in graph.inputs {
      try naming("Input \"\(graph[input].name)\"") { () throws(HewnError) in
        try lowering.takeInput(input)
      }
    }
    let homes = ConcatHomes(graph, nodes)
    for node in nodes {
      try naming(node.label) { () throws(HewnError) in
        try lowering.lower(node, homes: homes, evaluate: evaluate)
      }
    }
    for (port, output) in zip(graph.ports.outputs, graph.outputs) {
      try naming("Output \"\(port.name)\"") { () throws(HewnError) in
        try lowering.giveOutput(output, port)
      }
    }
    let program = lowering.program
    guard choices.map({ $0.count == program.choices.count }) ?? true else {
      throw HewnError(.invalidFile, "choices for nodes without weights")
    }
    return program
  }

  /// Lets errors say where they happened.
  private static func naming(
    _ label: String, _ body: () throws(HewnError) -> Void
  ) throws(HewnError) {
    do throws(HewnError) { try body() } catch { throw error.at(node: label) }
  }

  private func lower(
    _ node: GPUNode, homes: ConcatHomes, evaluate: Evaluator?
  ) throws(HewnError) {
    let source = graph.nodes[node.index]
    if source.outputs.allSatisfy({ graph[$0].constant != nil }) { return }
    self.node = node
    let op = source.op as? any GPUOperator
    let obstacle = op == nil ? "no GPU kernel for \(source.op.name)" : op?.obstacle(for: node)
    for value in source.outputs {
      guard let home = homes[value], obstacle == nil,
        op?.writesChannels(of: node) == true || home.isOneGroup
      else { continue }
      self.homes[value.index] = try place(home, homes)
    }
    let firstStep = program.steps.count
    layer = program.layers.count
    var decision: GPUDecision?
    if let op, obstacle == nil {
      decision = try op.lower(node, in: self)
    } else {
      let reason = obstacle ?? ""
      guard let evaluate else {
        throw HewnError(
          .unsupported,
          "\(reason); --cpu-fallback computes such nodes on the host, slowly")
      }
      try self.evaluate(source.op, with: evaluate)
      decision = GPUDecision(engine: "reference", reason: reason)
    }
    guard program.steps.count > firstStep else { return }
    program.layers.append(LayerReport(source, node, decision))
  }

  /// The place of a part, and of the whole where that has none yet.
  private func place(_ home: ConcatHomes.Home, _ all: ConcatHomes) throws(HewnError) -> GPUTensor {
    // From the outermost whole inwards: chains of joined tensors are as long as a file makes them.
    var chain = [home]
    while tensors[chain[chain.count - 1].whole.index] == nil,
      let outer = all[chain[chain.count - 1].whole]
    {
      chain.append(outer)
    }
    var part: GPUTensor?
    for home in chain.reversed() {
      let whole: GPUTensor
      if let place = tensors[home.whole.index] ?? part {
        whole = place
      } else {
        whole = try tensor(element: target.element, shape: graph[home.whole].type.shape)
      }
      tensors[home.whole.index] = whole
      part = whole.channels(home.channels)
    }
    guard let part else { throw HewnError(.internal, "a part without a whole") }
    return part
  }
}
