internal import CPUKernels
package import Covers
package import Graphs
package import Runtime
internal import Tensors

/// An operator whose constant weights the backend covers.
protocol CoveredOperator: CPUOperator {
  /// What a node costs, in nanoseconds of one core for a single run of its step.
  ///
  /// - Parameters:
  ///   - inputs: as those of `makeStep`, without places; likewise `outputs`.
  /// - Returns: `nil` for a node whose step takes no covers.
  /// - Precondition: there is no reason to evaluate the node.
  /// - Throws: `unsupported` where `makeStep` does.
  func layerCosts(
    for node: NodeContext, inputs: [Buffer?], outputs: [Buffer], kernels: KernelSet
  ) throws(HewnError) -> LayerCosts?
}

extension CPUBackend {
  /// What each layer of an optimised graph costs as covers and dense, by node: in nanoseconds of one core
  /// for the whole batch.
  ///
  /// Layers are priced as ``compile(_:options:)`` would run them with both engines to choose from, in
  /// the layouts and tiles that it chooses for their present weights. Nodes that the backend computes in
  /// another way are missing: depthwise and transposed convolutions, products of what is computed at run
  /// time, and all that has no kernel.
  ///
  /// Divided by the number of threads, the time of a layer is what a plan reports: handing out parts to all
  /// threads is part of ``LayerFloor/fixed``. There is no floor, as memory traffic is no part of the
  /// predictions.
  ///
  /// - Throws: as ``compile(_:options:)``, but for what packing weights needs.
  /// - Complexity: that of choosing layouts and tiles; no covers are searched.
  package func layerCosts(
    of graph: Graph, options: CompileOptions
  ) throws -> [Int: LayerCosts] {
    let parts = try parts(of: graph, options: options)
    var costs: [Int: LayerCosts] = [:]
    for part in [parts.front, parts.rest].compactMap(\.self) {
      let lowered = try LayoutAssignment.assign(part.graph, contexts: part.contexts)
      for step in lowered.steps {
        guard case .node(let index) = step.operation,
          let op = part.graph.nodes[index].op as? any CoveredOperator
        else { continue }
        let context = part.contexts[index]
        if op.reasonToEvaluate(context) != nil { continue }
        do throws(HewnError) {
          costs[part.nodes.lowerBound + index] = try op.layerCosts(
            for: context, inputs: step.inputs.map { $0.map { lowered.buffers[$0] } },
            outputs: step.outputs.map { lowered.buffers[$0] }, kernels: kernels
          )?.scaled(by: Double(part.runs))
        } catch {
          throw error.at(node: context.label)
        }
      }
    }
    return costs
  }
}
