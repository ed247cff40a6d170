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
}
