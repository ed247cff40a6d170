/// The pruned covers of a layer that has a floor.
///
/// Below the floor nothing is saved. Where plain pruning would end there, the costs are scaled down until
/// the covers' time just reaches it, so that no weight is dropped for time that cannot be saved. Scaling
/// the costs by σ is raising λ to λ / σ; with σ = 0 nothing is dropped.
///
/// Whether the layer is better dense is for the caller to compare, as a whole.
package struct LayerPruning: Hashable, Sendable {
  /// One filter matrix of the layer: all of it, a group of a convolution, or a phase.
  package struct Part: Hashable, Sendable {
    package var matrix: FilterMatrix
    package var tree: RowTree
    /// What dropping weights costs and slots win back, without regard to the floor.
    package var prices: DropPrices

    package init(matrix: FilterMatrix, tree: RowTree, prices: DropPrices) {
      self.matrix = matrix
      self.tree = tree
      self.prices = prices
    }
  }

  /// One for each part.
  package let covers: [Cover]
  /// σ, the scale of the costs with which weights were dropped, in 0...1.
  package let costScale: Double
  /// The time of the layer.
  package let time: Double
  /// What dropping the dropped weights costs, by the prices of the parts.
  package let price: Double
  /// What filled slots may win back, by the prices of the parts.
  package let credit: Double

  /// The time, and the price of what is dropped, less what filled slots may win back.
  package var cost: Double { time + price - credit }

  /// The bisections of the scale, at most.
  private static let maximumSteps = 32

  /// Prunes the parts of a layer.
  ///
  /// With the scale that the bisection ends at, covers are a little above the floor, or a little below it;
  /// in the second case the weights of the highest prices become leaves again for as long as that takes no
  /// time. Of the two the one that costs less is taken.
  ///
  /// - Precondition: each part's tree has the rows of its matrix, and its prices an importance for each
  ///   weight.
  /// - Complexity: that of at most 34 covers of each part; of one where the floor does not bind.
  package init(_ parts: [Part], costs: CoverCosts, floor: LayerFloor) {
    let plain = LayerPruning(parts, costs: costs, floor: floor, scale: 1)
    guard plain.coverTime < floor.coverTime else {
      self = plain
      return
    }
    let exact = LayerPruning(parts, costs: costs, floor: floor, scale: 0)
    guard exact.coverTime > floor.coverTime else {
      // Slots that may win something back are the only reason not to take the exact covers.
      let restored = plain.restoring(parts, costs: costs, floor: floor)
      self = restored.cost < exact.cost ? restored : exact
      return
    }
    var (above, below) = (exact, plain)
    for _ in 0..<Self.maximumSteps {
      // One weight more or less: there is nothing between the two.
      if below.droppedCount - above.droppedCount <= 1 { break }
      let middle = LayerPruning(
        parts, costs: costs, floor: floor, scale: (above.costScale + below.costScale) / 2)
      if middle.coverTime < floor.coverTime { below = middle } else { above = middle }
    }
    // Heuristics for start-up and rounding may make either end the best after all.
    let others = [below, plain].map { $0.restoring(parts, costs: costs, floor: floor) } + [exact]
    self = others.reduce(above) { $1.cost < $0.cost ? $1 : $0 }
  }

  /// Prunes with costs of one scale.
  private init(_ parts: [Part], costs: CoverCosts, floor: LayerFloor, scale: Double) {
    let covers = parts.map { part in
      guard scale > 0 else { return Cover.exact(part.matrix, costs: costs, tree: part.tree) }
      let lambda = min(part.prices.lambda / scale, .greatestFiniteMagnitude)
      return Cover.pruned(
        part.matrix, costs: costs, tree: part.tree, prices: part.prices.with(lambda: lambda))
    }
    self.init(covers, parts, costs: costs, floor: floor, scale: scale)
  }

  private init(
    _ covers: [Cover], _ parts: [Part], costs: CoverCosts, floor: LayerFloor, scale: Double
  ) {
    self.covers = covers
    costScale = scale
    time = floor.time(covers: Self.time(covers))
    price = zip(covers, parts).reduce(0) { $0 + $1.0.price($1.1.prices) }
    credit = zip(covers, parts).reduce(0) { $0 + $1.0.credit($1.1.prices, costs: costs) }
  }

  private static func time(_ covers: [Cover]) -> Double {
    covers.reduce(0) { $0 + ($1.predictedCost ?? .infinity) }
  }

  private var coverTime: Double { Self.time(covers) }
  private var droppedCount: Int { covers.reduce(0) { $0 + $1.dropped.count } }

  /// Keeps dropped weights as leaves, by descending price, as long as the floor is not exceeded.
  private func restoring(_ parts: [Part], costs: CoverCosts, floor: LayerFloor) -> LayerPruning {
    let candidates = zip(parts, covers).enumerated().flatMap { index, part in
      part.1.dropped.map { weight in
        let importance = Double(part.0.prices.importance[weight])
        return (part: index, weight: weight, price: part.0.prices.lambda * importance)
      }
    }.sorted { ($1.price, $0.part, $0.weight) < ($0.price, $1.part, $1.weight) }
    var leaves = covers.map { LeafAdditions($0, costs: costs) }
    var slack = floor.coverTime - coverTime
    for candidate in candidates {
      let time = leaves[candidate.part].time(ofAdding: candidate.weight)
      guard time <= slack else { continue }
      slack -= time
      leaves[candidate.part].add(candidate.weight)
    }
    let restored = zip(leaves, parts).map { $0.cover(of: $1.matrix) }
    return LayerPruning(restored, parts, costs: costs, floor: floor, scale: costScale)
  }
}
