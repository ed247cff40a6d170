import CPUBackend
import Covers
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import Testing

/// Compares what layers cost, as values, with what a plan of the same graph reports.
struct LayerCostsCase {
  let graph: Graph
  let backend: CPUBackend
  let options: CompileOptions

  /// The difference to a plan where every term of a layer is in its costs: reports add up rounded picoseconds.
  static let exactTolerance = 1e-3
  /// Likewise where times are multiplied by what is no power of two, so that ties between pairings fall in
  /// another way.
  static let roundedTolerance = 0.02
  /// Likewise where taps are staged in several chunks, as leaves are not spread evenly over them, and rows
  /// without weights in the first one are started there: in a layer of few weights that is a share.
  static let chunkedTolerance = 0.06

  /// What differs, in words, and how many layers were compared by their covers.
  func failures() throws -> (failures: [String], comparedCount: Int) {
    let costs = try backend.layerCosts(of: graph, options: options)
    let layers = try backend.compile(graph, options: options).layers
    var failures: [String] = []
    var comparedCount = 0
    for (index, node) in graph.nodes.enumerated() {
      let reports = layers.filter { $0.name == node.name && $0.matrix != nil }
      guard let report = reports.first, let costs = costs[index] else {
        if reports.isEmpty != (costs[index] == nil) {
          failures.append("\(node.label): \(reports.count) reports, costs \(costs[index] != nil)")
        }
        continue
      }
      let threads = Double(options.threads)
      func compare(_ what: String, _ got: Double, _ milliseconds: Double?, _ tolerance: Double) {
        guard let milliseconds else { return }
        let want = milliseconds * 1e6 * threads
        if !(abs(got - want) <= tolerance * want) {
          failures.append("\(node.label), \(what): \(got) ns, want \(want)")
        }
      }
      compare("dense", costs.denseTime, report.predictedDenseMilliseconds, Self.exactTolerance)
      guard report.predictedSparseMilliseconds != nil else { continue }
      let matrices = try graph.filterMatrices(of: node)
      let time = matrices.reduce(0) {
        let tree = RowTree.greedy($1, costs: costs.covers)
        return $0 + (Cover.exact($1, costs: costs.covers, tree: tree).predictedCost ?? .nan)
      }
      let isChunked = matrices.contains { $0.taps > costs.covers.tapsPerChunk }
      let images = self.graph[node.outputs[0]].type.shape[0]
      compare(
        "sparse", costs.floor.time(covers: time), report.predictedSparseMilliseconds,
        isChunked
          ? Self.chunkedTolerance
          : images.nonzeroBitCount != 1 ? Self.roundedTolerance : Self.exactTolerance)
      comparedCount += 1
    }
    return (failures, comparedCount)
  }
}

extension Graph {
  /// The filter matrices of a convolution or a product with a constant on the right.
  func filterMatrices(of node: Node) throws -> [FilterMatrix] {
    let id = try #require(node.inputs[1])
    let weights = try #require(self[id].constant)
    switch node.op {
    case let op as Conv:
      let values = weights.floats()
      let count = values.count / op.groups
      let rows = weights.shape[0] / op.groups
      return try (0..<op.groups).map {
        try FilterMatrix(
          rows: rows, taps: count / rows, values: Array(values[$0 * count..<($0 + 1) * count]))
      }
    case let op as Gemm:
      return [try FilterMatrix(weights, transposed: op.transposesB, scale: op.alpha)]
    default:
      return [try FilterMatrix(weights, transposed: false, scale: 1)]
    }
  }
}
