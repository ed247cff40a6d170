import Covers
import GPUKernels

/// One way to cover the layers of a network, and what came of it.
struct StudyStep: Encodable {
  let name: String
  /// The predicted time of all layers, in microseconds.
  let time: Double
  var timeOverNatural = 1.0
  let timeOverDense: Double
  /// The time, and the price of the weights that were dropped, in microseconds; absent in exact covers.
  var cost: Double?
  var costOverNatural: Double?
  /// The share of the weights that are not zero.
  var droppedShare: Double?
  /// What searching all covers took on this machine.
  let seconds: Double
  /// How many filter matrices the published rule covered by blocks, or as a whole.
  var outcomes: [String: Int]?
}

/// The filter matrices of a network under one cost setting, one after the other.
struct StudyCase {
  struct Item {
    var matrix: FilterMatrix
    /// Those that the backend covers by.
    var backendCosts: CoverCosts
    var costs: CoverCosts
    /// The share of each weight in the squared sum of its layer's.
    var importance: [Float]
  }

  let items: [Item]
  let denseTime: Double
  let nonZeroCount: Int

  init(_ network: StudyNetwork, _ setting: CostSetting) {
    items = network.layers.flatMap { layer -> [Item] in
      guard let costs = layer.costs[setting] else { return [] }
      let squares = layer.matrices.reduce(0.0) { sum, matrix in
        matrix.values.reduce(sum) { $0 + Double($1) * Double($1) }
      }
      return layer.matrices.map { matrix in
        Item(
          matrix: matrix, backendCosts: costs,
          costs: setting == .gpu ? costs.withPaddedBands : costs,
          importance: matrix.values.map { Float(Double($0) * Double($0) / squares) })
      }
    }
    denseTime = items.reduce(0) { $0 + $1.backendCosts.denseTime($1.matrix) }
    nonZeroCount = items.reduce(0) { $0 + $1.matrix.nonZeroCount }
  }

  /// Covers all matrices exactly.
  func exact(_ name: String, tree: (FilterMatrix, Item) -> RowTree) -> StudyStep {
    timed(name) {
      items.reduce(0) {
        let tree = tree($1.matrix, $1)
        return $0
          + (Cover.exact($1.matrix, costs: $1.costs, tree: tree).predictedCost ?? .infinity)
      }
    }
  }

  /// Covers all matrices in a way that has no tree.
  func timed(_ name: String, time: () -> Double) -> StudyStep {
    var total = 0.0
    let duration = ContinuousClock().measure { total = time() }
    return StudyStep(
      name: name, time: total / 1e3, timeOverDense: total / denseTime,
      seconds: duration / .seconds(1))
  }

  func published(_ name: String, groupCount: (_ rows: Int) -> Int) -> StudyStep {
    var outcomes: [String: Int] = [:]
    var step = timed(name) {
      items.reduce(0) {
        let blocks = PublishedBlocks(
          $1.matrix, costs: $1.backendCosts, groupCount: groupCount($1.matrix.rows))
        outcomes[blocks.outcome.rawValue, default: 0] += 1
        return $0 + blocks.time
      }
    }
    step.outcomes = outcomes
    return step
  }

  /// Covers all matrices, and drops what is not worth its time.
  func pruned(
    _ name: String, lambda: Double,
    cover: (FilterMatrix, Item, DropPrices) -> Cover
  ) -> StudyStep {
    var (time, price, dropped) = (0.0, 0.0, 0)
    var step = timed(name) {
      for item in items {
        let prices = DropPrices(lambda: lambda, importance: item.importance)
        let cover = cover(item.matrix, item, prices)
        time += cover.predictedCost ?? .infinity
        price += cover.price(prices)
        dropped += cover.dropped.count
      }
      return time
    }
    step.cost = (time + price) / 1e3
    step.droppedShare = Double(dropped) / Double(nonZeroCount)
    return step
  }

  /// The λ at which covers of greedy trees drop this share of the weights.
  func lambda(dropping share: Double) -> Double {
    let trees = items.map { RowTree.greedy($0.matrix, costs: $0.backendCosts) }
    func droppedShare(_ lambda: Double) -> Double {
      let dropped = zip(items, trees).reduce(0) { sum, pair in
        let (item, tree) = pair
        let cover = Cover.pruned(
          item.matrix, costs: item.costs, tree: tree,
          prices: DropPrices(lambda: lambda, importance: item.importance))
        return sum + cover.dropped.count
      }
      return Double(dropped) / Double(nonZeroCount)
    }
    var (low, high) = (1.0, 1.0)
    while droppedShare(low) < share { low /= 16 }
    while droppedShare(high) > share { high *= 16 }
    while high / low > 1.01 {
      let middle = (low * high).squareRoot()
      if droppedShare(middle) > share { low = middle } else { high = middle }
    }
    return (low * high).squareRoot()
  }
}
