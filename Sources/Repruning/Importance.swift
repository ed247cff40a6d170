package import Covers
package import Tensors

/// What dropping each weight of a layer costs, as a part of the layer's outputs.
///
/// An importance is the rise of the layer's error over ‖Y‖². Times a_l, the loss of the network for one
/// unit of this layer's relative error, it is loss, and comparable between layers.
package struct Importance: Hashable, Sendable {
  /// s, row-major as the filter matrix; zero where a weight is.
  package let values: [Float]
  /// The filters that have ``Measure/inputPower`` instead, because their matrix could not be
  /// inverted.
  package let unsolvedFilters: [Int]

  package enum Measure: String, CaseIterable, Sendable {
    /// w² / ‖W‖²: the relative error if inputs were uncorrelated and of equal power. Needs no data.
    case magnitude
    /// w² · Ĥⱼⱼ / ‖Y‖²: the rise when the other weights stay as they are, at a minimum of the error.
    case inputPower = "input-power"
    /// w² / [(Ĥ_SS + δI)⁻¹]ⱼⱼ / ‖Y‖²: the rise when the other kept weights of the filter, S, are
    /// refitted (Optimal Brain Surgeon; Hassibi and Stork, NIPS 1992).
    case optimalBrainSurgeon = "optimal-brain-surgeon"
  }

  /// - Parameters:
  ///   - kept: S; nil for the weights that are not zero.
  ///   - bias: the biases where they are kept; nil where a refit finds them too.
  /// - Throws: `outOfMemory`.
  /// - Complexity: O(M·K); for `optimalBrainSurgeon` two thirds of |S|³ FLOP for each different S.
  package init(
    _ measure: Measure, of weights: FilterMatrix, statistics: LayerStatistics,
    kept: KeptEntries? = nil, bias: [Float]? = nil, damping: Damping = Damping(),
    parts: PartLoop = runInOrder
  ) throws(HewnError) {
    precondition(weights.rows == statistics.rows && weights.taps == statistics.taps)
    guard measure != .magnitude else {
      values = Self.magnitudes(of: weights)
      unsolvedFilters = []
      return
    }
    var rises = [Double](repeating: 0, count: weights.values.count)
    var unsolved: Set<Int> = []
    for block in statistics.blocks.indices {
      let equations = NormalEquations(statistics, block: block, bias: bias)
      for filter in 0..<weights.rows {
        for (j, tap) in equations.taps.enumerated() where weights[filter, tap] != 0 {
          rises[filter * weights.taps + tap] = equations.gram(j, j) * weights.square(filter, tap)
        }
      }
      if measure == .optimalBrainSurgeon {
        unsolved.formUnion(
          try Self.surgeon(
            weights, equations, kept: kept ?? KeptEntries(nonZerosOf: weights), damping, parts,
            &rises))
      }
    }
    values = rises.map { Self.bounded(statistics.relative($0)) }
    unsolvedFilters = unsolved.sorted()
  }

  /// The importances that layers without calibration data have.
  package init(magnitudesOf weights: FilterMatrix) {
    values = Self.magnitudes(of: weights)
    unsolvedFilters = []
  }

  /// The importances by magnitude.
  package static func magnitudes(of weights: FilterMatrix) -> [Float] {
    let total = weights.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return weights.values.map { $0 == 0 ? 0 : bounded(Double($0) * Double($0) / total) }
  }

  /// Lowers rises to what they are when the other kept weights are refitted.
  ///
  /// The rise without a refit is a bound, which damping would exceed at taps that have no input.
  private static func surgeon(
    _ weights: FilterMatrix, _ equations: NormalEquations, kept: KeptEntries, _ damping: Damping,
    _ parts: PartLoop, _ rises: inout [Double]
  ) throws(HewnError) -> [Int] {
    try rises.withUnsafeMutableBufferPointer { buffer throws(HewnError) in
      guard let rises = buffer.baseAddress else { return [] }
      return try SharedTaps.factor(equations, kept: kept, damping: damping, parts: parts) {
        filters, factor, _ in
        let inverse = factor.inverseDiagonal()
        for filter in filters {
          for (j, diagonal) in zip(factor.taps, inverse) {
            let tap = equations.taps.lowerBound + j
            let index = filter * weights.taps + tap
            rises[index] = min(rises[index], weights.square(filter, tap) / diagonal)
          }
        }
      }
    }
  }

  /// The nearest importance that a price can be made of.
  private static func bounded(_ value: Double) -> Float {
    Float(min(max(value, 0), Double(Float.greatestFiniteMagnitude)))
  }
}

extension FilterMatrix {
  fileprivate func square(_ row: Int, _ tap: Int) -> Double {
    Double(self[row, tap]) * Double(self[row, tap])
  }
}
