import Covers
import Repruning
import Tensors
import Testing

/// Searches on λ.
@Suite struct PlanSearchTests {
  private static let speedups = [0.5, 1, 1.1, 1.3, 1.5, 2, 3]

  @Test(arguments: NetworkCase.all + [NetworkCase(drift: 0.1, seed: 9)])
  func timesHold(_ networkCase: NetworkCase) throws {
    let network = try networkCase.make()
    let pruning = try NetworkPruning(network.layers, otherTime: 3)
    let least = pruning.plan(lambda: 0).time
    for speedup in Self.speedups {
      let found = pruning.plan(speedup: speedup)
      let label = "\(networkCase), speed-up \(speedup)"
      NetworkPruningTests.expectConsistent(found.plan, network, label)
      let target = pruning.unchanged.time / speedup
      #expect(found.isMet == (found.plan.time <= target), "\(label)")
      #expect(found.isMet || least > target, "\(label): not found")
      if speedup <= 1 { #expect(found.plan.loss <= pruning.unchanged.loss, "\(label)") }
      if speedup > 1, found.isMet, networkCase.layerCount > 1 {
        let reached = pruning.unchanged.time / found.plan.time
        #expect(reached <= 1.1 * speedup, "\(label): reached \(reached)")
      }
    }
  }

  /// By counting.
  @Test(arguments: NetworkCase.all) func firstChangesAreFound(_ networkCase: NetworkCase) throws {
    let pruning = try NetworkPruning(networkCase.make().layers)
    for first in 0...pruning.changeCount {
      #expect(pruning.firstChangeCount { $0 >= first } == first, "\(networkCase)")
    }
    #expect(pruning.firstChangeCount { _ in false } == nil, "\(networkCase)")
  }

  @Test func budgetsThatCannotBeMetSaySo() throws {
    for networkCase in NetworkCase.all {
      let network = try networkCase.make()
      let pruning = try NetworkPruning(network.layers, otherTime: 1)
      let fast = pruning.plan(speedup: 1e9)
      #expect(!fast.isMet && fast.plan.time == pruning.plan(lambda: 0).time, "\(networkCase)")
      let slow = pruning.plan(measuredSpeedup: 1e9, measurementLimit: 5) {
        pruning.unchanged.time / $0.time
      }
      #expect(slow.time == fast.plan.time, "\(networkCase)")
    }
  }

  /// Machines on which only a part of the predicted time is saved, more than is predicted, or times vary.
  @Test(arguments: [0.4, 0.7, 1, 1.5], [0, 0.01])
  func measuredSpeedupsAreMet(_ share: Double, _ noise: Double) throws {
    for networkCase in NetworkCase.all {
      let network = try networkCase.make()
      let pruning = try NetworkPruning(network.layers, otherTime: 1)
      var random = SplitMix64(seed: 5)
      func speedup(_ plan: NetworkPlan) -> Double {
        let saved = share * (pruning.unchanged.time - plan.time)
        let time = pruning.unchanged.time - min(saved, 0.9 * pruning.unchanged.time)
        return pruning.unchanged.time / time * (1 + noise * Double(random.uniform()))
      }
      let most = speedup(pruning.plan(lambda: 0))
      for factor in [1.05, 1.2, 1.5] where factor < 0.9 * most {
        var measured: [(plan: NetworkPlan, speedup: Double)] = []
        let plan = pruning.plan(measuredSpeedup: factor, measurementLimit: 8) { plan in
          measured.append((plan, speedup(plan)))
          return measured[measured.count - 1].speedup
        }
        let label = "\(networkCase), \(factor): \(measured.map(\.speedup))"
        #expect(measured.count <= 8, "\(label)")
        let enough = measured.filter { $0.speedup >= factor }
        #expect(!enough.isEmpty, "\(label)")
        // Of those that were fast enough, the one that loses least.
        #expect(plan.loss == enough.map(\.plan.loss).min(), "\(label)")
      }
    }
  }

  /// Against the best of all combinations of the layers' plans, by enumeration.
  @Test func searchesAreNearTheBestCombination() throws {
    var gaps: [Double] = []
    for seed in UInt64(20)..<30 {
      let network = try NetworkCase(layerCount: 4, seed: seed).make()
      let pruning = try NetworkPruning(network.layers, priceCount: 6)
      var all: [(time: Double, loss: Double)] = [(0, 0)]
      for frontier in pruning.frontiers {
        all = all.flatMap { sum in
          frontier.plans.map { (sum.time + $0.time, sum.loss + $0.loss) }
        }
      }
      for speedup in [1.2, 1.5, 2] {
        let target = pruning.unchanged.time / speedup
        let want = all.filter { $0.time <= target }.map(\.loss).min()
        let found = pruning.plan(speedup: speedup)
        #expect(found.isMet == (want != nil), "seed \(seed), speed-up \(speedup)")
        guard let want else { continue }
        #expect(found.plan.loss >= want * (1 - 1e-9), "seed \(seed), speed-up \(speedup)")
        gaps.append(found.plan.loss / want - 1)
      }
    }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    print(
      "loss above the best combination: \(mean) mean, \(gaps.max() ?? 0) worst of \(gaps.count)")
    #expect(gaps.count >= 20 && mean <= 0.05)
  }

  /// At the same time, what is done for the layers counts.
  @Test func eachStepOfCompensationLowersTheLoss() throws {
    var sums = [Double](repeating: 0, count: Compensation.allCases.count)
    for seed in UInt64(40)..<44 {
      let network = try NetworkCase(drift: 0.05, hasFloors: false, seed: seed).make()
      for (index, compensation) in Compensation.allCases.enumerated() {
        let pruning = try NetworkPruning(
          network.layers, rounds: .init(compensation: compensation))
        for speedup in [1.3, 1.6, 2] {
          let found = pruning.plan(speedup: speedup)
          #expect(found.isMet, "seed \(seed), \(compensation), \(speedup)")
          sums[index] += found.plan.loss
        }
      }
    }
    print(
      "loss at equal time: "
        + zip(Compensation.allCases, sums).map { "\($0) \($1 / 12)" }.joined(separator: ", "))
    for (before, after) in zip(sums, sums.dropFirst()) { #expect(after < before, "\(sums)") }
  }
}
