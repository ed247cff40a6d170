import Covers
import Repruning
import Tensors

/// A network of seeded layers that can be made again from its name.
struct NetworkCase: CustomStringConvertible, Sendable {
  var layerCount = 6
  var inputs = LayerCase.Inputs.correlated
  var drift: Float = 0
  /// Whether some layers have floors, and some are faster dense.
  var hasFloors = true
  /// Rows and taps are so many times as many.
  var scale = 1
  var seed: UInt64 = 1

  var description: String {
    "\(layerCount) layers of scale \(scale), \(inputs.rawValue), drift \(drift),"
      + " floors \(hasFloors), seed \(seed)"
  }

  /// Those without drift lose nothing as they are.
  static let all: [NetworkCase] = [
    NetworkCase(), NetworkCase(inputs: .rectified, seed: 2), NetworkCase(hasFloors: false, seed: 3),
    NetworkCase(layerCount: 1, hasFloors: false, seed: 4), NetworkCase(inputs: .twins, seed: 5),
    NetworkCase(layerCount: 9, seed: 6), NetworkCase(inputs: .degenerate, seed: 7),
    NetworkCase(layerCount: 4, hasFloors: false, scale: 2, seed: 8),
  ]

  func make(isCalibrated: Bool = true) throws -> Network {
    var random = SplitMix64(seed: seed)
    func draw(_ range: ClosedRange<Double>) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double(random.uniform() + 1) / 2
    }
    var (parts, layers): ([[Layer]], [PricedLayer]) = ([], [])
    for index in 0..<layerCount {
      // Every third layer is a convolution in two groups.
      let group = try (0..<(index % 3 == 2 ? 2 : 1)).map { group in
        try LayerCase(
          rows: scale * (index % 2 == 0 ? 16 : 11), taps: scale * (18 + index),
          positions: scale * 150, inputs: inputs, zeros: 0.5 + 0.05 * Double(index % 7),
          drift: drift, seed: seed &* 31 &+ UInt64(10 * index + group)
        ).make()
      }
      let time = draw(0.5...2)
      // Every fifth has leaves only.
      let costs = Self.costs(
        time: time, startUp: index % 4 == 3 ? 1 : 0, heights: index % 5 == 4 ? [] : [2, 4, 8])
      let exact = group.reduce(0.0) {
        let search = CoverSearch()
        return $0 + (search($1.weights.matrix, costs: costs).cover.predictedCost ?? .infinity)
      }
      let floor = LayerFloor(
        floor: hasFloors && index % 3 == 1 ? draw(0.4...0.8) * exact : 0, fixed: index == 0 ? 2 : 0)
      let layer = PricedLayer(
        name: "layer \(index)",
        parts: try group.map {
          PricedLayer.Part(
            weights: $0.weights, statistics: isCalibrated ? try $0.statistics() : nil)
        },
        costs: LayerCosts(
          covers: costs, floor: floor,
          denseTime: floor.floor + exact * (hasFloors && index % 5 == 0 ? 0.75 : 1.8)),
        lossPerError: draw(0.2...3), adaptsBias: index % 4 != 2)
      parts.append(group)
      layers.append(layer)
    }
    return Network(parts: parts, layers: layers)
  }

  static func costs(time: Double, startUp: Double, heights: [Int]) -> CoverCosts {
    CoverCosts(
      leaf: 0.5 * time, rowStartUp: 0.3 * startUp * time,
      heights: zip(heights, [0.6, 0.8, 1.2]).map {
        .init(height: $0, perTap: $1 * time, startUp: startUp * time)
      })
  }
}

/// Layers with the data that they were made of.
struct Network {
  let parts: [[Layer]]
  let layers: [PricedLayer]

  /// The loss of a layer by the definition, from its data.
  func loss(_ index: Int, _ weights: [FilterWeights]) -> Double {
    let error = zip(parts[index], weights).reduce(0.0) {
      $0 + $1.0.errors(of: $1.1).reduce(0, +)
    }
    return layers[index].lossPerError * error / parts[index].reduce(0) { $0 + $1.energy }
  }

  /// The time of a layer by the definition, from its covers.
  func time(_ index: Int, _ covers: [Cover]) -> Double {
    let costs = layers[index].costs
    guard !covers.isEmpty else { return costs.denseTime }
    var time = costs.floor.fixed
    for cover in covers {
      for segment in cover.segments {
        let entry = costs.covers.heights.first { $0.height == segment.height }
        time += entry.map { $0.startUp + $0.perTap * Double(segment.taps.count) } ?? .infinity
      }
      for leaves in cover.leavesByRow where !leaves.isEmpty {
        time += costs.covers.rowStartUp + costs.covers.leaf * Double(leaves.count)
      }
    }
    return max(costs.floor.floor, time)
  }
}

/// |got − want| ≤ 1e-9 · |want|, or as much absolutely.
func isSame(_ got: Double, _ want: Double) -> Bool {
  abs(got - want) <= 1e-9 * max(1, abs(want))
}
