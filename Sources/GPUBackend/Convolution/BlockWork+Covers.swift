internal import Covers
internal import GPUKernels

extension BlockWork.Branch {
  /// The most taps of one channel.
  var channelTapCount: Int {
    var counts: [Int: Int] = [:]
    for tap in taps { counts[tap.channel, default: 0] += 1 }
    return counts.values.max() ?? 1
  }
}

extension [BlockWork.Branch] {
  /// The cheapest covers that hold every weight.
  func exactCovers(_ costs: CoverCosts) -> [Cover] {
    map { branch in
      let matrix = branch.weights.matrix
      return Cover.exact(matrix, costs: costs, tree: .greedy(matrix, costs: costs))
    }
  }

  /// One full segment for each root group.
  func denseCovers(rootHeight: Int) -> [Cover] {
    map { .dense($0.weights.matrix, rootHeight: rootHeight) }
  }

  /// The branches with a cover for each.
  func covered(by covers: [Cover]) -> [BlockBranch] {
    zip(self, covers).map { branch, cover in
      BlockBranch(
        taps: branch.taps, cover: cover, firstRow: branch.firstRow, bias: branch.weights.bias)
    }
  }

  /// Rows and taps, which are known before there are covers.
  var outlines: [(rows: Int, taps: [BlockTap])] { map { ($0.weights.matrix.rows, $0.taps) } }

  /// The share of the pairs of some neighbouring rows and a tap that have a weight.
  func density(rows height: Int) -> Double {
    let pairs = map { $0.weights.matrix.bandTapCounts(rows: height) }
    let all = pairs.reduce(0) { $0 + $1.all }
    let kept = pairs.reduce(0) { $0 + $1.kept }
    return Double(kept) / Double(Swift.max(1, all))
  }
}

extension FilterMatrix {
  /// How many pairs there are of some neighbouring rows and a tap, and how many of them have a weight.
  fileprivate func bandTapCounts(rows height: Int) -> (all: Int, kept: Int) {
    let bands = rows.dividedRoundingUp(by: height)
    var kept = 0
    for band in 0..<bands {
      let bandRows = band * height..<min(rows, (band + 1) * height)
      for tap in 0..<taps where bandRows.contains(where: { self[$0, tap] != 0 }) { kept += 1 }
    }
    return (bands * taps, kept)
  }
}
