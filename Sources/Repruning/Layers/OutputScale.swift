internal import Graphs
internal import Tensors

/// The BatchNormalization that alone reads a convolution's outputs, as it scales them.
struct OutputScale {
  /// |gain| / √(variance + ε) of each filter. What is nearly zero beside the greatest counts as a millionth
  /// of that, so that filters can be divided by it.
  let factors: [Float]
  /// The sign of each gain; 0 where the filter's factor is not its own.
  let signs: [Float]
  /// What is added to each filter's output, so scaled, behind ``mean`` perhaps.
  let offsets: [Float]
  /// The constant with the means, where this node alone reads it, and where filters without biases have
  /// theirs in it.
  let mean: ValueID?
  /// What the BatchNormalization gives.
  let output: ValueID

  private static let leastFactor: Float = 1e-6

  /// - Returns: `nil` where there is none, or one whose parameters are computed or not finite.
  init?(of node: Int, in view: GraphView, filters: Int, hasBias: Bool) {
    let output = view.node(node).outputs[0]
    guard let next = view.onlyReader(of: output),
      let op = view.node(next).op as? BatchNormalization,
      view.input(next, 0) == output, let gains = view.constant(next, 1)?.floats(),
      let shifts = view.constant(next, 2)?.floats(), let meanID = view.input(next, 3),
      let means = view.constant(meanID), let variances = view.constant(next, 4)?.floats(),
      gains.count == filters, variances.count == filters, shifts.count == filters,
      means.shape.elementCount == filters
    else { return nil }
    let scales = zip(gains, variances).map { abs($0) / ($1 + op.epsilon).squareRoot() }
    guard scales.allSatisfy(\.isFinite), let greatest = scales.max(), greatest > 0 else {
      return nil
    }
    let least = Self.leastFactor * greatest
    factors = scales.map { max($0, least) }
    signs = zip(gains, scales).map { $1 < least ? 0 : $0 < 0 ? -1 : 1 }
    self.output = view.node(next).outputs[0]
    let isOwn =
      view.producer(of: meanID) == nil && view.hasOneUse(meanID) && means.type.element == .float32
    mean = isOwn && !hasBias ? meanID : nil
    // Where the means are the filters' biases, these have them.
    let averages = mean == nil ? means.floats() : [Float](repeating: 0, count: filters)
    offsets = shifts.indices.map { index in
      shifts[index] - gains[index] * averages[index]
        / (variances[index] + op.epsilon).squareRoot()
    }
    guard offsets.allSatisfy(\.isFinite) else { return nil }
  }
}
