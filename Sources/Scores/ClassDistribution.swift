#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The distribution over classes that scores of one image stand for.
package struct ClassDistribution: Sendable {
  /// How far a sum of probabilities may be from 1: rounding to bfloat16 changes each score, and so their
  /// sum, by up to its 2⁻⁹th part.
  package static let sumTolerance = 1e-2

  /// The natural logarithms of the probabilities.
  private let logarithms: [Double]

  /// Whether scores may be a distribution themselves: none is negative, and their sum is 1.
  package static func isDistribution(_ scores: [Double]) -> Bool {
    scores.allSatisfy { $0 >= 0 } && abs(scores.reduce(0, +) - 1) <= sumTolerance
  }

  /// Reads scores.
  ///
  /// - Parameters:
  ///   - scores: one for each class, all finite.
  ///   - takesSoftmax: whether the distribution is the softmax of the scores; else they are scaled to the
  ///     sum 1, and none counts as less than the least number that single precision holds, so that
  ///     divergences are finite.
  package init(_ scores: [Double], takesSoftmax: Bool) {
    if takesSoftmax {
      let greatest = scores.max() ?? 0
      let sum = log(scores.reduce(0) { $0 + exp($1 - greatest) })
      logarithms = scores.map { $0 - greatest - sum }
    } else {
      let least = Double(Float.leastNonzeroMagnitude)
      // Scores of a changed network may be negative where those of the original one are not.
      let sum = scores.reduce(0) { $0 + max($1, 0) }
      logarithms = scores.map { log(max($0 / max(sum, least), least)) }
    }
  }

  /// KL(P ‖ Q) = Σ p ln(p / q) in nats, P this distribution: what is lost where Q stands for P.
  ///
  /// - Precondition: both have the same number of classes.
  /// - Returns: a finite number of at least 0, which is 0 for equal distributions.
  package func divergence(from other: ClassDistribution) -> Double {
    precondition(logarithms.count == other.logarithms.count, "distributions over other classes")
    let sum = zip(logarithms, other.logarithms).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    // Rounding can make the sum of equal distributions negative.
    return max(0, sum)
  }
}
