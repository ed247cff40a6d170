import Covers
import Repruning
import Tensors
import Testing

@Suite struct RefitTests {
  private static let options = [0, 0.01, 0.3].flatMap { relative in
    [false, true].flatMap { fillsSlots in
      [false, true].map { refitsBias in
        Refit.Options(
          damping: Damping(relative: relative), fillsSlots: fillsSlots, refitsBias: refitsBias)
      }
    }
  }

  @Test(arguments: LayerCase.regular)
  func weightsAreThoseOfDenseLeastSquares(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    let (cover, bias) = (layer.cover(), layer.weights.bias)
    for options in Self.options {
      let refit = try Refit(cover, bias: bias, statistics: statistics, options: options)
      let kept = KeptEntries(cover, fillsSlots: options.fillsSlots)
      let delta =
        options.damping.relative
        * Oracle.meanSquare(layer.x, centred: options.refitsBias)
      #expect(refit.unsolvedFilters.isEmpty)
      for row in 0..<layer.rows {
        let want = Oracle.fit(
          inputs: layer.x, outputs: layer.y[row], taps: (0..<layer.taps).filter { kept[row, $0] },
          bias: options.refitsBias ? nil : Double(bias[row]), delta: delta,
          original: layer.weights.matrix.doubles(row))
        let got = refit.weights.matrix.doubles(row)
        let largest = want.weights.reduce(1e-3) { max($0, abs($1)) }
        for (g, w) in zip(got, want.weights) {
          #expect(isClose(g, w, 2e-7, scale: largest), "\(options), row \(row): \(g), want \(w)")
        }
        let gotBias = Double(refit.weights.bias[row])
        #expect(isClose(gotBias, want.bias, 1e-6, scale: 1 + abs(want.bias)), "\(options)")
        let error = Oracle.error(
          inputs: layer.x, outputs: layer.y[row], weights: want.weights, bias: want.bias)
        // At a minimum the error does not see the rounding of weights, elsewhere it does.
        let tolerance = options.damping.relative == 0 ? 1e-10 : 1e-6
        #expect(
          isClose(
            refit.errorsAfter[row], error, tolerance, scale: Oracle.dot(layer.y[row], layer.y[row])),
          "\(options), row \(row): error \(refit.errorsAfter[row]), want \(error)")
      }
    }
  }

  @Test(arguments: LayerCase.regular)
  func sharedFactorsChangeNothing(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    let cover = layer.cover()
    let matrix = cover.multipliedOut()
    let tree = try Refit(cover, bias: layer.weights.bias, statistics: statistics)
    for row in 0..<layer.rows {
      // Alone: all other rows are zero.
      let values = matrix.values.enumerated().map { $0 / layer.taps == row ? $1 : 0 }
      let alone = try Refit(
        .leavesOnly(FilterMatrix(rows: layer.rows, taps: layer.taps, values: values)),
        bias: layer.weights.bias, statistics: statistics)
      let (got, want) = (tree.weights.matrix.doubles(row), alone.weights.matrix.doubles(row))
      let largest = want.reduce(1e-3) { max($0, abs($1)) }
      for (g, w) in zip(got, want) { #expect(isClose(g, w, 2e-7, scale: largest), "row \(row)") }
    }
  }

  @Test func theLoopOverPartsChangesNothing() throws {
    for layerCase in LayerCase.all {
      let layer = try layerCase.make()
      let statistics = try layer.statistics()
      let cover = layer.cover()
      var options = Refit.Options(fillsSlots: true)
      options.damping.relative = 0
      let want = try Refit(
        cover, bias: layer.weights.bias, statistics: statistics, options: options)
      for (name, loop) in partLoops {
        let got = try Refit(
          cover, bias: layer.weights.bias, statistics: statistics, options: options, parts: loop)
        #expect(got.weights.matrix == want.weights.matrix, "\(layerCase), \(name)")
        #expect(got.weights.bias == want.weights.bias, "\(layerCase), \(name)")
        #expect(got.unsolvedFilters == want.unsolvedFilters, "\(layerCase), \(name)")
      }
    }
  }

  @Test(arguments: LayerCase.all) func errorsNeverRise(_ layerCase: LayerCase) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      var layerCase = layerCase
      layerCase.seed = seed
      layerCase.drift = seed == 1 ? 0 : 0.2
      let layer = try layerCase.make()
      for limit in [layer.taps, (layer.taps + 2) / 3] {
        let blocks = TapBlocks(channels: layer.taps, tapsPerChannel: 1, limit: limit)
        let statistics = try layer.statistics(blocks: blocks)
        for cover in [layer.cover(price: 0.3), layer.cover(price: 2, greedy: false)] {
          let before = FilterWeights(matrix: cover.multipliedOut(), bias: layer.weights.bias)
          for options in Self.options {
            let refit = try Refit(
              cover, bias: before.bias, statistics: statistics, options: options)
            let label = "\(layerCase), \(options), \(blocks.ranges.count) blocks"
            #expect(refit.errorsBefore == statistics.errors(of: before), "\(label)")
            #expect(refit.errorsAfter == statistics.errors(of: refit.weights), "\(label)")
            for row in 0..<layer.rows {
              #expect(refit.errorsAfter[row] <= refit.errorsBefore[row], "\(label), row \(row)")
            }
            expectZeros(refit.weights.matrix, outside: cover, options.fillsSlots, label)
            if !options.refitsBias { #expect(refit.weights.bias == before.bias, "\(label)") }
            guard blocks.ranges.count == 1 else { continue }
            // The same by the definition, up to the rounding of sums.
            let truth = (layer.errors(of: before), layer.errors(of: refit.weights))
            for row in 0..<layer.rows {
              let values = before.matrix.doubles(row)
              let scale =
                Oracle.dot(layer.y[row], layer.y[row])
                + zip(values, layer.x).reduce(0) { $0 + $1.0 * $1.0 * Oracle.dot($1.1, $1.1) }
                * Double(layer.taps)
              #expect(truth.1[row] <= truth.0[row] + 1e-11 * scale, "\(label), row \(row)")
            }
          }
        }
      }
    }
  }

  private func expectZeros(
    _ matrix: FilterMatrix, outside cover: Cover, _ fillsSlots: Bool, _ label: String
  ) {
    let before = cover.multipliedOut()
    let slots = KeptEntries(cover, fillsSlots: true)
    for row in 0..<matrix.rows {
      for tap in 0..<matrix.taps where matrix[row, tap] != 0 {
        #expect(
          fillsSlots ? slots[row, tap] : before[row, tap] != 0,
          "\(label): (\(row), \(tap)) is filled")
      }
    }
  }

  @Test func filledSlotsLowerTheError() throws {
    let layer = try LayerCase(rows: 16, taps: 35, positions: 600, drift: 0.2).make()
    let (statistics, cover) = (try layer.statistics(), layer.cover())
    #expect(cover.filledSlots > 0)
    let errors = try [false, true].map { fillsSlots in
      try Refit(
        cover, bias: layer.weights.bias, statistics: statistics,
        options: .init(damping: Damping(relative: 0), fillsSlots: fillsSlots)
      ).errorsAfter.reduce(0, +)
    }
    #expect(errors[1] < errors[0])
  }

  @Test func biasesLeaveNoMeanResidual() throws {
    let layer = try LayerCase(rows: 8, taps: 13, positions: 255, drift: 0.3).make()
    let refit = try Refit(
      layer.cover(), bias: layer.weights.bias, statistics: try layer.statistics())
    for row in 0..<layer.rows {
      let weights = refit.weights.matrix.doubles(row)
      let sum = (0..<layer.positions).reduce(0.0) { sum, position in
        let product = (0..<layer.taps).reduce(0) { $0 + weights[$1] * layer.x[$1][position] }
        return sum + layer.y[row][position] - product - Double(refit.weights.bias[row])
      }
      #expect(abs(sum / Double(layer.positions)) < 1e-6)
    }
  }

  @Test func inputsThatDoNotVaryLeaveTheWeights() throws {
    let layer = try LayerCase(rows: 8, taps: 13, positions: 50, inputs: .zero, drift: 0).make()
    let cover = layer.cover()
    let refit = try Refit(
      cover, bias: [Float](repeating: 9, count: 8), statistics: try layer.statistics())
    #expect(refit.weights.matrix == cover.multipliedOut())
    #expect(refit.weights.bias == layer.weights.bias)
    #expect(refit.unsolvedFilters.isEmpty)
  }

  // Taps 2k and 2k + 1 read the same: a filter that keeps both has no unique solution.
  @Test func dampingIsRaisedWhereTheMatrixIsSingular() throws {
    let layer = try LayerCase(rows: 8, taps: 12, positions: 200, inputs: .twins, drift: 0).make()
    let statistics = try layer.statistics()
    let (cover, bias) = (layer.cover(), layer.weights.bias)
    let before = cover.multipliedOut()
    let singular = (0..<8).filter { row in
      (0..<6).contains { before[row, 2 * $0] != 0 && before[row, 2 * $0 + 1] != 0 }
    }
    #expect(!singular.isEmpty && singular.count < 8, "a case of both kinds: \(singular)")
    let never = try Refit(
      cover, bias: bias, statistics: statistics,
      options: .init(damping: Damping(relative: 0, maximumRaises: 0)))
    #expect(never.unsolvedFilters == singular)
    for row in singular { #expect(never.weights.matrix.doubles(row) == before.doubles(row)) }
    let once = try Refit(
      cover, bias: bias, statistics: statistics,
      options: .init(damping: Damping(relative: 0, maximumRaises: 1)))
    #expect(once.unsolvedFilters.isEmpty)
    for row in 0..<8 {
      // One tap of each pair says all that both do.
      let kept = (0..<6).compactMap { pair in
        (2 * pair...2 * pair + 1).first { before[row, $0] != 0 }
      }
      let want = Oracle.fit(
        inputs: layer.x, outputs: layer.y[row], taps: kept, bias: nil, delta: 0,
        original: before.doubles(row))
      let error = Oracle.error(
        inputs: layer.x, outputs: layer.y[row], weights: want.weights, bias: want.bias)
      #expect(
        isClose(once.errorsAfter[row], error, 1e-8, scale: Oracle.dot(layer.y[row], layer.y[row])))
    }
  }

  @Test(arguments: LayerCase.regular)
  func blocksAreFittedToTheirShares(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    guard layer.taps >= 2 else { return }
    let blocks = TapBlocks(channels: layer.taps, tapsPerChannel: 1, limit: (layer.taps + 1) / 2)
    let statistics = try layer.statistics(blocks: blocks)
    let cover = layer.cover()
    let bias = layer.weights.bias
    let matrix = cover.multipliedOut()
    for isKept in [false, true] {
      let refit = try Refit(
        cover, bias: bias, statistics: statistics,
        options: .init(damping: Damping(relative: 0), refitsBias: !isKept))
      for row in 0..<layer.rows where refit.errorsAfter[row] < refit.errorsBefore[row] {
        let original = layer.weights.matrix.doubles(row)
        let shares = blocks.ranges.map { taps in
          (0..<layer.positions).map { position in
            let all = (0..<layer.taps).reduce(0) { $0 + original[$1] * layer.x[$1][position] }
            let own = taps.reduce(0) { $0 + original[$1] * layer.x[$1][position] }
            return own + (layer.y[row][position] - Double(bias[row]) - all) / 2
          }
        }
        for (taps, share) in zip(blocks.ranges, shares) {
          let want = Oracle.fit(
            inputs: layer.x, outputs: share, taps: taps.filter { matrix[row, $0] != 0 },
            bias: isKept ? 0 : nil, delta: 0, original: original)
          let largest = want.weights.reduce(1e-3) { max($0, abs($1)) }
          let got = refit.weights.matrix.doubles(row)
          for tap in taps {
            #expect(
              isClose(got[tap], want.weights[tap], 2e-7, scale: largest), "row \(row), tap \(tap)")
          }
        }
      }
    }
  }
}
