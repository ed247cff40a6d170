internal import Graphs

/// Who makes the values of a graph, and who reads them.
struct GraphReaders {
  let producers: [Int?]
  private let consumers: [[Int]]
  /// Outputs of the graph count as read.
  private let counts: [Int]

  init(_ graph: Graph) {
    producers = graph.producers()
    consumers = graph.consumers()
    var counts = consumers.map(\.count)
    for output in graph.outputs { counts[output.index] += 1 }
    self.counts = counts
  }

  func count(_ value: ValueID) -> Int { counts[value.index] }

  /// The node that alone reads a value.
  func only(_ value: ValueID) -> Int? {
    count(value) == 1 ? consumers[value.index].first : nil
  }
}
