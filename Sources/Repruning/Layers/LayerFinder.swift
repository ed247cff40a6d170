internal import Graphs
internal import Tensors

/// Decides whether a node is a prunable layer.
struct LayerFinder {
  enum Finding {
    case layer(PrunableLayer)
    case exception(reason: String)
  }

  private let view: GraphView
  private var graph: Graph { view.graph }

  init(_ graph: Graph) { view = GraphView(graph) }

  /// - Returns: `nil` for a node that is no layer.
  func find(_ index: Int) throws(HewnError) -> Finding? {
    switch graph.nodes[index].op {
    case let op as Conv: try convolution(op, index)
    case let op as Gemm: try product(op, index)
    case let op as MatMul: try product(op, index)
    case is ConvTranspose: .exception(reason: "transposed convolutions are not pruned")
    case is DeformConv: .exception(reason: "deformable convolutions are not pruned")
    case is Einsum: .exception(reason: "products of tensors are not pruned")
    default: nil
    }
  }

  private func convolution(_ op: Conv, _ index: Int) throws(HewnError) -> Finding {
    guard let (x, w) = operands(index) else { return .exception(reason: "it has no weights") }
    if let reason = obstacle(input: x, weights: w, index) { return .exception(reason: reason) }
    let (input, weight) = (graph[x].type.shape, graph[w].type.shape)
    if input.rank > 4 {
      return .exception(reason: "it has \(input.rank - 2) spatial axes; at most 2 are pruned")
    }
    if op.groups > 1, weight[1] == 1 {
      return .exception(reason: "it is depthwise: each filter reads one channel")
    }
    let geometry = try op.geometry(input: input, weight: weight).rowsAndColumns
    var bias = bias(index)
    let scale = OutputScale(
      of: index, in: view, filters: weight[0], hasBias: bias != .absent)
    if let mean = scale?.mean { bias = .mean(mean) }
    return .layer(
      PrunableLayer(
        node: index, label: graph.nodes[index].label, input: x, weights: w,
        bias: bias, groupCount: op.groups, rows: weight[0] / op.groups,
        taps: weight[1] * geometry.kernelElementCount, form: .filters,
        biasScale: bias.isMean ? -1 : 1, rowScales: scale?.factors ?? [],
        window: InputWindow(geometry, input: input, channelCount: weight[1]),
        path: op.activation == .identity && !op.addsResidual
          ? path(index, behind: scale, rows: weight[0] / op.groups, filterCount: weight[0]) : nil))
  }

  private func product(_ op: Gemm, _ index: Int) throws(HewnError) -> Finding {
    guard let (a, b) = operands(index) else { return .exception(reason: "it has no weights") }
    if let reason = obstacle(input: a, weights: b, index) { return .exception(reason: reason) }
    if op.alpha == 0 { return .exception(reason: "its weights are multiplied by 0") }
    let geometry = try op.geometry(a: graph[a].type.shape, b: graph[b].type.shape)
    return .layer(
      PrunableLayer(
        node: index, label: graph.nodes[index].label, input: a, weights: b,
        bias: bias(index, of: op, columns: geometry.columns), groupCount: 1,
        rows: geometry.columns, taps: geometry.depth, form: op.transposesB ? .filters : .taps,
        biasScale: op.beta, rowScales: [],
        window: InputWindow(
          rows: geometry.rows, depth: geometry.depth, isTransposed: op.transposesA,
          scale: op.alpha),
        path: op.activation == .identity
          ? path(index, rows: geometry.columns, filterCount: geometry.columns) : nil))
  }

  private func product(_ op: MatMul, _ index: Int) throws(HewnError) -> Finding {
    guard let (a, b) = operands(index) else { return .exception(reason: "it has no weights") }
    if graph[b].constant == nil, graph[a].constant != nil {
      return .exception(reason: "its weights are on the left")
    }
    if let reason = obstacle(input: a, weights: b, index) { return .exception(reason: reason) }
    let geometry = try op.geometry(a: graph[a].type.shape, b: graph[b].type.shape)
    if geometry.batchB.rank > 0 {
      return .exception(reason: "its weights are \(geometry.batchB.elementCount) matrices")
    }
    return .layer(
      PrunableLayer(
        node: index, label: graph.nodes[index].label, input: a, weights: b,
        bias: .fixed("a MatMul has no bias"), groupCount: 1, rows: geometry.columns,
        taps: geometry.depth, form: .taps, biasScale: 1,
        rowScales: [],
        window: InputWindow(
          rows: geometry.batch.elementCount * geometry.rows, depth: geometry.depth,
          isTransposed: false, scale: 1),
        path: path(index, rows: geometry.columns, filterCount: geometry.columns)))
  }

  /// - Returns: `nil` too where the node's outputs are not those of its filters: what else it adds is computed,
  ///   or a matrix.
  private func path(
    _ index: Int, behind scale: OutputScale? = nil, rows: Int, filterCount: Int
  ) -> OutputPath? {
    let inputs = graph.nodes[index].inputs
    if inputs.count > 2, let bias = inputs[2] {
      guard let shape = graph[bias].constant?.shape, shape.isRow(of: filterCount) else {
        return nil
      }
    }
    return OutputPath(
      of: index, behind: scale, in: view, rows: rows, filterCount: filterCount)
  }

  private func operands(_ index: Int) -> (input: ValueID, weights: ValueID)? {
    let inputs = graph.nodes[index].inputs
    guard inputs.count >= 2, let input = inputs[0], let weights = inputs[1] else { return nil }
    return (input, weights)
  }

  /// Why weights cannot be changed, whatever the operator.
  private func obstacle(input: ValueID, weights: ValueID, _ index: Int) -> String? {
    let outputs = graph.nodes[index].outputs
    if graph[weights].constant == nil { return "its weights are computed at run time" }
    if graph[input].constant != nil { return "its input is constant" }
    if let producer = view.producer(of: weights) {
      return "its weights are the result of \(graph.nodes[producer].label)"
    }
    if graph[weights].type.element != .float32 {
      return "its weights are \(graph[weights].type.element.rawValue)"
    }
    if !view.hasOneUse(weights) { return "its weights are read elsewhere too" }
    if graph[weights].type.shape.elementCount == 0 { return "it has no weights" }
    if outputs.contains(where: { graph[$0].type.shape.elementCount == 0 }) {
      return "it has no outputs"
    }
    return nil
  }

  /// The bias of a node whose third input it is.
  private func bias(_ index: Int) -> PrunableLayer.Bias {
    let inputs = graph.nodes[index].inputs
    guard inputs.count > 2, let bias = inputs[2] else { return .absent }
    if graph[bias].constant == nil { return .fixed("the bias is computed at run time") }
    if let producer = view.producer(of: bias) {
      return .fixed("the bias is the result of \(graph.nodes[producer].label)")
    }
    return view.hasOneUse(bias) ? .constant(bias) : .fixed("the bias is read elsewhere too")
  }

  private func bias(_ index: Int, of op: Gemm, columns: Int) -> PrunableLayer.Bias {
    if op.beta == 0 { return .fixed("the bias is multiplied by 0") }
    let bias = bias(index)
    guard case .constant(let id) = bias else { return bias }
    guard graph[id].type.shape.isRow(of: columns) else { return .fixed("C is no row") }
    return graph[id].type.shape.elementCount == columns ? bias : .fixed("C is a single number")
  }
}

extension Shape {
  /// Whether a tensor that is broadcast to [N, `columns`] has the same in all rows.
  func isRow(of columns: Int) -> Bool {
    dimensions.dropLast().allSatisfy { $0 == 1 } && (elementCount == 1 || elementCount == columns)
  }
}
