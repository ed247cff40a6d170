internal import Repruning

/// How outputs of a network are compared with those of another one.
///
/// Left to their shapes, outputs N × K with K ≥ 2 and further extents 1 count as class scores and are compared by
/// their divergence, the mean over images of KL(P ‖ Q) in nats, with P the distribution of the other network.
/// All others are by their squares, Σ(y − ŷ)² / Σy² over all images, with y of the other network.
public enum LossMeasure: String, Sendable, CaseIterable, Codable {
  /// As shapes say, and it is an error where no output has that of class scores.
  case divergence
  /// All outputs are compared by their squares, and none holds class scores: for coordinates, say.
  case squares
}

extension LossMeasure {
  var core: Repruning.LossMeasure {
    switch self {
    case .divergence: .divergence
    case .squares: .squares
    }
  }
}
