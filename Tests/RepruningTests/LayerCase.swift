import Covers
import Repruning
import Tensors

/// A layer with calibration data that can be made again from its name.
struct LayerCase: CustomStringConvertible, Sendable {
  /// What the inputs look like.
  enum Inputs: String, CaseIterable, Sendable {
    /// Independent, as behind a ReLU: a third of them zero, means above zero.
    case rectified
    /// Sums of a few common signals and a little noise.
    case correlated
    /// Powers from 1e-8 to 1e8.
    case uneven
    /// Fewer signals than taps: Ĥ has no inverse.
    case degenerate
    /// Every second tap reads what the tap before reads.
    case twins
    /// Every third tap reads one number everywhere, and every fourth reads zero.
    case constant
    case zero

    /// Whether Ĥ is far from singular.
    var isRegular: Bool { self == .rectified || self == .correlated }
  }

  let rows: Int
  let taps: Int
  let positions: Int
  var inputs = Inputs.rectified
  /// The part of the original weights that is zero.
  var zeros = 0.5
  /// How far the inputs have moved from those of the original network.
  var drift: Float = 0.1
  var seed: UInt64 = 1

  var description: String {
    "\(rows)×\(taps), \(positions) positions, \(inputs.rawValue), \(zeros) zeros, drift \(drift),"
      + " seed \(seed)"
  }

  func make() throws -> Layer { try Layer(self) }

  static let shapes = [
    LayerCase(rows: 1, taps: 1, positions: 5), LayerCase(rows: 3, taps: 2, positions: 9),
    LayerCase(rows: 5, taps: 9, positions: 64), LayerCase(rows: 8, taps: 13, positions: 255),
    LayerCase(rows: 17, taps: 18, positions: 256), LayerCase(rows: 16, taps: 35, positions: 257),
    LayerCase(rows: 4, taps: 70, positions: 600),
  ]

  /// Every shape with every kind of inputs.
  static let all = shapes.flatMap { shape in
    Inputs.allCases.map { inputs in
      var layer = shape
      layer.inputs = inputs
      return layer
    }
  }
  static let regular = all.filter { $0.inputs.isRegular && $0.positions > 2 * $0.taps }
}

/// Weights, inputs and outputs of a layer, as floats and in double precision.
struct Layer {
  let weights: FilterWeights
  /// X̂, K × n.
  let inputs: [Float]
  /// Y, M × n.
  let outputs: [Float]
  let positions: Int
  /// The inputs in double precision, by tap.
  let x: [[Double]]
  /// The outputs in double precision, by filter.
  let y: [[Double]]

  var rows: Int { weights.matrix.rows }
  var taps: Int { weights.matrix.taps }

  init(_ layer: LayerCase) throws {
    var random = SplitMix64(seed: layer.seed &* 1000 &+ UInt64(layer.rows * 100 + layer.taps))
    let values = (0..<layer.rows * layer.taps).map { _ in
      Double(random.next() >> 11) * 0x1p-53 < layer.zeros ? 0 : random.uniform()
    }
    let bias = (0..<layer.rows).map { _ in random.uniform() }
    weights = FilterWeights(
      matrix: try FilterMatrix(rows: layer.rows, taps: layer.taps, values: values),
      bias: bias)
    let original = Self.rows(layer, &random)
    let drift = Self.rows(layer, &random)
    positions = layer.positions
    let inputs = zip(original, drift).map { original, drift in
      zip(original, drift).map { $0 + layer.drift * $1 }
    }
    let outputs = (0..<layer.rows).map { row in
      (0..<layer.positions).map { position in
        var sum = Double(bias[row])
        for tap in 0..<layer.taps {
          sum += Double(values[row * layer.taps + tap]) * Double(original[tap][position])
        }
        return Float(sum)
      }
    }
    self.inputs = inputs.flatMap { $0 }
    self.outputs = outputs.flatMap { $0 }
    x = inputs.map { $0.map { Double($0) } }
    y = outputs.map { $0.map { Double($0) } }
  }

  /// Inputs by tap, then by position.
  private static func rows(_ layer: LayerCase, _ random: inout SplitMix64) -> [[Float]] {
    func noise() -> [Float] { (0..<layer.positions).map { _ in random.uniform() } }
    let signals = (0..<max(1, layer.taps / 3)).map { _ in noise() }
    var rows: [[Float]] = []
    for tap in 0..<layer.taps {
      switch layer.inputs {
      case .rectified: rows.append(noise().map { max(0, $0 + 0.3) })
      case .uneven:
        let power = Double(tap * 16 % 17) - 8
        rows.append(noise().map { $0 * Float(Self.power(power)) })
      case .correlated, .degenerate:
        var row = noise().map { layer.inputs == .degenerate ? 0 : 0.3 * $0 }
        for signal in signals {
          let factor = random.uniform()
          for position in row.indices { row[position] += factor * signal[position] }
        }
        rows.append(row)
      case .twins: rows.append(tap % 2 == 1 ? rows[tap - 1] : noise())
      case .constant:
        rows.append(
          tap % 4 == 3 ? noise().map { _ in 0 } : tap % 3 == 2 ? noise().map { _ in 0.7 } : noise())
      case .zero: rows.append(noise().map { _ in 0 })
      }
    }
    return rows
  }

  /// 10^(exponent/2), so that squares span what exponents do.
  private static func power(_ exponent: Double) -> Double {
    var result = 1.0
    for _ in 0..<Int(abs(exponent)) { result *= 3.1622776601683795 }
    return exponent < 0 ? 1 / result : result
  }

  /// ‖Y‖².
  var energy: Double { y.joined().reduce(0) { $0 + $1 * $1 } }

  func statistics(blocks: TapBlocks? = nil, parts: PartLoop = runInOrder) throws -> LayerStatistics
  {
    var sums = try StatisticsAccumulator(
      original: weights.matrix, blocks: blocks ?? TapBlocks(taps == 0 ? [] : [0..<taps]))
    sums.add(inputs: inputs, outputs: outputs, positionCount: positions, parts: parts)
    return try sums.finish()
  }

  /// A cover by segments of 2, 4 and 8 rows and leaves that has dropped some weights.
  func cover(price: Double = 1.2, greedy: Bool = true) -> Cover {
    let costs = Self.costs
    let matrix = weights.matrix
    let prices = DropPrices(lambda: price, importance: matrix.values.map { $0 * $0 })
    let tree =
      greedy
      ? RowTree.greedy(matrix, costs: costs, prices: prices)
      : RowTree.natural(rows: matrix.rows, rootHeight: costs.rootHeight)
    return Cover.pruned(matrix, costs: costs, tree: tree, prices: prices)
  }

  static let costs = CoverCosts(
    leaf: 0.5,
    heights: [
      .init(height: 2, perTap: 0.6), .init(height: 4, perTap: 0.8), .init(height: 8, perTap: 1.2),
    ])

  /// The error of each filter by the definition.
  func errors(of weights: FilterWeights) -> [Double] {
    let (x, y) = (x, y)
    return (0..<rows).map { row in
      Oracle.error(
        inputs: x, outputs: y[row], weights: weights.matrix.doubles(row),
        bias: Double(weights.bias[row]))
    }
  }
}

extension FilterMatrix {
  /// A row in double precision.
  func doubles(_ row: Int) -> [Double] { (0..<taps).map { Double(self[row, $0]) } }
}

/// |got − want| ≤ tolerance · scale.
func isClose(_ got: Double, _ want: Double, _ tolerance: Double, scale: Double) -> Bool {
  abs(got - want) <= tolerance * scale
}
