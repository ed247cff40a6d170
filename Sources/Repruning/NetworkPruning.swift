package import Tensors

/// Trades the time of a network, or the number of its weights, against its loss, with one λ for all layers.
///
/// λ is the time that one unit of loss is worth. At λ = ∞ nothing is dropped, and the less it is, the less
/// time the network takes and the more it loses. Given λ, layers do not depend on each other: each becomes the
/// plan of its ``LayerFrontier`` of the least time + λ · loss. So the λ at which anything changes are known,
/// and at each of them one layer does.
package struct NetworkPruning: Sendable {
  /// What loss is traded for.
  package enum Saving: Hashable, Sendable {
    case time
    /// Weights that are not zero, whatever time they take. Within layers plans are still those of the least
    /// time.
    case weights
  }

  /// One layer's change to its next plan.
  struct Change: Hashable, Sendable {
    /// The λ below which the plan is the better one.
    let lambda: Double
    let layer: Int
    /// Its index in the layer's plans.
    let plan: Int
  }

  /// What each layer may become.
  package let frontiers: [LayerFrontier]
  /// The time of all other layers.
  package let otherTime: Double
  package let saving: Saving
  /// For each layer its plans that are best at some λ, ascending.
  private let corners: [[Int]]
  /// By descending λ.
  let changes: [Change]

  /// - Parameters:
  ///   - priceCount: the prices at which a layer is pruned; nil for as many as is usual.
  ///   - parts: runs layers side by side.
  /// - Throws: `outOfMemory`.
  package init(
    _ layers: [PricedLayer], otherTime: Double = 0, rounds: LayerRounds.Options = .init(),
    priceCount: Int? = nil, parts: PartLoop = runInOrder
  ) throws(HewnError) {
    let frontiers = try collect(layers.count, parts) { layer throws(HewnError) in
      try LayerFrontier(layers[layer], options: rounds, priceCount: priceCount)
    }
    self.init(frontiers, otherTime: otherTime)
  }

  /// Trades the times of layers whose plans are known.
  package init(_ frontiers: [LayerFrontier], otherTime: Double = 0, saving: Saving = .time) {
    precondition(otherTime >= 0 && otherTime.isFinite, "a time of \(otherTime)")
    self.otherTime = otherTime
    self.frontiers = frontiers
    self.saving = saving
    let costs = frontiers.map { $0.plans.map(saving.cost) }
    let corners = zip(frontiers, costs).map { $0.corners(costs: $1) }
    self.corners = corners
    changes = frontiers.indices.flatMap { layer in
      let (plans, costs) = (frontiers[layer].plans, costs[layer])
      return zip(corners[layer], corners[layer].dropFirst()).map { before, after in
        let lambda = (costs[before] - costs[after]) / (plans[after].loss - plans[before].loss)
        return Change(lambda: lambda, layer: layer, plan: after)
      }
    }.sorted { ($1.lambda, $0.layer, $0.plan) < ($0.lambda, $1.layer, $1.plan) }
  }

  /// The network as it is, each layer in the faster form.
  package var unchanged: NetworkPlan {
    NetworkPlan(layers: frontiers.map(\.unchanged), otherTime: otherTime, lambda: .infinity)
  }

  /// The network at one λ; as it is where λ is infinite.
  ///
  /// - Precondition: λ trades time.
  package func plan(lambda: Double) -> NetworkPlan {
    precondition(lambda >= 0 && saving == .time, "λ of \(lambda)")
    guard lambda.isFinite else { return unchanged }
    return plan(choices(changeCount: changes.count { $0.lambda > lambda }), lambda: lambda)
  }

  /// The number of changes from λ = ∞ to λ = 0.
  package var changeCount: Int { changes.count }

  /// The network after the first changes, at the λ of the last of them.
  package func plan(changeCount: Int) -> NetworkPlan {
    precondition((0...changes.count).contains(changeCount), "\(changeCount) changes")
    return plan(choices(changeCount: changeCount), lambda: lambda(changeCount: changeCount))
  }

  /// The λ of a plan, in time.
  func lambda(changeCount: Int) -> Double {
    guard saving == .time else { return .infinity }
    return changeCount > 0 ? changes[changeCount - 1].lambda : .greatestFiniteMagnitude
  }

  /// For each layer the index of its plan after the first changes.
  func choices(changeCount: Int) -> [Int] {
    var choices = corners.map { $0[0] }
    for change in changes.prefix(changeCount) { choices[change.layer] = change.plan }
    return choices
  }

  /// The network with these of each layer's plans.
  func plan(_ choices: [Int], lambda: Double) -> NetworkPlan {
    NetworkPlan(
      layers: zip(frontiers, choices).map { $0.plans[$1] }, otherTime: otherTime, lambda: lambda)
  }
}

extension NetworkPruning.Saving {
  fileprivate func cost(_ plan: LayerPlan) -> Double {
    switch self {
    case .time: plan.time
    case .weights: Double(plan.nonZeroCount)
    }
  }
}
