internal import Covers
internal import Tensors

extension Refit {
  /// The weights of all filters before they are compared with the old ones, row-major.
  static func solution(
    _ before: FilterWeights, kept: KeptEntries, statistics: LayerStatistics, options: Options,
    _ parts: PartLoop
  ) throws(HewnError) -> (values: [Float], unsolved: [Int]) {
    var values = before.matrix.values
    var unsolved: Set<Int> = []
    for block in statistics.blocks.indices {
      let equations = NormalEquations(
        statistics, block: block, bias: options.refitsBias ? nil : before.bias)
      try values.withUnsafeMutableBufferPointer { buffer throws(HewnError) in
        guard let values = buffer.baseAddress else { return }
        unsolved.formUnion(
          try SharedTaps.factor(equations, kept: kept, damping: options.damping, parts: parts) {
            filters, factor, delta in
            solve(
              filters, factor, equations, original: statistics.original, delta: delta, values)
          })
      }
    }
    return (values, unsolved.sorted())
  }

  /// Filters that are solved for together: L is read once for all of them.
  private static let groupCount = 16

  /// Writes w_S = (LLᵀ)⁻¹ (B_{i,S} + δ w₀,S) for filters of the same S.
  private static func solve(
    _ filters: [Int], _ factor: CholeskyFactor, _ equations: NormalEquations,
    original: FilterMatrix, delta: Double, _ values: UnsafeMutablePointer<Float>
  ) {
    let first = equations.taps.lowerBound
    for start in stride(from: 0, to: filters.count, by: groupCount) {
      let group = filters[start..<min(start + groupCount, filters.count)]
      var sides = group.map { filter in
        factor.taps.map { j in
          equations.cross(filter, j) + delta * Double(original[filter, first + j])
        }
      }
      factor.solve(&sides)
      for (filter, side) in zip(group, sides) {
        for (j, weight) in zip(factor.taps, side) {
          values[filter * original.taps + first + j] = Float(weight)
        }
      }
    }
  }

  /// For each filter the best of: what it was, its old weights with the best bias, the solution.
  static func better(
    _ before: FilterWeights, _ solution: [Float], _ statistics: LayerStatistics, refitsBias: Bool,
    _ parts: PartLoop
  ) throws(HewnError) -> (weights: FilterWeights, before: [Double], after: [Double]) {
    let taps = before.matrix.taps
    var values = solution
    for row in 0..<before.matrix.rows {
      let range = row * taps..<(row + 1) * taps
      if values[range].allSatisfy(\.isFinite) { continue }
      values.replaceSubrange(range, with: before.matrix.values[range])
    }
    let solved = try FilterMatrix(rows: before.matrix.rows, taps: taps, values: values)
    var candidates = [before]
    var errors: [[Double]]
    if refitsBias {
      for matrix in [before.matrix, solved] {
        let bias = statistics.bestBias(of: matrix).map { Float($0) }
        candidates.append(FilterWeights(matrix: matrix, bias: bias))
      }
      errors = statistics.errors(
        of: before.matrix, biases: candidates.dropLast().map(\.bias), parts: parts)
    } else {
      candidates.append(FilterWeights(matrix: solved, bias: before.bias))
      errors = [statistics.errors(of: before, parts: parts)]
    }
    errors.append(statistics.errors(of: candidates[candidates.count - 1], parts: parts))
    var (bias, after) = (before.bias, errors[0])
    values = before.matrix.values
    for row in 0..<before.matrix.rows {
      for (candidate, errors) in zip(candidates, errors).dropFirst() where errors[row] < after[row]
      {
        after[row] = errors[row]
        bias[row] = candidate.bias[row]
        let range = row * taps..<(row + 1) * taps
        values.replaceSubrange(range, with: candidate.matrix.values[range])
      }
    }
    let matrix = try FilterMatrix(rows: before.matrix.rows, taps: taps, values: values)
    return (FilterWeights(matrix: matrix, bias: bias), errors[0], after)
  }
}
