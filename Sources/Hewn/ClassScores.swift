#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

internal import Scores

/// Outputs read as scores of classes.
public enum ClassScores {
  /// The number of classes of an output that looks like class scores: N × K with K ≥ 2 and all
  /// further extents 1; `nil` for any other shape.
  public static func classCount(of shape: [Int]) -> Int? {
    shape.first.flatMap { $0 > 0 ? ScoredClasses.count(in: shape, batch: $0) : nil }
  }

  /// How far a sum may be from 1 for scores to count as probabilities.
  static let sumTolerance = 1e-3

  /// The probabilities of one item's scores.
  ///
  /// Scores that are not negative and sum to 1 are probabilities already; of any other the softmax
  /// is taken.
  public static func probabilities(
    of scores: [Double]
  ) -> (probabilities: [Double], isSoftmax: Bool) {
    let sum = scores.reduce(0, +)
    if abs(sum - 1) <= sumTolerance, scores.allSatisfy({ $0 >= 0 }) { return (scores, false) }
    let greatest = scores.filter { !$0.isNaN }.max() ?? 0
    // Scores that are no numbers, or −∞, get no probability.
    let exponentials = scores.map { score in
      score.isNaN ? 0 : score == greatest ? 1 : exp(score - greatest)
    }
    let total = exponentials.reduce(0, +)
    return (exponentials.map { total > 0 ? $0 / total : 0 }, true)
  }

  /// The most probable classes of every item of an output.
  ///
  /// - Parameters:
  ///   - count: how many classes of each item.
  ///   - output: the scores, N × K.
  ///   - labels: names of the classes by index; classes beyond have none.
  /// - Returns: one list for each item, most probable first; equal ones by index.
  /// - Throws: ``HewnError``: `invalidArgument` for an output that does not look like class scores.
  public static func top(
    _ count: Int, of output: Tensor, labels: [String] = []
  ) throws -> [(classes: [ClassScore], isSoftmax: Bool)] {
    guard let classCount = classCount(of: output.shape) else {
      throw HewnError(
        .invalidArgument,
        "an output of shape \(output.core.shape) holds no class scores; they are N×K")
    }
    let scores = output.core.doubles()
    return (0..<output.shape[0]).map { item in
      let range = (item * classCount)..<((item + 1) * classCount)
      let (probabilities, isSoftmax) = probabilities(of: Array(scores[range]))
      let best = probabilities.indices.sorted {
        (-probabilities[$0], $0) < (-probabilities[$1], $1)
      }
      let classes = best.prefix(count).map { index in
        ClassScore(
          index: index, label: index < labels.count ? labels[index] : nil,
          probability: probabilities[index])
      }
      return (classes, isSoftmax)
    }
  }

  /// The share of items whose greatest score is at the same place in both.
  static func agreement(_ lhs: [Double], _ rhs: [Double], shape: [Int]) -> Double? {
    guard let classCount = classCount(of: shape) else { return nil }
    let agreeing = (0..<shape[0]).count { item in
      let range = (item * classCount)..<((item + 1) * classCount)
      return indexOfGreatest(lhs[range]) == indexOfGreatest(rhs[range])
    }
    return Double(agreeing) / Double(shape[0])
  }

  /// The place of the first greatest number; numbers that are none do not count.
  private static func indexOfGreatest(_ scores: ArraySlice<Double>) -> Int? {
    scores.indices.filter { !scores[$0].isNaN }.max {
      (scores[$0], -$0) < (scores[$1], -$1)
    }
  }
}
