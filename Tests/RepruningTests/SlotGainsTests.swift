import Covers
import Repruning
import Testing

@Suite struct SlotGainsTests {
  /// The error is a parabola in one weight: three points give its minimum.
  @Test(arguments: LayerCase.regular) func gainsAreThoseOfALineSearch(_ layerCase: LayerCase) throws
  {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    let weights = FilterWeights(matrix: layer.cover().multipliedOut(), bias: layer.weights.bias)
    for refitsBias in [true, false] {
      let gains = statistics.slotGains(
        of: weights.matrix, bias: refitsBias ? nil : weights.bias)
      for row in 0..<min(layer.rows, 5) {
        let values = weights.matrix.doubles(row)
        func error(_ tap: Int, _ weight: Double) -> Double {
          var values = values
          values[tap] = weight
          var bias = Double(weights.bias[row])
          if refitsBias {
            bias =
              (0..<layer.positions).reduce(0) { sum, position in
                values.indices.reduce(sum + layer.y[row][position]) {
                  $0 - values[$1] * layer.x[$1][position]
                }
              } / Double(layer.positions)
          }
          return Oracle.error(
            inputs: layer.x, outputs: layer.y[row], weights: values, bias: bias)
        }
        for tap in 0..<layer.taps {
          let gain = Double(gains[row * layer.taps + tap])
          guard values[tap] == 0 else {
            #expect(gain == 0, "(\(row), \(tap)) has a weight")
            continue
          }
          let (left, middle, right) = (error(tap, -1), error(tap, 0), error(tap, 1))
          let best = (left - right) / 2 / (left + right - 2 * middle)
          let want = (middle - error(tap, best)) / layer.energy
          #expect(
            isClose(gain, want, 1e-5, scale: want + 1e-8), "(\(row), \(tap)): \(gain), \(want)")
        }
      }
    }
  }

  @Test func loopsAndBlocksAndDeadInputs() throws {
    for layerCase in LayerCase.all {
      let layer = try layerCase.make()
      let weights = layer.cover().multipliedOut()
      for limit in [layer.taps, (layer.taps + 2) / 3] {
        let blocks = TapBlocks(channels: layer.taps, tapsPerChannel: 1, limit: limit)
        let statistics = try layer.statistics(blocks: blocks)
        let want = statistics.slotGains(of: weights)
        #expect(want.allSatisfy { $0 >= 0 && $0.isFinite }, "\(layerCase)")
        if layerCase.inputs == .zero, layerCase.drift == 0 {
          #expect(want.allSatisfy { $0 == 0 }, "\(layerCase)")
        }
        for (name, loop) in partLoops {
          #expect(statistics.slotGains(of: weights, parts: loop) == want, "\(layerCase), \(name)")
        }
      }
    }
  }

  @Test func tapsWithoutInputGainNothing() throws {
    let layer = try LayerCase(rows: 5, taps: 12, positions: 80, inputs: .constant, drift: 0).make()
    let gains = try layer.statistics().slotGains(of: layer.cover(price: 2).multipliedOut())
    #expect(gains.contains { $0 > 0 })
    for row in 0..<5 {
      for tap in 0..<12 where tap % 4 == 3 || tap % 3 == 2 { #expect(gains[row * 12 + tap] == 0) }
    }
  }
}
