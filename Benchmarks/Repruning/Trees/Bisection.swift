/// A division of a hypergraph in two sides, made better by moves.
///
/// Source: Fiduccia and Mattheyses, "A linear-time heuristic for improving network partitions" (DAC 1982);
/// the best move is searched for, which is fast enough for some hundred vertices.
struct Bisection {
  private let graph: Hypergraph
  /// The least and the greatest weight of the side `false`.
  private let bounds: ClosedRange<Double>
  private(set) var sides: [Bool]
  /// The number of nets with vertices on both sides.
  private(set) var cut = 0
  /// The vertices of each net on either side.
  private var counts: [(left: Int, right: Int)]
  private var gains: [Int]
  /// The weight of the side `false`.
  private var leftWeight: Int

  init(_ graph: Hypergraph, sides: [Bool], share: Double) {
    self.graph = graph
    self.sides = sides
    let total = Double(graph.totalWeight)
    bounds =
      (share - HypergraphPartition.imbalance) * total...(share + HypergraphPartition.imbalance)
      * total
    counts = graph.nets.map { net in
      let right = net.count { sides[$0] }
      return (net.count - right, right)
    }
    gains = Array(repeating: 0, count: sides.count)
    leftWeight = zip(sides, graph.weights).reduce(0) { $0 + ($1.0 ? 0 : $1.1) }
    cut = counts.count { $0.left > 0 && $0.right > 0 }
  }

  /// Moves vertices in passes, until one finds nothing better.
  mutating func refine() {
    while pass() {}
  }

  /// Moves each vertex once, the best first, and returns to the best division on the way.
  private mutating func pass() -> Bool {
    computeGains()
    var isLocked = [Bool](repeating: false, count: sides.count)
    var moves: [Int] = []
    var best = (distance: distance(leftWeight), cut: cut, moveCount: 0)
    while let vertex = bestMove(isLocked) {
      isLocked[vertex] = true
      move(vertex)
      moves.append(vertex)
      let distance = distance(leftWeight)
      if (distance, cut) < (best.distance, best.cut) { best = (distance, cut, moves.count) }
    }
    for vertex in moves[best.moveCount...].reversed() { move(vertex) }
    return best.moveCount > 0
  }

  /// How far the weight of a side is out of bounds.
  private func distance(_ weight: Int) -> Double {
    max(0, bounds.lowerBound - Double(weight), Double(weight) - bounds.upperBound)
  }

  private func bestMove(_ isLocked: [Bool]) -> Int? {
    var best: Int?
    for vertex in sides.indices where !isLocked[vertex] {
      let weight = leftWeight + (sides[vertex] ? 1 : -1) * graph.weights[vertex]
      guard distance(weight) <= 0 || distance(weight) < distance(leftWeight) else { continue }
      if best.map({ gains[vertex] > gains[$0] }) ?? true { best = vertex }
    }
    return best
  }

  private mutating func computeGains() {
    for vertex in sides.indices {
      gains[vertex] = graph.netsOfVertex[vertex].reduce(0) { gain, net in
        let (own, other) = sideCounts(net, of: sides[vertex])
        return gain + (own == 1 ? 1 : 0) - (other == 0 ? 1 : 0)
      }
    }
  }

  private func sideCounts(_ net: Int, of side: Bool) -> (own: Int, other: Int) {
    side ? (counts[net].right, counts[net].left) : (counts[net].left, counts[net].right)
  }

  private mutating func move(_ vertex: Int) {
    let side = sides[vertex]
    for net in graph.netsOfVertex[vertex] {
      let (own, other) = sideCounts(net, of: side)
      if other == 0 {
        cut += 1
        for pin in graph.nets[net] { gains[pin] += 1 }
      } else if other == 1, let pin = graph.nets[net].first(where: { sides[$0] != side }) {
        gains[pin] -= 1
      }
      if own == 1 {
        cut -= 1
        for pin in graph.nets[net] { gains[pin] -= 1 }
      } else if own == 2,
        let pin = graph.nets[net].first(where: { sides[$0] == side && $0 != vertex })
      {
        gains[pin] += 1
      }
      counts[net] =
        side
        ? (counts[net].left + 1, counts[net].right - 1)
        : (counts[net].left - 1, counts[net].right + 1)
    }
    sides[vertex] = !side
    leftWeight += (side ? 1 : -1) * graph.weights[vertex]
  }
}
