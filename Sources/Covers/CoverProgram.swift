/// The dynamic program over one root group × one chunk of taps.
///
/// For every tap j, from the rows up, over the nodes that are open,
///
///     value(i, j) = 0                                  if w[i,j] = 0
///                 = min(c₁, λ · s[i,j])                otherwise; λ = ∞ when nothing may be dropped
///     value(G, j) = min(c_|G| − credit(G, j), value(G.left, j) + value(G.right, j))
///
/// and where the minimum takes the first, tap j joins the segment of row group G. A tie goes to the
/// smaller height. The credit is what weights in the slots that are zero may win back, if prices say so. The cover is optimal for the tree and the costs c; ``solve()`` then adds what is
/// not additive in the costs: start-up and rounding.
///
/// Nodes are numbered as in a heap: 1 is the root group, 2n and 2n + 1 are the halves of n, and
/// H + r is row r of the group.
///
/// - Complexity: O(H·T) time and memory for H rows and T taps in each round.
struct CoverProgram {
  /// Where the taps of one root group × one chunk go; indexed by node, taps count from the chunk's
  /// first.
  struct Assignment {
    /// The taps of each row group's segment, ascending, and for each row those of its leaves.
    var owned: [[Int32]]
    /// For each row the taps of its dropped weights, ascending; empty for nodes that are no rows.
    var dropped: [[Int32]]
    /// The time, start-up and rounding included, and the price of the dropped weights, less what filled
    /// slots may win back.
    var cost = 0.0
  }

  /// H, the rows of the root group.
  let height: Int
  /// T, the taps of the chunk.
  let tapCount: Int
  let leafCost: Double
  let rowStartUp: Double
  /// For each depth the entry of that height, nil where the device has none.
  let entries: [CoverCosts.HeightCost?]

  /// The price of dropping each weight, row by row: infinite where it may not be dropped, and zero
  /// where it is zero.
  private(set) var dropPrice: [Double] = []
  /// credit(G, j) at `node * tapCount + j`; empty where slots win nothing back.
  private(set) var credits: [Double] = []
  /// value(G, j) at `node * tapCount + j`.
  private(set) var values: [Double]
  /// The nodes that may take taps.
  var open: [Bool]

  /// Gathers the rows `rows` of `matrix` in the chunk `taps`.
  ///
  /// - Precondition: the number of rows is a power of two.
  init(
    _ matrix: FilterMatrix, rows: ArraySlice<Int>, taps: Range<Int>, costs: CoverCosts,
    prices: DropPrices?
  ) {
    height = rows.count
    tapCount = taps.count
    leafCost = costs.leaf
    rowStartUp = costs.rowStartUp
    var entries: [CoverCosts.HeightCost?] = []
    var nodeHeight = rows.count
    while nodeHeight > 1 {
      entries.append(costs.entry(height: nodeHeight))
      nodeHeight /= 2
    }
    self.entries = entries
    values = [Double](repeating: 0, count: 2 * height * tapCount)
    open = [Bool](repeating: true, count: 2 * height)
    for node in 1..<height { open[node] = entries[Self.depth(node)] != nil }
    if let prices {
      credits = Self.credits(matrix, rows: rows, taps: taps, prices: prices) {
        entries[Self.depth($0)]?.perTap ?? .infinity
      }
    }
    dropPrice.reserveCapacity(height * tapCount)
    for row in rows {
      for index in row * matrix.taps + taps.lowerBound..<row * matrix.taps + taps.upperBound {
        if matrix.values[index] == 0 {
          dropPrice.append(0)
        } else if let prices {
          // Weights of no importance still are weights: a price of zero would hide them.
          dropPrice.append(
            max(prices.lambda * Double(prices.importance[index]), .leastNonzeroMagnitude))
        } else {
          dropPrice.append(.infinity)
        }
      }
    }
  }

  static func depth(_ node: Int) -> Int { Int.bitWidth - 1 - node.leadingZeroBitCount }

  /// The start-up of a node that has taps.
  func startUp(_ node: Int) -> Double {
    node >= height ? rowStartUp : entries[Self.depth(node)]?.startUp ?? 0
  }

  /// What one more tap takes at a node.
  func perTap(_ node: Int) -> Double {
    node >= height ? leafCost : entries[Self.depth(node)]?.perTap ?? .infinity
  }

  /// The price of leaving tap j of a node to the nodes below it.
  func below(_ node: Int, _ tap: Int) -> Double {
    if node >= height { return dropPrice[(node - height) * tapCount + tap] }
    return values[2 * node * tapCount + tap] + values[(2 * node + 1) * tapCount + tap]
  }

  /// Computes all values from the rows up.
  mutating func evaluate() {
    let (height, tapCount, open, credits) = (height, tapCount, open, credits)
    let perTap = (0..<2 * height).map { $0 > 0 && open[$0] ? self.perTap($0) : .infinity }
    dropPrice.withUnsafeBufferPointer { prices in
      values.withUnsafeMutableBufferPointer { values in
        for node in stride(from: 2 * height - 1, through: 1, by: -1) {
          let cost = perTap[node]
          let (left, right) = (2 * node * tapCount, (2 * node + 1) * tapCount)
          let out = node * tapCount
          if node >= height {
            let row = (node - height) * tapCount
            for tap in 0..<tapCount { values[out + tap] = min(cost, prices[row + tap]) }
          } else if credits.isEmpty {
            for tap in 0..<tapCount {
              values[out + tap] = min(cost, values[left + tap] + values[right + tap])
            }
          } else {
            for tap in 0..<tapCount {
              values[out + tap] = min(
                cost - credits[out + tap], values[left + tap] + values[right + tap])
            }
          }
        }
      }
    }
  }
}
