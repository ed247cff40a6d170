internal import Scores

/// How far an output of a changed network is from what the original one gives for the same images.
///
/// For class scores it is the mean over images of KL(P ‖ Q) = Σ p ln(p / q) in nats, with P the original
/// distribution. Where the scores of all images are distributions they are read as these; else the softmax
/// is taken. For any other output it is Σ(y − ŷ)² / Σy² over all images, or Σ(y − ŷ)² where the output is
/// zero everywhere.
package struct OutputLoss: Sendable {
  package enum Measure: Hashable, Sendable {
    case divergence(takesSoftmax: Bool)
    case relativeSquares
  }

  package let measure: Measure
  /// What the sum over images is divided by.
  private let divisor: Double

  /// Chooses the measure.
  ///
  /// - Parameters:
  ///   - original: the elements of each image's part, all finite.
  ///   - holdsScores: whether they are class scores.
  package init(original: [[Float]], holdsScores: Bool) {
    if holdsScores {
      measure = .divergence(
        takesSoftmax: !original.allSatisfy {
          ClassDistribution.isDistribution($0.map { Double($0) })
        })
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
      let (p, q) = (
        ClassDistribution(original.map { Double($0) }, takesSoftmax: takesSoftmax),
        ClassDistribution(changed.map { Double($0) }, takesSoftmax: takesSoftmax)
      )
      return p.divergence(from: q) / divisor
    case .relativeSquares:
      let error = zip(original, changed).reduce(0) {
        let difference = Double($1.0) - Double($1.1)
        return $0 + difference * difference
      }
      return error / divisor
    }
  }
}
