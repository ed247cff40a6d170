import Scores
import Testing

@Suite struct ScoredClassesTests {
  @Test(
    arguments: [
      ([4, 10], 10), ([4, 2, 1, 1], 2), ([4, 1000, 1], 1000), ([4, 1], nil), ([4], nil), ([], nil),
      ([4, 10, 2], nil), ([4, 10, 1, 2], nil), ([1, 10], nil), ([8, 10], nil), ([4, 0], nil),
    ] as [([Int], Int?)]) func shapesOfFourImages(_ shape: [Int], _ want: Int?)
  {
    #expect(ScoredClasses.count(in: shape, batch: 4) == want)
  }

  @Test func ranks() {
    let scores: ArraySlice<Double> = [9, 9, 1, .nan, 3, 1, .infinity, -.infinity, 3][2...]
    // 1, NaN, 3, 1, ∞, −∞, 3
    #expect((0..<7).map { ScoredClasses.rank(of: $0, in: scores) } == [3, nil, 1, 4, 0, 5, 2])
  }
}
