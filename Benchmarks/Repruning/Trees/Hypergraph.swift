import Covers

/// Rows joined by the columns in which they have weights: a vertex for each row, a net for each column.
struct Hypergraph {
  /// How many rows each vertex stands for.
  var weights: [Int]
  /// The vertices of each net, ascending: two or more.
  private(set) var nets: [[Int]]
  /// The nets of each vertex.
  private(set) var netsOfVertex: [[Int]]

  /// - Parameter nets: those of less than two vertices are left out, as no partition cuts them.
  init(weights: [Int], nets: [[Int]]) {
    self.weights = weights
    self.nets = nets.filter { $0.count > 1 }
    netsOfVertex = Array(repeating: [], count: weights.count)
    for (net, vertices) in self.nets.enumerated() {
      for vertex in vertices { netsOfVertex[vertex].append(net) }
    }
  }

  /// - Parameter rows: the vertices, by filter.
  init(_ matrix: FilterMatrix, rows: [Int]) {
    self.init(
      weights: Array(repeating: 1, count: rows.count),
      nets: (0..<matrix.taps).map { tap in
        rows.indices.filter { matrix[rows[$0], tap] != 0 }
      })
  }

  var totalWeight: Int { weights.reduce(0, +) }

  /// The hypergraph of some vertices.
  func part(_ vertices: [Int]) -> Hypergraph {
    var indices = [Int?](repeating: nil, count: weights.count)
    for (index, vertex) in vertices.enumerated() { indices[vertex] = index }
    return Hypergraph(
      weights: vertices.map { weights[$0] },
      nets: nets.map { net in net.compactMap { indices[$0] } })
  }

  /// The hypergraph whose vertices are sets of these.
  ///
  /// - Parameter merged: the new vertex of each.
  func contracted(_ merged: [Int], count: Int) -> Hypergraph {
    var weights = [Int](repeating: 0, count: count)
    for (vertex, target) in merged.enumerated() { weights[target] += self.weights[vertex] }
    return Hypergraph(
      weights: weights, nets: nets.map { net in Set(net.map { merged[$0] }).sorted() })
  }
}
