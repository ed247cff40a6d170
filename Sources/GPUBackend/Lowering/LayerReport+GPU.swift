internal import Graphs
internal import Runtime
internal import Tensors

extension LayerReport {
  /// Reports what a node became.
  init(_ source: Node, _ node: GPUNode, _ decision: GPUDecision?) {
    self.init(
      source, inputs: node.inputs.map { $0?.type }, outputs: node.outputs, matrix: decision?.matrix,
      engine: decision?.engine, reason: decision?.reason,
      sparseMilliseconds: decision?.sparseSeconds.map { 1000 * $0 },
      denseMilliseconds: decision?.denseSeconds.map { 1000 * $0 }, kernel: decision?.kernel)
  }

  /// Reports a conversion at the graph's edge.
  static func conversion(of name: String, _ reason: String) -> LayerReport {
    LayerReport(name: name, op: "Convert", reason: reason, denseFlops: 0, nonZeroFlops: 0)
  }
}
