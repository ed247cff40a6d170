import Foundation
import Repruning
import Tensors
import Testing

@Suite struct OutputLossTests {
  @Test func distributionsAreReadAsTheyAre() {
    let original: [[Float]] = [[0.5, 0.25, 0.25], [0, 1, 0]]
    let changed: [[Float]] = [[0.25, 0.5, 0.25], [0.5, 0.5, 0]]
    let loss = OutputLoss(original: original, holdsScores: true)
    #expect(loss.measure == .divergence(takesSoftmax: false))
    let want = (0.5 * log(2.0) + 0.25 * log(0.5) + log(2.0)) / 2
    let got = zip(original, changed).reduce(0) {
      $0 + loss.loss(original: $1.0, changed: $1.1)
    }
    #expect(abs(got - want) < 1e-12)
    for scores in original { #expect(loss.loss(original: scores, changed: scores) == 0) }
    // Without any probability the divergence is large, and a number.
    let lost = loss.loss(original: [1, 0, 0], changed: [0, 0, 1])
    #expect(lost > 10 && lost.isFinite)
  }

  @Test func otherScoresHaveTheirSoftmaxTaken() {
    let loss = OutputLoss(original: [[1, 0], [3, 1]], holdsScores: true)
    #expect(loss.measure == .divergence(takesSoftmax: true))
    let (p, q) = (1 / (1 + exp(-1.0)), 1 / (1 + exp(1.0)))
    let want = (p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))) / 2
    #expect(abs(loss.loss(original: [101, 100], changed: [-1, 0]) - want) < 1e-12)
    #expect(
      OutputLoss(original: [[1, 0], [1.5, -0.5]], holdsScores: true).measure
        == .divergence(takesSoftmax: true))
  }

  @Test func otherOutputsHaveRelativeSquares() {
    let loss = OutputLoss(original: [[3, 4], [0, 0]], holdsScores: false)
    #expect(loss.measure == .relativeSquares)
    #expect(loss.loss(original: [3, 4], changed: [3, 3]) == 1.0 / 25)
    let zero = OutputLoss(original: [[0, 0]], holdsScores: false)
    #expect(zero.loss(original: [0, 0], changed: [0, 2]) == 4)
  }
}

extension Double {
  var logarithm: Double { log(self) }
  var exponential: Double { exp(self) }
}
