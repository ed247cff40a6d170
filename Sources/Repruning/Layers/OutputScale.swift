internal import Graphs
internal import Tensors

/// The BatchNormalization that alone reads a convolution's outputs, as it scales them.
struct OutputScale {
  /// |gain| / √(variance + ε) of each filter. What is nearly zero beside the greatest counts as a millionth
  /// of that, so that filters can be divided by it.
  let factors: [Float]
  /// The constant with the means, where this node alone reads it.
  let mean: ValueID?

  private static let leastFactor: Float = 1e-6

  /// - Returns: `nil` where there is none, or one whose parameters are computed or not finite.
  init?(
    of node: Int, in graph: Graph, producers: [Int?], consumers: [[Int]], readerCounts: [Int],
    filters: Int
  ) {
    let output = graph.nodes[node].outputs[0]
    guard readerCounts[output.index] == 1, let next = consumers[output.index].first,
      let op = graph.nodes[next].op as? BatchNormalization
    else { return nil }
    let inputs = graph.nodes[next].inputs
    guard inputs.count == 5, inputs[0] == output, let gainID = inputs[1], let meanID = inputs[3],
      let varianceID = inputs[4], let gains = graph[gainID].constant?.floats(),
      let variances = graph[varianceID].constant?.floats(),
      let means = graph[meanID].constant, gains.count == filters, variances.count == filters
    else { return nil }
    let scales = zip(gains, variances).map { abs($0) / ($1 + op.epsilon).squareRoot() }
    guard scales.allSatisfy(\.isFinite), let greatest = scales.max(), greatest > 0 else {
      return nil
    }
    factors = scales.map { max($0, Self.leastFactor * greatest) }
    let isOwn =
      producers[meanID.index] == nil && readerCounts[meanID.index] == 1
      && means.type.element == .float32
      && means.shape.elementCount == filters
    mean = isOwn ? meanID : nil
  }
}
