internal import Scores

/// The divergence of a model's distributions over classes from the other model's, image by image.
///
/// KL(P ‖ Q) = Σ p ln(p / q) in nats, P the other model's distribution, Q the model's: what is lost where Q
/// stands for P. It is at least 0, and 0 for equal distributions alone.
///
/// Scores of a model are its distribution where none of any image is negative and those of every image sum
/// to 1; else the distribution is their softmax. That is known only after the last image, so the divergence is
/// kept for each reading that is still possible.
package struct DivergenceTally {
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
    let (isModelRead, isOtherRead) = (
      ClassDistribution.isDistribution(model), ClassDistribution.isDistribution(other)
    )
    readings.removeAll { (!isModelRead && !$0.model) || (!isOtherRead && !$0.other) }
    values = values.filter { readings.contains($0.key) }
    for reading in readings {
      let p = ClassDistribution(other, takesSoftmax: reading.other)
      let q = ClassDistribution(model, takesSoftmax: reading.model)
      values[reading, default: []].append(p.divergence(from: q))
    }
  }

  /// What was found: the reading with the fewest softmaxes that fits every image.
  package func report(_ bootstrap: Bootstrap) -> OutputFidelity.Divergence {
    let reading = readings.first ?? Reading(model: true, other: true)
    return OutputFidelity.Divergence(
      nats: bootstrap.estimate(values[reading] ?? []), modelSoftmax: reading.model,
      otherSoftmax: reading.other)
  }
}
