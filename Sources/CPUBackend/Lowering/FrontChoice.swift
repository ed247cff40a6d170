internal import Graphs
internal import Tensors

/// Decides how many of a graph's first nodes run image by image, by what that is predicted to save.
///
/// Image by image, activations stay in a core's caches where those of a batch go through memory; but
/// images cannot lie in a vector's lanes, weights are read again for every image, and what leaves these
/// nodes is converted. Predictions are rough: traffic at fixed rates, multiply-adds by the cost table, one
/// core. They do not depend on the number of threads, so that neither do results.
struct FrontChoice {
  let nodeCount: Int

  init(_ nodes: SeparableNodes, target: NodeContext.Target) {
    var costs = FrontCosts(nodes, target)
    var best = (nodeCount: 0, time: 0.0)
    var saved = 0.0
    for (index, crossing) in nodes.crossingFloatCounts().enumerated() {
      saved += costs.saved(by: nodes.graph.nodes[index])
      let time = costs.conversion(floatCount: crossing) - saved
      if time < best.time { best = (index + 1, time) }
    }
    nodeCount = best.nodeCount
  }
}

/// Times in nanoseconds for a whole batch.
private struct FrontCosts {
  /// Filters, and the bytes that are read of them.
  private struct Weights {
    var kept = 0.0
    var all = 0.0
    var byteCount = 0.0
  }

  private let graph: Graph
  private let imageCount: Int
  private let costs: CPUCostTable
  /// Floats of the kernels' vectors, and images in a cell when the whole batch runs.
  private let vectorLanes: Int
  private let lanes: Int
  /// Bytes of all weights so far: they stay where they all have room.
  private var weightByteCount = 0.0

  init(_ nodes: SeparableNodes, _ target: NodeContext.Target) {
    graph = nodes.graph
    imageCount = nodes.imageCount
    costs = target.costs
    vectorLanes = target.vectorLanes
    lanes = target.lanes(images: nodes.imageCount)
  }

  /// What running the next node image by image saves.
  mutating func saved(by node: Node) -> Double {
    let bytes = 4 * activationFloatCount(of: node)
    let ofImage = bytes / Double(imageCount)
    let traffic =
      bytes
      * (costs.byteTime(residentByteCount: bytes) - costs.byteTime(residentByteCount: ofImage))
    let weights = Self.weights(of: node, graph)
    weightByteCount += weights.byteCount
    let reading =
      Double(imageCount - 1) * weights.byteCount
      * costs.byteTime(residentByteCount: weightByteCount)
    return traffic - reading - lostTime(of: node, weights)
  }

  /// What converting values at the end of the front takes: to rows, and from there to cells.
  func conversion(floatCount: Double) -> Double {
    4 * floatCount * costs.memoryByteTime * (lanes > 1 ? 3 : 2)
  }

  private func activationFloatCount(of node: Node) -> Double {
    var values = node.outputs
    for case let input? in node.inputs where graph[input].constant == nil { values.append(input) }
    return values.reduce(0) { $0 + Double(graph[$1].type.shape.elementCount) }
  }

  /// The filters of a convolution; none of other nodes.
  private static func weights(of node: Node, _ graph: Graph) -> Weights {
    guard node.inputs.count > 1, let input = node.inputs[1], let tensor = graph[input].constant,
      tensor.element == .float32, tensor.shape.rank > 2
    else { return Weights() }
    let kept = tensor.withElements(as: Float.self) { values in
      values.reduce(0) { $0 &+ ($1 == 0 ? 0 : 1) }
    }
    let all = Double(tensor.shape.elementCount)
    // A leaf is a weight and an index.
    return Weights(
      kept: Double(kept), all: all, byteCount: min(4 * all, 8 * Double(kept)))
  }

  /// What the multiply-adds of a convolution take longer with rows in the vectors than with images.
  private func lostTime(of node: Node, _ weights: Weights) -> Double {
    guard lanes > 1, weights.all > 0, let input = node.inputs[0] else { return 0 }
    // Each weight meets every pixel of a plane: of the output's, or of a transposed convolution's input.
    let plane = graph[node.op is ConvTranspose ? input : node.outputs[0]].type.shape
    guard plane.rank > 2 else { return 0 }
    let width = plane[plane.rank - 1]
    let height = plane.dimensions[2..<(plane.rank - 1)].reduce(1, *)
    let inCells = Double(height * width * imageCount.roundedUp(to: lanes) / lanes)
    // Flat runs over rows and the gaps between them.
    let run = (height * (width + 1) + vectorLanes - 1) / vectorLanes
    let kernel = node.inputs[1].map { graph[$0].type.shape.dimensions[2...] } ?? []
    let isWindow = kernel.contains { $0 > 1 }
    func time(_ taps: [[Double]]) -> Double {
      min(weights.kept * taps.leafVectorTime, weights.all * taps.denseVectorTime)
    }
    return time(isWindow ? costs.unalignedTap : costs.tap) * Double(run * imageCount)
      - time(costs.tap) * inCells
  }
}

extension [[Double]] {
  /// The time of a multiply-add of a vector and a single weight, by the times of taps.
  fileprivate var leafVectorTime: Double { vectorTime(rows: 1) }

  /// Likewise of dense weights, with the block that shares its loads best.
  fileprivate var denseVectorTime: Double {
    indices.dropFirst().filter { self[$0].count > 1 }.map(vectorTime).min() ?? 0
  }

  private func vectorTime(rows: Int) -> Double {
    guard indices.contains(rows), self[rows].count > 1, let widest = self[rows].last else {
      return 0
    }
    return widest / Double(rows * (self[rows].count - 1))
  }
}
