internal import Graphs
internal import Runtime
internal import Tensors

extension LayerReport {
  /// Reports what a node became.
  init(_ source: Node, _ node: GPUNode, _ decision: GPUDecision?) {
    let count = source.op.operationCount(
      inputs: node.inputs.map { $0?.type }, outputs: node.outputs)
    let matrix = decision?.matrix
    let kept = matrix.map { Double($0.weights - $0.zeros) / Double(max(1, $0.weights)) } ?? 1
    let isSparse = decision?.engine == Engine.sparse.rawValue
    let sparse = decision?.sparseSeconds.map { 1000 * $0 }
    let dense = decision?.denseSeconds.map { 1000 * $0 }
    self.init(
      name: source.name, op: source.op.fusedName, matrix: matrix,
      engine: decision?.engine ?? "other", reason: decision?.reason ?? "",
      predictedMilliseconds: isSparse ? sparse : dense, predictedSparseMilliseconds: sparse,
      predictedDenseMilliseconds: dense, denseFlops: count.flops,
      nonZeroFlops: Int(saturating: Double(count.flops) * kept), kernel: decision?.kernel)
  }

  /// Reports a conversion at the graph's edge.
  static func conversion(of name: String, _ reason: String) -> LayerReport {
    LayerReport(name: name, op: "Convert", reason: reason, denseFlops: 0, nonZeroFlops: 0)
  }
}
