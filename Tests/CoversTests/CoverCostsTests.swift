import Covers
import Testing

@Suite struct CoverCostsTests {
  @Test func segmentsPayStartUpAndPaddedTaps() {
    let entry = CoverCosts.HeightCost(height: 4, perTap: 2, startUp: 5, rounding: 8)
    let want: [(Int, Double)] = [(0, 0), (1, 21), (7, 21), (8, 21), (9, 37)]
    for (taps, time) in want { #expect(entry.time(tapCount: taps) == time, "\(taps) taps") }
  }

  @Test func chunksCoverTheTaps() {
    let cases: [(taps: Int, length: Int, want: [Range<Int>])] = [
      (0, 4, []), (3, 4, [0..<3]), (4, 4, [0..<4]), (9, 4, [0..<4, 4..<8, 8..<9]),
      (5, .max, [0..<5]), (2, 1, [0..<1, 1..<2]),
    ]
    for (taps, length, want) in cases {
      let costs = CoverCosts(leaf: 1, heights: [], tapsPerChunk: length)
      #expect(costs.chunks(taps: taps) == want, "\(taps) taps in chunks of \(length)")
    }
  }

  @Test func heightsPayBelowTheirHalves() {
    let costs = CoverCosts(
      leaf: 1,
      heights: [
        .init(height: 2, perTap: 2), .init(height: 4, perTap: 3), .init(height: 16, perTap: 12),
        .init(height: 32, perTap: 13),
      ])
    #expect(costs.payingHeights == [4, 32])
    #expect(costs.rootHeight == 32)
  }

  /// A segment of a height that the costs do not list has no predicted time.
  @Test func unlistedHeightsHaveNoTime() throws {
    let matrix = try FilterMatrix(rows: 6, taps: 2, values: Array(repeating: 1, count: 12))
    let costs = CoverCosts(leaf: 1, rowStartUp: 1, heights: [.init(height: 4, perTap: 2)])
    #expect(Cover.dense(matrix, rootHeight: 4, costs: costs).predictedCost == nil)
    #expect(Cover.dense(matrix, rootHeight: 1, costs: costs).predictedCost == 18)
  }

  /// A layer that runs twice takes twice the time in all its parts.
  @Test func scaledLayersTakeScaledTimes() throws {
    let covers = CoverCosts(
      leaf: 1, rowStartUp: 0.5,
      heights: [
        .init(height: 2, perTap: 1.5, startUp: 0.75),
        .init(height: 4, perTap: 2, startUp: 1, rounding: 4),
      ], tapsPerChunk: 3)
    let layer = LayerCosts(
      covers: covers, floor: LayerFloor(floor: 40, fixed: 3), denseTime: 100)
    let twice = layer.scaled(by: 2)
    let matrix = try FilterMatrix(
      rows: 4, taps: 5, values: (0..<20).map { $0 % 3 == 0 ? 0 : Float($0) })
    let tree = RowTree.greedy(matrix, costs: covers)
    let time = try #require(Cover.exact(matrix, costs: covers, tree: tree).predictedCost)
    #expect(Cover.exact(matrix, costs: twice.covers, tree: tree).predictedCost == 2 * time)
    for covers in [0, 10, 100.0] {
      #expect(twice.floor.time(covers: 2 * covers) == 2 * layer.floor.time(covers: covers))
    }
    #expect(twice.denseTime == 200)
  }
}
