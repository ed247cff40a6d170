import Graphs
import Tensors

extension ImportCase {
  static let reduceCases: [ImportCase] = Reduce.Kind.allCases.flatMap { kind in
    let last = kind == .sum ? 12 : 17
    return [
      ImportCase(kind.rawValue, 7, becomes: Reduce(kind)),
      ImportCase(kind.rawValue, 11, ["axes": .ints([])], becomes: Reduce(kind)),
      ImportCase(
        kind.rawValue, last, ["axes": .ints([2, -1]), "keepdims": .int(0)],
        becomes: Reduce(kind, keepsDimensions: false), wants: ["x", "int64[2] [2.0, -1.0]"]),
      ImportCase(
        kind.rawValue, last + 1, ["noop_with_empty_axes": .int(1), "keepdims": .int(1)],
        inputs: ["x", "k12"], becomes: Reduce(kind, ignoresEmptyAxes: true)),
    ]
  }

  static let searchCases: [ImportCase] = [
    ImportCase(
      "ReduceL1", 17, ["axes": .ints([1])], becomes: Reduce(.l1), wants: ["x", "int64[1] [1.0]"]),
    ImportCase("ReduceLogSumExp", 18, inputs: ["x", "a"], becomes: Reduce(.logSumExp)),
    ImportCase("ArgMax", 7, ["axis": .int(1)], becomes: ArgReduce(.max, axis: 1)),
    ImportCase(
      "ArgMin", 12, ["keepdims": .int(0), "select_last_index": .int(1)],
      becomes: ArgReduce(.min, keepsDimensions: false, selectsLast: true)),
    ImportCase(
      "TopK", 7, ["k": .int(3), "axis": .int(0)], outputs: ["y", "z"], becomes: TopK(axis: 0),
      wants: ["x", "int64[1] [3.0]"]),
    ImportCase("TopK", 10, inputs: ["x", "k12"], outputs: ["y", "z"], becomes: TopK()),
    ImportCase(
      "TopK", 24, ["largest": .int(0), "sorted": .int(0)], inputs: ["x", "count"],
      becomes: TopK(takesLargest: false)),
    ImportCase("CumSum", 11, inputs: ["x", "a"], becomes: Cumulate(.sum)),
    ImportCase(
      "CumProd", 26, ["exclusive": .int(1), "reverse": .int(1)], inputs: ["x", "a"],
      becomes: Cumulate(.product, isExclusive: true, isReversed: true)),
  ]
}
