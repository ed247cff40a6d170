internal import Covers

extension StatisticsAccumulator {
  /// Adds gathered positions.
  ///
  /// - Parameters:
  ///   - inputs: X̂, K × n, row-major: what each tap reads at each position.
  ///   - outputs: Y, M × n, row-major.
  ///   - positionCount: n.
  /// - Complexity: Σ k² · n + 2 · M · K · n FLOP over blocks of k taps; scratch for 256 positions.
  package mutating func add(
    inputs: [Float], outputs: [Float], positionCount n: Int, parts: PartLoop = runInOrder
  ) {
    precondition(
      inputs.count == original.taps * n && outputs.count == original.rows * n,
      "\(inputs.count) inputs and \(outputs.count) outputs of \(n) positions")
    var x = [Double](repeating: 0, count: original.taps * RankUpdate.depth)
    var y = [Double](repeating: 0, count: original.rows * RankUpdate.depth)
    for first in stride(from: 0, to: n, by: RankUpdate.depth) {
      let positions = first..<min(first + RankUpdate.depth, n)
      Self.copy(inputs, rowCount: original.taps, stride: n, positions, to: &x)
      Self.copy(outputs, rowCount: original.rows, stride: n, positions, to: &y)
      for tap in 0..<original.taps {
        let start = tap * RankUpdate.depth
        inputSums[tap] += x[start..<start + positions.count].reduce(0, +)
      }
      for row in 0..<original.rows {
        let values = y[row * RankUpdate.depth..<row * RankUpdate.depth + positions.count]
        outputSums[row] += values.reduce(0, +)
        outputSquares[row] += values.reduce(0) { $0 + $1 * $1 }
      }
      if blocks.ranges.count > 1 { subtractOriginal(from: &y, x, positions.count) }
      x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
          guard let x = x.baseAddress, let y = y.baseAddress else { return }
          update(x, y, positionCount: positions.count, parts)
        }
      }
    }
    positionCount += n
  }

  private static func copy(
    _ values: [Float], rowCount: Int, stride: Int, _ positions: Range<Int>,
    to target: inout [Double]
  ) {
    values.withUnsafeBufferPointer { values in
      target.withUnsafeMutableBufferPointer { target in
        for row in 0..<rowCount {
          let (from, to) = (row * stride + positions.lowerBound, row * RankUpdate.depth)
          for index in 0..<positions.count { target[to + index] = Double(values[from + index]) }
        }
      }
    }
  }

  /// Makes R = Y − W₀X̂ of Y, and adds its squares.
  private mutating func subtractOriginal(from y: inout [Double], _ x: [Double], _ n: Int) {
    y.withUnsafeMutableBufferPointer { y in
      x.withUnsafeBufferPointer { x in
        for row in 0..<original.rows {
          let start = row * RankUpdate.depth
          for tap in 0..<original.taps where original[row, tap] != 0 {
            let weight = Double(original[row, tap])
            let input = tap * RankUpdate.depth
            for index in 0..<n { y[start + index] -= weight * x[input + index] }
          }
          for index in 0..<n { residualSquares[row] += y[start + index] * y[start + index] }
        }
      }
    }
  }

  private mutating func update(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, positionCount: Int, _ parts: PartLoop
  ) {
    for (block, taps) in blocks.ranges.enumerated() {
      let update = RankUpdate(
        inputs: x + taps.lowerBound * RankUpdate.depth, inputCount: taps.count,
        positionCount: positionCount)
      let rows = original.rows
      grams[block].lower.withUnsafeMutableBufferPointer { lower in
        crosses[block].withUnsafeMutableBufferPointer { cross in
          guard let lower = lower.baseAddress else { return }
          let cross = cross.baseAddress
          // The longest parts first: rows of the triangle from the end.
          let squares = RankUpdate.partCount(rows: taps.count)
          let products = RankUpdate.partCount(rows: rows)
          parts(squares + products) { part in
            if part < squares {
              update.addSquares(to: lower, part: squares - 1 - part)
            } else if let cross {
              update.addProducts(of: y, outputCount: rows, to: cross, part: part - squares)
            }
          }
        }
      }
    }
  }
}
