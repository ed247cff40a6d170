#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The divergence of a model's distributions over classes from the other model's, image by image.
///
/// KL(P ‖ Q) = Σ p ln(p / q) in nats, P the other model's distribution, Q the model's: what is lost where Q
/// stands for P. It is at least 0, and 0 for equal distributions alone.
///
/// Scores of a model are its distribution where none of any image is negative and those of every image sum
/// to 1; else the distribution is their softmax. That is known only after the last image, so the divergence is
/// kept for each reading that is still possible.
package struct DivergenceTally {
  /// How far a sum may be from 1: rounding to bfloat16 changes each score, and so their sum, by up to its
  /// 2⁻⁹th part.
  static let sumTolerance = 1e-2

  /// Whose softmax is taken.
  private struct Reading: Hashable {
    var model: Bool
    var other: Bool
  }

  private var values: [Reading: [Double]] = [:]
  private var readings = [false, true].flatMap { model in
    [false, true].map { Reading(model: model, other: $0) }
  }

  package init() {}

  /// Adds the scores of an image.
  ///
  /// - Precondition: the scores are finite, and as many of one as of the other.
  package mutating func add(_ model: [Double], _ other: [Double]) {
    let (isModelRead, isOtherRead) = (Self.areProbabilities(model), Self.areProbabilities(other))
    readings.removeAll { (!isModelRead && !$0.model) || (!isOtherRead && !$0.other) }
    values = values.filter { readings.contains($0.key) }
    for reading in readings {
      let p = Self.logarithms(of: other, softmax: reading.other)
      let q = Self.logarithms(of: model, softmax: reading.model)
      let sum = zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      // Rounding can make the sum of equal distributions negative.
      values[reading, default: []].append(max(0, sum))
    }
  }

  /// What was found: the reading with the fewest softmaxes that fits every image.
  package func report(_ bootstrap: Bootstrap) -> OutputFidelity.Divergence {
    let reading = readings.first ?? Reading(model: true, other: true)
    return OutputFidelity.Divergence(
      nats: bootstrap.estimate(values[reading] ?? []), modelSoftmax: reading.model,
      otherSoftmax: reading.other)
  }

  private static func areProbabilities(_ scores: [Double]) -> Bool {
    scores.allSatisfy { $0 >= 0 } && abs(scores.reduce(0, +) - 1) <= sumTolerance
  }

  /// The natural logarithms of the probabilities.
  private static func logarithms(of scores: [Double], softmax: Bool) -> [Double] {
    if softmax {
      let greatest = scores.max() ?? 0
      let sum = log(scores.reduce(0) { $0 + exp($1 - greatest) })
      return scores.map { $0 - greatest - sum }
    }
    // A probability of 0 counts as the least that single precision holds, so that divergences are finite.
    let least = Double(Float.leastNonzeroMagnitude)
    let sum = scores.reduce(0, +)
    return scores.map { log(max($0 / sum, least)) }
  }
}
