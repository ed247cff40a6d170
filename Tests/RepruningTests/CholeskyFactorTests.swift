import Repruning
import Tensors
import Testing

@Suite struct CholeskyFactorTests {
  /// Taps in an order of their own, appended in pieces of all sizes around the block of 32 rows.
  private func pieces(_ count: Int, seed: UInt64) -> [[Int]] {
    var random = SplitMix64(seed: seed)
    var rest = Array(0..<count).shuffled(using: &random)
    var pieces: [[Int]] = []
    while !rest.isEmpty {
      let length = min(rest.count, Int(random.next() % 40))
      pieces.append(Array(rest.prefix(length)))
      rest.removeFirst(length)
    }
    return pieces
  }

  private func equations(taps: Int, inputs: LayerCase.Inputs = .correlated) throws
    -> NormalEquations
  {
    let layer = try LayerCase(rows: 3, taps: taps, positions: 4 * taps + 5, inputs: inputs).make()
    return NormalEquations(try layer.statistics(), block: 0, bias: nil)
  }

  /// The factor with more taps, if the matrix is positive definite.
  private func extended(
    _ factor: CholeskyFactor = CholeskyFactor(), by pieces: [[Int]], _ equations: NormalEquations,
    damping: Double
  ) -> CholeskyFactor? {
    var factor = factor
    for piece in pieces {
      let count = factor.taps.count
      if factor.append(piece, of: equations, damping: damping) { continue }
      #expect(factor.taps.count == count, "nothing is appended")
      return nil
    }
    return factor
  }

  @Test(arguments: [1, 2, 3, 31, 32, 33, 64, 97])
  func solvesWhatEliminationSolves(_ count: Int) throws {
    let equations = try equations(taps: count)
    for damping in [0, 0.5] {
      let factor = try #require(
        extended(by: pieces(count, seed: UInt64(count)), equations, damping: damping))
      let taps = factor.taps
      #expect(taps.sorted() == Array(0..<count))
      let matrix = taps.map { i in
        taps.map { j in equations.gram(i, j) + (i == j ? damping : 0) }
      }
      var sides = (0..<3).map { row in taps.map { equations.cross(row, $0) } }
      let want = sides.map { Oracle.solve(matrix, $0) }
      factor.solve(&sides)
      for (got, want) in zip(sides, want) {
        let largest = want.reduce(0) { max($0, abs($1)) }
        for (g, w) in zip(got, want) {
          #expect(isClose(g, w, 1e-8, scale: largest), "\(g), want \(w)")
        }
      }
      let diagonal = factor.inverseDiagonal()
      for index in taps.indices {
        let unit = taps.indices.map { $0 == index ? 1.0 : 0.0 }
        let want = Oracle.solve(matrix, unit)[index]
        #expect(
          isClose(diagonal[index], want, 1e-9, scale: want), "\(diagonal[index]), want \(want)")
      }
    }
  }

  @Test func takenOffTapsLeaveNoTrace() throws {
    let equations = try equations(taps: 90)
    let first = try #require(extended(by: [Array(0..<40)], equations, damping: 0.1))
    var longer = try #require(extended(first, by: [Array(40..<90)], equations, damping: 0.1))
    longer.truncate(to: 40)
    let solutions = try [first, longer].map { start in
      let factor = try #require(extended(start, by: [[80, 41]], equations, damping: 0.1))
      #expect(factor.taps == Array(0..<40) + [80, 41])
      var sides = [factor.taps.map { Double($0) }]
      factor.solve(&sides)
      return sides
    }
    #expect(solutions[0] == solutions[1])
  }

  @Test func singularMatricesAreRefused() throws {
    for inputs in [LayerCase.Inputs.twins, .constant, .zero] {
      let equations = try equations(taps: 70, inputs: inputs)
      let all = Array(0..<70)
      #expect(extended(by: [all], equations, damping: 0)?.taps == nil, "\(inputs)")
      let damping = 0.01 * equations.meanSquare
      #expect(extended(by: [all], equations, damping: damping)?.taps == all, "\(inputs)")
    }
    // All taps that are no twins, and one that is: whatever sign the rounding of its pivot has.
    let twins = try equations(taps: 70, inputs: .twins)
    let singles = stride(from: 0, to: 70, by: 2).map { $0 }
    #expect(extended(by: [singles], twins, damping: 0)?.taps == singles)
    for twin in stride(from: 1, to: 70, by: 2) {
      #expect(extended(by: [singles + [twin]], twins, damping: 0)?.taps == nil, "tap \(twin)")
    }
    let regular = try equations(taps: 5)
    for damping in [Double.nan, .infinity, -1e9] {
      #expect(extended(by: [[3]], regular, damping: damping)?.taps == nil, "damping \(damping)")
    }
  }
}
