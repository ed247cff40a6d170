package import Graphs
internal import Scores
internal import Tensors

/// How outputs are compared, where their shapes do not decide it.
package enum LossMeasure: Hashable, Sendable {
  /// Class scores by the divergence of their distributions, other outputs by their squares. There must be
  /// class scores.
  case divergence
  /// All outputs by their squares: none holds class scores.
  case squares
}

extension Graph {
  /// The classes that an output has scores of by its shape, N × K; `nil` where that is another, and where it
  /// holds no floating-point numbers.
  ///
  /// - Parameter batch: N.
  package func classCount(of output: ValueID, batch: Int) -> Int? {
    let type = self[output].type
    return type.element.isFloatingPoint
      ? ScoredClasses.count(in: type.shape.dimensions, batch: batch) : nil
  }

  /// The classes that each of some outputs has scores of; `nil` where it is compared by its squares.
  ///
  /// - Parameter measure: `nil` for what shapes say.
  /// - Throws: `invalidArgument` where divergences were asked for and no output has class scores.
  func classCounts(
    of outputs: [ValueID], batch: Int, measure: LossMeasure?
  ) throws(HewnError) -> [Int?] {
    if measure == .squares { return outputs.map { _ in nil } }
    let counts = outputs.map { classCount(of: $0, batch: batch) }
    if measure == .divergence, counts.allSatisfy({ $0 == nil }) {
      let list = outputs.map { "\"\(self[$0].name)\" (\(self[$0].type.shape))" }
      throw HewnError(
        .invalidArgument,
        "no output holds class scores, \(batch)×K, to take a divergence of; those of the network are"
          + " \(list.joined(separator: ", "))")
    }
    return counts
  }
}
