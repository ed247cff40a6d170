import Foundation
import Hewn
import Testing

@Suite struct DivergenceTallyTests {
  /// The divergences of images, one estimate over all.
  private func divergence(
    _ images: [(model: [Double], other: [Double])]
  ) -> OutputFidelity.Divergence {
    var tally = DivergenceTally()
    for image in images { tally.add(image.model, image.other) }
    return tally.report(Bootstrap(resampleCount: 10, seed: 0))
  }

  /// Σ p ln(p / q), as it is written.
  private func reference(_ p: [Double], _ q: [Double]) -> Double {
    zip(p, q).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * log($1.0 / $1.1)) }
  }

  private func softmax(_ scores: [Double]) -> [Double] {
    let sum = scores.reduce(0) { $0 + exp($1) }
    return scores.map { exp($0) / sum }
  }

  @Test func readsDistributions() {
    let (p, q) = ([0.5, 0.25, 0.25, 0], [0.25, 0.25, 0.4, 0.1])
    let got = divergence([(model: q, other: p)])
    #expect(!got.modelSoftmax && !got.otherSoftmax)
    #expect(abs((got.nats?.mean ?? .nan) - reference(p, q)) < 1e-6)
    // The other way round it is another number, and infinite but for the least probability.
    let reverse = divergence([(model: p, other: q)]).nats?.mean ?? .nan
    #expect(reverse > 9 && reverse < 11, "0.1 · ln(0.1 / 2⁻¹⁴⁹) is the greatest part of \(reverse)")
  }

  @Test func takesTheSoftmaxOfScores() {
    let (model, other) = ([1.0, -2, 0.5], [0.0, 3, 1])
    let got = divergence([(model: model, other: other)])
    #expect(got.modelSoftmax && got.otherSoftmax)
    let want = reference(softmax(other), softmax(model))
    #expect(abs((got.nats?.mean ?? .nan) - want) < 1e-5 * want)
    // Exponentials of these overflow.
    let large = divergence([(model: model.map { $0 + 1e4 }, other: other.map { $0 - 1e4 })])
    #expect(abs((large.nats?.mean ?? .nan) - want) < 1e-5 * want)
  }

  @Test func readsEachModelForItself() {
    let scores = [2.0, 0, -1]
    let got = divergence([(model: scores, other: softmax(scores))])
    #expect(got.modelSoftmax && !got.otherSoftmax)
    #expect((got.nats?.mean ?? 1) < 1e-12)
    let reverse = divergence([(model: softmax(scores), other: scores)])
    #expect(!reverse.modelSoftmax && reverse.otherSoftmax)
    #expect((reverse.nats?.mean ?? 1) < 1e-12)
  }

  /// Scores may look like a distribution by chance: one image that does not decides for all.
  @Test(arguments: [0, 1, 2]) func decidesByAllImages(place: Int) {
    let likely = (model: [0.25, 0.75], other: [0.5, 0.5])
    var images = [likely, likely, likely]
    images[place] = (model: [-1, 2], other: [0.5, 0.5])
    let got = divergence(images)
    #expect(got.modelSoftmax && !got.otherSoftmax)
    let want = images.reduce(0) { $0 + reference($1.other, softmax($1.model)) } / 3
    #expect(abs((got.nats?.mean ?? .nan) - want) < 1e-5 * want)
  }

  @Test(
    arguments: [
      ([0.5, 0.509], false), ([0.5, 0.491], false), ([0.5, 0.511], true), ([1.25, -0.25], true),
      ([0, 0], true),
    ] as [([Double], Bool)]) func toleratesRounding(scores: [Double], isSoftmax: Bool)
  {
    let got = divergence([(model: scores, other: [0.5, 0.5])])
    #expect(got.modelSoftmax == isSoftmax)
    if !isSoftmax { #expect((got.nats?.mean ?? -1) >= 0, "rows are scaled to the sum 1") }
  }

  @Test func isNothingOfEqualDistributions() {
    for scores in [[0.1, 0.2, 0.7], [3, -4, 5], [0, 0, 1]] as [[Double]] {
      let got = divergence([(model: scores, other: scores)])
      #expect(got.nats == Estimate(mean: 0, lower: 0, upper: 0), "\(scores)")
    }
    #expect(divergence([]).nats == nil)
  }
}
