package import Covers
internal import GPUKernels
package import Graphs
package import Runtime
package import Tensors

/// An operator that is one convolution whose weights are covered.
protocol GPUCoveredOperator: GPUOperator {
  /// Whether it is such a convolution at a node, and no kernel of another kind computes it.
  func coversWeights(of node: GPUNode) -> Bool

  /// What the node computes.
  ///
  /// - Parameters:
  ///   - input: the first input.
  ///   - residual: what the operator adds to the output, where it adds something.
  /// - Precondition: there is no obstacle, and weights are covered.
  func work(
    _ node: GPUNode, input: GPUTensor, output: GPUTensor, residual: GPUTensor?
  ) throws(HewnError) -> BlockWork
}

extension GPUCoveredOperator {
  func coversWeights(of node: GPUNode) -> Bool { true }
}

extension GPUBackend {
  /// What each layer of an optimised graph costs as covers and dense, by node: in nanoseconds of the GPU for
  /// the whole batch.
  ///
  /// Layers are priced by the cost model and the precision that ``compile(_:options:)`` would choose kernels
  /// by, whatever the engine, with a tiling for pruned filters (``ConvolutionPlanner/price(_:_:)``). Nodes that the
  /// backend computes in another way, or not at all, are missing: depthwise and transposed convolutions, products of
  /// what is computed at run time, and all that has no kernel.
  ///
  /// The floor is the least that the layer is predicted to take: memory traffic, staging of inputs, and the start
  /// of kernels.
  ///
  /// - Throws: as ``compile(_:options:)`` for the layers that it would compile.
  /// - Complexity: that of choosing tilings and of packing dense layers; no covers are searched.
  package func layerCosts(
    of graph: Graph, options: CompileOptions
  ) throws -> [Int: LayerCosts] {
    var costs: [Int: LayerCosts] = [:]
    for index in graph.nodes.indices {
      costs[index] = try priced(index, of: graph, options: options)?.costs
    }
    return costs
  }

  /// The convolution of a node, and what it costs; `nil` for a node whose weights are not covered.
  ///
  /// - Throws: as ``layerCosts(of:options:)``.
  package func priced(
    _ index: Int, of graph: Graph, options: CompileOptions
  ) throws(HewnError) -> PricedConvolution? {
    let node = GPUNode(graph.nodes[index], index: index, graph)
    guard let op = graph.nodes[index].op as? any GPUCoveredOperator,
      graph.nodes[index].outputs.contains(where: { graph[$0].constant == nil }),
      op.obstacle(for: node) == nil, op.coversWeights(of: node), let input = node.inputs[0]
    else { return nil }
    let target = GPUTarget(figures: figures, precision: options.precision, engine: options.engine)
    do throws(HewnError) {
      // Predictions need no more of a tensor than its shape.
      let output = try GPUTensor(unplaced: node.outputs[0].shape, target.element)
      let work = try op.work(
        node, input: try GPUTensor(unplaced: input.shape, target.element), output: output,
        residual: output)
      return try ConvolutionPlanner(target: target).price(work.problem, work.branches)
    } catch {
      throw error.at(node: node.label)
    }
  }
}
