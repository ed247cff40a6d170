import Tensors

/// Parts of a hypergraph of similar size that cut few nets.
///
/// Recursive bisection, as `shmetis` does it, by a multilevel scheme of our own in place of hMETIS:
/// neighbours are merged by their connectivity, the smallest hypergraph is divided at random some times, and
/// each division is refined by moves on the way back (``Bisection``).
///
/// Source: Karypis, Aggarwal, Kumar and Shekhar, "Multilevel hypergraph partitioning: applications in VLSI
/// domain" (DAC 1997).
struct HypergraphPartition {
  /// By how much of the whole a side may miss its share: UBfactor 10.
  static let imbalance = 0.1
  /// Hypergraphs of so few vertices are divided at random.
  private static let smallestCount = 32
  private static let randomStarts = 8

  private var random = SplitMix64(seed: 1)

  /// The vertices of each part; parts may be empty.
  static func parts(_ graph: Hypergraph, count: Int) -> [[Int]] {
    var partition = HypergraphPartition()
    return partition.parts(graph, Array(graph.weights.indices), count: count)
  }

  private mutating func parts(_ graph: Hypergraph, _ vertices: [Int], count: Int) -> [[Int]] {
    guard count > 1 else { return [vertices] }
    let first = count / 2
    let sides = divide(graph, share: Double(first) / Double(count))
    return [(false, first), (true, count - first)].flatMap { side, partCount in
      let inside = vertices.indices.filter { sides[$0] == side }
      return parts(graph.part(inside), inside.map { vertices[$0] }, count: partCount)
    }
  }

  /// Divides a hypergraph in two.
  ///
  /// - Parameter share: of the weight, on the side `false`.
  private mutating func divide(_ graph: Hypergraph, share: Double) -> [Bool] {
    if let (merged, count) = matching(graph) {
      let sides = divide(graph.contracted(merged, count: count), share: share)
      var bisection = Bisection(graph, sides: merged.map { sides[$0] }, share: share)
      bisection.refine()
      return bisection.sides
    }
    var best: Bisection?
    for _ in 0..<Self.randomStarts {
      var bisection = Bisection(graph, sides: randomSides(graph, share: share), share: share)
      bisection.refine()
      if bisection.cut < best?.cut ?? .max { best = bisection }
    }
    return best?.sides ?? []
  }

  private mutating func randomSides(_ graph: Hypergraph, share: Double) -> [Bool] {
    var sides = [Bool](repeating: true, count: graph.weights.count)
    var left = Int((share * Double(graph.totalWeight)).rounded())
    for vertex in graph.weights.indices.shuffled(using: &random) where graph.weights[vertex] <= left
    {
      sides[vertex] = false
      left -= graph.weights[vertex]
    }
    return sides
  }

  /// Merges each vertex with the free neighbour that it is most connected to, by Σ 1 / (|net| − 1).
  ///
  /// - Returns: the new vertex of each; nil where hypergraphs are small, or hardly get smaller.
  private mutating func matching(_ graph: Hypergraph) -> (merged: [Int], count: Int)? {
    let vertexCount = graph.weights.count
    guard vertexCount > Self.smallestCount else { return nil }
    let heaviest = max(2, 3 * graph.totalWeight / (2 * Self.smallestCount))
    var merged = [Int](repeating: -1, count: vertexCount)
    var count = 0
    var connectivity = [Double](repeating: 0, count: vertexCount)
    for vertex in graph.weights.indices.shuffled(using: &random) where merged[vertex] < 0 {
      for index in connectivity.indices { connectivity[index] = 0 }
      for net in graph.netsOfVertex[vertex] {
        let share = 1 / Double(graph.nets[net].count - 1)
        for other in graph.nets[net] { connectivity[other] += share }
      }
      connectivity[vertex] = 0
      let mate = connectivity.indices
        .filter {
          connectivity[$0] > 0 && merged[$0] < 0
            && graph.weights[$0] + graph.weights[vertex] <= heaviest
        }
        .max { connectivity[$0] < connectivity[$1] }
      merged[vertex] = count
      if let mate { merged[mate] = count }
      count += 1
    }
    return count * 10 < vertexCount * 9 ? (merged, count) : nil
  }
}
