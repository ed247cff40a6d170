import Covers
import Graphs
import ONNXFormat
import ReferenceBackend
import Repruning
import Tensors

/// Networks as the published rule prunes them: weights outside of blocks are dropped, and all others stay.
///
/// Layers in which the rule finds no block stay as they are, as do those without zeros.
enum PublishedPruning {
  /// Costs decide nothing here: blocks follow from patterns alone.
  private static let costs = CoverCosts(
    leaf: 1, heights: [2, 4].map { .init(height: $0, perTap: 1) })

  /// - Parameter groupCount: the number of groups for so many rows.
  static func write(
    _ path: String, to output: String, groupCount: (Int) -> Int
  ) throws {
    let model = try ONNXModel.read(contentsOf: path)
    let graph = try model.template.bind(ShapeBindings(batch: 1), evaluate: Reference.evaluate)
    var tensors: [String: Tensor] = [:]
    for layer in try PrunableLayers(graph).layers where graph.nodes[layer.node].op is Conv {
      let weights = try layer.filterWeights(in: graph)
      guard weights.contains(where: { $0.matrix.zeroCount > 0 }) else { continue }
      let after = try weights.map { try pruned($0, groupCount: groupCount($0.matrix.rows)) }
      tensors[graph[layer.weights].name] = layer.tensor(of: after, in: graph)
      let dropped = zip(weights, after).reduce(0) {
        $0 + $1.1.matrix.zeroCount - $1.0.matrix.zeroCount
      }
      print("\(layer.label): \(dropped) dropped")
    }
    try model.write(to: output, replacing: tensors)
  }

  private static func pruned(
    _ weights: FilterWeights, groupCount: Int
  ) throws -> FilterWeights {
    let matrix = weights.matrix
    let blocks = PublishedBlocks(matrix, costs: costs, groupCount: groupCount)
    guard blocks.outcome == .blocks else { return weights }
    let values = matrix.values.indices.map {
      blocks.blockTaps[$0 / matrix.taps].contains($0 % matrix.taps) ? matrix.values[$0] : 0
    }
    return FilterWeights(
      matrix: try FilterMatrix(rows: matrix.rows, taps: matrix.taps, values: values),
      bias: weights.bias)
  }
}
