#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

package import Tensors

/// How far an output of a changed network is from what the original one gives for the same images.
///
/// For class scores (N × K, further extents 1) it is the mean over images of KL(P ‖ Q) = Σ p ln(p / q) in
/// nats, with P the original distribution. Scores of which none is negative and whose sums are 1 in all
/// images are distributions; of others the softmax is taken. For any other output it is
/// Σ(y − ŷ)² / Σy² over all images, or Σ(y − ŷ)² where the output is zero everywhere.
package struct OutputLoss: Sendable {
  package enum Measure: Hashable, Sendable {
    case divergence(takesSoftmax: Bool)
    case relativeSquares
  }

  /// How far a sum may be from 1: rounding of scores to half precision changes it by as much.
  static let sumTolerance = 1e-2

  package let measure: Measure
  /// Whether the output holds class scores.
  var isOfScores: Bool { measure != .relativeSquares }
  /// What the sum over images is divided by.
  private let divisor: Double

  /// Chooses the measure.
  ///
  /// - Parameters:
  ///   - itemShape: the shape of one image's part, with the first extent 1.
  ///   - original: the elements of each image's part, all finite.
  package init(itemShape: Shape, original: [[Float]]) {
    let extents = itemShape.dimensions
    if extents.count >= 2, extents[0] == 1, extents[1] >= 2, extents[2...].allSatisfy({ $0 == 1 }) {
      measure = .divergence(takesSoftmax: !original.allSatisfy(Self.isDistribution))
      divisor = Double(max(1, original.count))
    } else {
      measure = .relativeSquares
      let energy = original.joined().reduce(0) { $0 + Double($1) * Double($1) }
      divisor = energy > 0 ? energy : 1
    }
  }

  /// What one image adds to the loss.
  ///
  /// - Precondition: elements are finite, and as many of the one as of the other.
  package func loss(original: [Float], changed: [Float]) -> Double {
    precondition(original.count == changed.count, "outputs of another network")
    switch measure {
    case .divergence(let takesSoftmax):
      return Self.divergence(original, changed, takesSoftmax: takesSoftmax) / divisor
    case .relativeSquares:
      let error = zip(original, changed).reduce(0) {
        let difference = Double($1.0) - Double($1.1)
        return $0 + difference * difference
      }
      return error / divisor
    }
  }

  private static func isDistribution(_ scores: [Float]) -> Bool {
    let sum = scores.reduce(0) { $0 + Double($1) }
    return scores.allSatisfy { $0 >= 0 } && abs(sum - 1) <= sumTolerance
  }

  private static func divergence(
    _ original: [Float], _ changed: [Float], takesSoftmax: Bool
  ) -> Double {
    let p = logarithms(of: original, takesSoftmax: takesSoftmax)
    let q = logarithms(of: changed, takesSoftmax: takesSoftmax)
    // Rounding can make the sum of equal distributions negative.
    return max(0, zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) })
  }

  /// The natural logarithms of the probabilities.
  private static func logarithms(of scores: [Float], takesSoftmax: Bool) -> [Double] {
    let scores = scores.map { Double($0) }
    if takesSoftmax {
      let greatest = scores.max() ?? 0
      let sum = log(scores.reduce(0) { $0 + exp($1 - greatest) })
      return scores.map { $0 - greatest - sum }
    }
    // A probability of 0 counts as the least that single precision holds, so that divergences are finite.
    let least = Double(Float.leastNonzeroMagnitude)
    let sum = scores.reduce(0) { $0 + max($1, 0) }
    return scores.map { log(max($0 / max(sum, least), least)) }
  }
}
