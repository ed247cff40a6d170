import Covers
import Tensors

/// A cost model with a name, for the catalogues below.
struct CostCase: CustomStringConvertible {
  let name: String
  let costs: CoverCosts
  var description: String { name }

  /// Costs that are a sum over taps and leaves: the program is optimal.
  static let additive: [CostCase] = [
    CostCase(
      name: "every height pays",
      costs: CoverCosts(
        leaf: 1,
        heights: [
          .init(height: 2, perTap: 1.6), .init(height: 4, perTap: 2.7),
          .init(height: 8, perTap: 4.5),
        ])),
    CostCase(
      name: "ties",
      costs: CoverCosts(
        leaf: 1, heights: [.init(height: 2, perTap: 2), .init(height: 4, perTap: 4)])),
    CostCase(
      name: "a hole at height 4",
      costs: CoverCosts(
        leaf: 1, heights: [.init(height: 2, perTap: 1.5), .init(height: 8, perTap: 4)])),
    CostCase(
      name: "a leaf as dear as a tall tap",
      costs: CoverCosts(
        leaf: 1, heights: [.init(height: 4, perTap: 1), .init(height: 8, perTap: 1.6)])),
    CostCase(
      name: "segments never pay",
      costs: CoverCosts(leaf: 1, heights: [.init(height: 4, perTap: 9)])),
    CostCase(name: "no heights", costs: CoverCosts(leaf: 3, heights: [])),
  ]

  /// Costs with start-up, rounding and chunks.
  static let nonAdditive: [CostCase] = [
    CostCase(
      name: "CPU-like start-up",
      costs: CoverCosts(
        leaf: 1, rowStartUp: 1.5,
        heights: [
          .init(height: 2, perTap: 1.6, startUp: 3), .init(height: 4, perTap: 2.7, startUp: 6),
        ])),
    CostCase(
      name: "dear start-up",
      costs: CoverCosts(
        leaf: 1, rowStartUp: 0.5,
        heights: [
          .init(height: 2, perTap: 1.2, startUp: 2), .init(height: 4, perTap: 1.5, startUp: 4),
          .init(height: 8, perTap: 2, startUp: 6),
        ])),
    CostCase(
      name: "rounding to 4",
      costs: CoverCosts(
        leaf: 1,
        heights: [
          .init(height: 4, perTap: 1.5, rounding: 4), .init(height: 8, perTap: 2, rounding: 4),
        ])),
    CostCase(
      name: "start-up, rounding and chunks",
      costs: CoverCosts(
        leaf: 1, rowStartUp: 0.25,
        heights: [
          .init(height: 2, perTap: 1.3, startUp: 1, rounding: 2),
          .init(height: 4, perTap: 2, startUp: 1.5, rounding: 2),
        ], tapsPerChunk: 5)),
  ]

  static var all: [CostCase] { additive + nonAdditive }
}

/// A filter matrix that can be made again from its name.
struct MatrixCase: CustomStringConvertible {
  let rows: Int
  let taps: Int
  let zeros: Double
  let seed: UInt64
  var emptyRow: Int?
  var emptyTap: Int?

  var description: String {
    "\(rows)×\(taps), zeros \(zeros), seed \(seed), empty row \(emptyRow.map(String.init) ?? "-"),"
      + " empty tap \(emptyTap.map(String.init) ?? "-")"
  }

  /// The matrix; some of its zeros are negative.
  func matrix() throws -> FilterMatrix {
    try FilterMatrix(rows: rows, taps: taps, values: values())
  }

  func values() -> [Float] {
    var generator = SplitMix64(seed: seed)
    return (0..<rows * taps).map { index in
      let value = generator.uniform()
      let draw = Double(generator.next() >> 11) * 0x1p-53
      if draw < zeros || index / taps == emptyRow || index % taps == emptyTap {
        return index % 5 == 0 ? -0.0 : 0
      }
      return value == 0 ? 0.5 : value
    }
  }

  /// Edges, then seeded sizes and sparsities.
  static let catalogue: [MatrixCase] = edges + emptyLines + random

  private static let edges: [MatrixCase] = {
    let shapes = [
      (0, 0), (0, 3), (3, 0), (1, 1), (1, 7), (7, 1), (2, 2), (4, 4), (8, 16), (16, 8), (3, 5),
      (13, 11), (17, 31), (24, 9), (31, 64), (33, 65),
    ]
    var cases: [MatrixCase] = []
    for (rows, taps) in shapes {
      for zeros in [0.0, 0.5, 0.9, 1.0] {
        let seed = UInt64(rows * 100 + taps)
        cases.append(MatrixCase(rows: rows, taps: taps, zeros: zeros, seed: seed))
      }
    }
    return cases
  }()

  private static let emptyLines: [MatrixCase] = [
    MatrixCase(rows: 12, taps: 20, zeros: 0.4, seed: 1, emptyRow: 5),
    MatrixCase(rows: 12, taps: 20, zeros: 0.4, seed: 2, emptyTap: 0),
    MatrixCase(rows: 9, taps: 10, zeros: 0.2, seed: 3, emptyRow: 8, emptyTap: 9),
  ]

  private static let random: [MatrixCase] = (0..<12).map { (seed: Int) -> MatrixCase in
    let rows = 1 + seed * 7 % 40
    let taps = 1 + seed * 13 % 50
    return MatrixCase(
      rows: rows, taps: taps, zeros: Double(seed) / 12, seed: UInt64(1000 + seed))
  }
}
