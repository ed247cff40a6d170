/// Least squares by the definition: no sums are kept, every number is computed from the data.
enum Oracle {
  /// Solves Ax = b by elimination with pivots.
  static func solve(_ a: [[Double]], _ b: [Double]) -> [Double] {
    var rows = zip(a, b).map { $0 + [$1] }
    let n = b.count
    for column in 0..<n {
      let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      for row in column + 1..<max(n, column + 1) {
        let factor = rows[row][column] / rows[column][column]
        for k in column...n { rows[row][k] -= factor * rows[column][k] }
      }
    }
    var x = [Double](repeating: 0, count: n)
    for row in (0..<n).reversed() {
      let known = (row + 1..<max(n, row + 1)).reduce(0) { $0 + rows[row][$1] * x[$1] }
      x[row] = (rows[row][n] - known) / rows[row][row]
    }
    return x
  }

  /// The weights, zero outside of `taps`, and the bias that minimise
  /// Σ (y − w·x − b)² + δ Σ (w − w₀)².
  ///
  /// - Parameter bias: the bias that is kept; nil where it is found too.
  static func fit(
    inputs: [[Double]], outputs: [Double], taps: [Int], bias: Double?, delta: Double,
    original: [Double]
  ) -> (weights: [Double], bias: Double) {
    // The unknowns: the weights of `taps`, and the factor of a row of ones.
    var columns = taps.map { inputs[$0] }
    var targets = outputs
    if let bias {
      for index in targets.indices { targets[index] -= bias }
    } else {
      columns.append([Double](repeating: 1, count: outputs.count))
    }
    var matrix = columns.map { a in columns.map { b in dot(a, b) } }
    var sides = columns.map { dot($0, targets) }
    for (index, tap) in taps.enumerated() {
      matrix[index][index] += delta
      sides[index] += delta * original[tap]
    }
    let solution = solve(matrix, sides)
    var weights = [Double](repeating: 0, count: inputs.count)
    for (index, tap) in taps.enumerated() { weights[tap] = solution[index] }
    return (weights, bias ?? solution[taps.count])
  }

  /// Σ (y − w·x − b)².
  static func error(
    inputs: [[Double]], outputs: [Double], weights: [Double], bias: Double
  ) -> Double {
    outputs.indices.reduce(0) { sum, position in
      var residual = outputs[position] - bias
      for tap in weights.indices { residual -= weights[tap] * inputs[tap][position] }
      return sum + residual * residual
    }
  }

  /// The mean of the squares of all inputs about their means, or about zero, summed over positions.
  static func meanSquare(_ inputs: [[Double]], centred: Bool) -> Double {
    let squares = inputs.map { centred ? deviations($0) : $0 }.map { dot($0, $0) }
    return squares.reduce(0, +) / Double(max(1, squares.count))
  }

  static func deviations(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 - mean }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
