import Foundation
import Scores
import Testing

@Suite struct ClassDistributionTests {
  /// Σ p ln(p / q), as it is written.
  private func reference(_ p: [Double], _ q: [Double]) -> Double {
    zip(p, q).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * log($1.0 / $1.1)) }
  }

  private func softmax(_ scores: [Double]) -> [Double] {
    let sum = scores.reduce(0) { $0 + exp($1) }
    return scores.map { exp($0) / sum }
  }

  private func divergence(_ p: [Double], _ q: [Double], takesSoftmax: Bool) -> Double {
    ClassDistribution(p, takesSoftmax: takesSoftmax)
      .divergence(from: ClassDistribution(q, takesSoftmax: takesSoftmax))
  }

  @Test func divergencesAreThoseOfTheDefinition() {
    let (p, q) = ([0.5, 0.25, 0.25, 0], [0.25, 0.25, 0.4, 0.1])
    #expect(abs(divergence(p, q, takesSoftmax: false) - reference(p, q)) < 1e-12)
    let scores: (p: [Double], q: [Double]) = ([3, -1, 0.5], [2, 2, -4])
    let want = reference(softmax(scores.p), softmax(scores.q))
    #expect(abs(divergence(scores.p, scores.q, takesSoftmax: true) - want) < 1e-12)
    // Exponentials of these overflow.
    let large = (scores.p.map { $0 + 1e4 }, scores.q.map { $0 - 1e4 })
    #expect(abs(divergence(large.0, large.1, takesSoftmax: true) - want) < 1e-9)
  }

  @Test func sumsAreScaled() {
    let (p, q) = ([1, 2, 5] as [Double], [2, 2, 4] as [Double])
    let want = reference(p.map { $0 / 8 }, q.map { $0 / 8 })
    #expect(abs(divergence(p, q, takesSoftmax: false) - want) < 1e-12)
  }

  @Test func divergencesAreFiniteAndNotNegative() {
    for scores in [[1, 0, 0], [0, 0, 1], [0, 0, 0], [-1, 2, 0], [0.1, 0.2, 0.7]] as [[Double]] {
      for other in [[0, 1, 0], [0, 0, 0], [-2, -1, 0], scores] as [[Double]] {
        for takesSoftmax in [false, true] {
          let got = divergence(scores, other, takesSoftmax: takesSoftmax)
          #expect(got >= 0 && got.isFinite, "\(scores), \(other)")
          #expect(scores != other || got == 0, "\(scores)")
        }
      }
    }
    #expect(divergence([1, 0, 0], [0, 0, 1], takesSoftmax: false) > 10)
  }

  @Test(
    arguments: [
      ([0.5, 0.5], true), ([0, 1], true), ([0.5, 0.509], true), ([0.5, 0.491], true),
      ([0.5, 0.511], false), ([0.5, 0.489], false), ([1.25, -0.25], false), ([0, 0], false),
      ([.nan, 1], false), ([.infinity, 0], false),
    ] as [([Double], Bool)]) func distributions(_ scores: [Double], _ want: Bool)
  {
    #expect(ClassDistribution.isDistribution(scores) == want)
  }
}
