import Covers
import Repruning
import Tensors
import Testing

@Suite struct ImportanceTests {
  private let undamped = Damping(relative: 0)

  /// A layer at the minimum of its error, where importances are exact.
  private func optimum(
    _ layer: Layer, _ statistics: LayerStatistics, refitsBias: Bool
  ) throws -> (cover: Cover, weights: FilterWeights) {
    let cover = layer.cover(price: 0.4)
    let refit = try Refit(
      cover, bias: layer.weights.bias, statistics: statistics,
      options: .init(damping: undamped, fillsSlots: true, refitsBias: refitsBias))
    return (cover, refit.weights)
  }

  @Test(arguments: LayerCase.regular)
  func surgeonIsTheRiseAfterRefittingAllOthers(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    for refitsBias in [true, false] {
      let (cover, weights) = try optimum(layer, statistics, refitsBias: refitsBias)
      let kept = KeptEntries(cover, fillsSlots: true)
      let got = try Importance(
        .optimalBrainSurgeon, of: weights.matrix, statistics: statistics, kept: kept,
        bias: refitsBias ? nil : weights.bias, damping: undamped)
      #expect(got.unsolvedFilters.isEmpty)
      for row in 0..<min(layer.rows, 4) {
        let taps = (0..<layer.taps).filter { kept[row, $0] }
        func least(_ taps: [Int]) -> Double {
          let fit = Oracle.fit(
            inputs: layer.x, outputs: layer.y[row], taps: taps,
            bias: refitsBias ? nil : Double(weights.bias[row]), delta: 0,
            original: layer.weights.matrix.doubles(row))
          return Oracle.error(
            inputs: layer.x, outputs: layer.y[row], weights: fit.weights, bias: fit.bias)
        }
        let all = least(taps)
        for tap in 0..<layer.taps {
          let value = Double(got.values[row * layer.taps + tap])
          guard weights.matrix[row, tap] != 0 else {
            #expect(value == 0)
            continue
          }
          let want = (least(taps.filter { $0 != tap }) - all) / layer.energy
          #expect(
            isClose(value, want, 1e-5, scale: want + 1e-7),
            "(\(row), \(tap)): \(value), want \(want)")
        }
      }
    }
  }

  /// With inputs that have not moved, the original weights minimise the damped error too.
  @Test func dampedSurgeonIsTheRiseOfTheDampedError() throws {
    let layer = try LayerCase(rows: 4, taps: 18, positions: 200, inputs: .correlated, drift: 0)
      .make()
    let statistics = try layer.statistics()
    let delta = 0.1 * Oracle.meanSquare(layer.x, centred: true)
    let got = try Importance(
      .optimalBrainSurgeon, of: layer.weights.matrix, statistics: statistics,
      damping: Damping(relative: 0.1))
    for row in 0..<4 {
      let original = layer.weights.matrix.doubles(row)
      let kept = (0..<18).filter { original[$0] != 0 }
      for tap in kept {
        let fit = Oracle.fit(
          inputs: layer.x, outputs: layer.y[row], taps: kept.filter { $0 != tap }, bias: nil,
          delta: delta, original: original)
        let moved = zip(fit.weights, original).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let damped =
          Oracle.error(
            inputs: layer.x, outputs: layer.y[row], weights: fit.weights, bias: fit.bias)
          + delta * moved
        let flat = Oracle.deviations(layer.x[tap])
        let bound = original[tap] * original[tap] * Oracle.dot(flat, flat)
        let want = min(damped, bound) / layer.energy
        let value = Double(got.values[row * 18 + tap])
        #expect(isClose(value, want, 1e-5, scale: want + 1e-7), "(\(row), \(tap))")
      }
    }
  }

  @Test(arguments: LayerCase.regular)
  func inputPowerIsTheRiseWithoutARefit(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    for refitsBias in [true, false] {
      let (_, weights) = try optimum(layer, statistics, refitsBias: refitsBias)
      let got = try Importance(
        .inputPower, of: weights.matrix, statistics: statistics,
        bias: refitsBias ? nil : weights.bias)
      let before = layer.errors(of: weights)
      for row in 0..<min(layer.rows, 4) {
        for tap in 0..<layer.taps where weights.matrix[row, tap] != 0 {
          var changed = weights.matrix.doubles(row)
          changed[tap] = 0
          // The best bias moves by what the tap has contributed on average.
          let mean = layer.x[tap].reduce(0, +) / Double(layer.positions)
          let bias =
            Double(weights.bias[row])
            + (refitsBias ? Double(weights.matrix[row, tap]) * mean : 0)
          let after = Oracle.error(
            inputs: layer.x, outputs: layer.y[row], weights: changed, bias: bias)
          let want = (after - before[row]) / layer.energy
          let value = Double(got.values[row * layer.taps + tap])
          #expect(
            isClose(value, want, 1e-4, scale: want + 1e-6), "(\(row), \(tap)): \(value), \(want)")
        }
      }
    }
  }

  @Test func magnitudesAddUpToOne() throws {
    let matrix = try FilterMatrix(rows: 2, taps: 3, values: [1, 0, -2, 0, 2, 4])
    #expect(Importance.magnitudes(of: matrix) == [0.04, 0, 0.16, 0, 0.16, 0.64])
    let zero = try FilterMatrix(rows: 1, taps: 2, values: [0, 0])
    #expect(Importance.magnitudes(of: zero) == [0, 0])
    let statistics = try LayerCase(rows: 2, taps: 3, positions: 9).make().statistics()
    let same = try Importance(.magnitude, of: matrix, statistics: statistics)
    #expect(same.values == Importance.magnitudes(of: matrix) && same.unsolvedFilters.isEmpty)
  }

  @Test(arguments: LayerCase.all)
  func importancesArePricesWhateverTheInputs(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    for limit in [layer.taps, (layer.taps + 2) / 3] {
      let blocks = TapBlocks(channels: layer.taps, tapsPerChannel: 1, limit: limit)
      let statistics = try layer.statistics(blocks: blocks)
      let power = try Importance(.inputPower, of: layer.weights.matrix, statistics: statistics)
      for relative in [0, 0.01] {
        let got = try Importance(
          .optimalBrainSurgeon, of: layer.weights.matrix, statistics: statistics,
          damping: Damping(relative: relative))
        #expect(got.unsolvedFilters.isEmpty)
        #expect(got.values.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(zip(got.values, power.values).allSatisfy { $0 <= $1 })
        for (name, loop) in partLoops {
          let other = try Importance(
            .optimalBrainSurgeon, of: layer.weights.matrix, statistics: statistics,
            damping: Damping(relative: relative), parts: loop)
          #expect(other == got, "\(name)")
        }
      }
    }
  }

  @Test func filtersThatCannotBeSolvedHaveTheirInputPower() throws {
    let layer = try LayerCase(rows: 4, taps: 6, positions: 200, inputs: .twins, zeros: 0, drift: 0)
      .make()
    let statistics = try layer.statistics()
    let got = try Importance(
      .optimalBrainSurgeon, of: layer.weights.matrix, statistics: statistics,
      damping: Damping(relative: 0, maximumRaises: 0))
    #expect(got.unsolvedFilters == [0, 1, 2, 3])
    let power = try Importance(.inputPower, of: layer.weights.matrix, statistics: statistics)
    #expect(got.values == power.values)
    // Damping that is raised finds that each tap's twin can take over.
    let raised = try Importance(
      .optimalBrainSurgeon, of: layer.weights.matrix, statistics: statistics,
      damping: Damping(relative: 0))
    #expect(raised.unsolvedFilters.isEmpty)
    #expect(zip(raised.values, power.values).allSatisfy { $0 < 1e-6 * $1 })
  }
}
