/// Exchanges row groups of a tree, within and across root groups, while that pays.
///
/// ``TreeEstimate`` says which exchanges may pay; each of them is made only if the covers of the root
/// groups that it touches, start-up, rounding and prices included, cost less than before, or as much: where
/// taps are padded, it may take several exchanges until a block is saved. As estimates fall with each
/// of them, no tree comes back.
struct TreeSwaps {
  /// The greatest number of passes over all heights.
  static let maximumPasses = 4
  /// Of all exchanges of one row group, so many are tried.
  private static let candidateCount = 2
  /// The work of covering a weight by that of estimating one value.
  private static let coverWork = 16
  /// Single precision does not tell smaller savings, by the cost of the root groups, from none.
  private static let leastSaving: Float = 1e-5
  /// A pass that saves a smaller share of the cost is the last one.
  private static let leastPassSaving = 1e-4

  private let matrix: FilterMatrix
  private let costs: CoverCosts
  private let prices: DropPrices?
  private let rootGroups: [Range<Int>]
  private(set) var order: [Int]
  private var estimate: TreeEstimate
  /// The cost of each root group's cover.
  private var groupCosts: [Double]
  /// Values that may yet be computed.
  private var work: Int

  init(
    _ tree: RowTree, _ matrix: FilterMatrix, costs: CoverCosts, prices: DropPrices?, work: Int,
    sampleLimit: Int
  ) {
    self.matrix = matrix
    self.costs = costs
    self.prices = prices
    self.work = work
    rootGroups = tree.rootGroups
    order = tree.order
    estimate = TreeEstimate(
      matrix, costs: costs, prices: prices, tree: tree, sampleLimit: sampleLimit)
    groupCosts = tree.rootGroups.map {
      CoverProgram.cost(matrix, rows: tree.order[$0], costs: costs, prices: prices)
    }
  }

  /// Exchanges tall row groups first, single rows last, and all again while that saves something.
  mutating func run() {
    let heights = [1] + costs.heights.map(\.height).filter { $0 < costs.rootHeight }
    for _ in 0..<Self.maximumPasses where work > 0 {
      let before = groupCosts.reduce(0, +)
      for height in heights.reversed() { pass(height: height) }
      if groupCosts.reduce(0, +) >= before * (1 - Self.leastPassSaving) { return }
    }
  }

  // MARK: Passes

  private mutating func pass(height: Int) {
    let places = places(height: height)
    var own = places.map { estimate.cost($0, with: $0) }
    for a in places.indices {
      for b in candidates(for: a, places, own) where exchange(places[a], places[b]) {
        for index in places.indices
        where places[index].group == places[a].group || places[index].group == places[b].group {
          work -= estimate.work(places[index], places[index])
          own[index] = estimate.cost(places[index], with: places[index])
        }
        break
      }
      if work <= 0 { return }
    }
  }

  /// All nodes of so many rows.
  private func places(height: Int) -> [TreeEstimate.Place] {
    rootGroups.enumerated().flatMap { group, range -> [TreeEstimate.Place] in
      let count = range.count / height
      return (0..<count).map { TreeEstimate.Place(group: group, node: count + $0) }
    }
  }

  /// The places behind `a` that it is best exchanged with, by estimated savings.
  private mutating func candidates(
    for a: Int, _ places: [TreeEstimate.Place], _ own: [Float]
  ) -> [Int] {
    var best: [(saving: Float, index: Int)] = []
    for b in a + 1..<max(places.count, a + 1) where work > 0 {
      let (placeA, placeB) = (places[a], places[b])
      guard canMatter(placeA, placeB) else { continue }
      work -= 2 * estimate.work(placeA, placeB)
      let saving: Float
      var cost = groupCosts[placeA.group]
      if placeA.group == placeB.group {
        saving = estimate.saving(within: placeA.group, placeA.node, placeB.node)
      } else {
        cost += groupCosts[placeB.group]
        saving =
          own[a] + own[b] - estimate.cost(placeA, with: placeB)
          - estimate.cost(placeB, with: placeA)
      }
      guard saving > Self.leastSaving * Float(cost) else { continue }
      if best.count == Self.candidateCount, let last = best.last {
        if saving <= last.saving { continue }
        best.removeLast()
      }
      best.insert((saving, b), at: best.firstIndex { $0.saving < saving } ?? best.endIndex)
    }
    return best.map(\.index)
  }

  /// Whether exchanging two nodes of equal height makes another tree of the nodes that may be segments.
  private func canMatter(_ a: TreeEstimate.Place, _ b: TreeEstimate.Place) -> Bool {
    guard a.group == b.group else { return a.node > 1 || b.node > 1 }
    let height = rootGroups[a.group].count
    let least = costs.heights.first?.height ?? .max
    var (nodeA, nodeB) = (a.node / 2, b.node / 2)
    while nodeA > 1, height >> CoverProgram.depth(nodeA) < least {
      (nodeA, nodeB) = (nodeA / 2, nodeB / 2)
    }
    return nodeA != nodeB
  }

  // MARK: Exchanges

  /// Exchanges two row groups if that makes their root groups cost no more.
  private mutating func exchange(_ a: TreeEstimate.Place, _ b: TreeEstimate.Place) -> Bool {
    let groups = a.group == b.group ? [a.group] : [a.group, b.group]
    for group in groups { work -= Self.coverWork * rootGroups[group].count * matrix.taps }
    swapRows(a, b)
    let newCosts = groups.map {
      CoverProgram.cost(matrix, rows: order[rootGroups[$0]], costs: costs, prices: prices)
    }
    let before = groups.reduce(0) { $0 + groupCosts[$1] }
    guard newCosts.reduce(0, +) <= before else {
      swapRows(a, b)
      return false
    }
    for (group, cost) in zip(groups, newCosts) {
      groupCosts[group] = cost
      estimate.update(group, rows: order[rootGroups[group]])
    }
    return true
  }

  private mutating func swapRows(_ a: TreeEstimate.Place, _ b: TreeEstimate.Place) {
    for (left, right) in zip(positions(a), positions(b)) { order.swapAt(left, right) }
  }

  private func positions(_ place: TreeEstimate.Place) -> Range<Int> {
    let depth = CoverProgram.depth(place.node)
    let height = rootGroups[place.group].count >> depth
    let first = rootGroups[place.group].lowerBound + (place.node - (1 << depth)) * height
    return first..<first + height
  }
}
