import Hewn
import Testing

@Suite struct OutputDifferenceTests {
  private func difference(
    _ got: [Float], _ want: [Float], shape: [Int]? = nil
  ) throws -> OutputDifference {
    let shape = shape ?? [got.count]
    return try OutputDifference(
      got: Tensor(shape: shape, floats: got), want: Tensor(shape: shape, floats: want))
  }

  @Test func findsTheWorstElement() throws {
    let result = try difference([1, 2.5, -8, 3], [1, 2, -10, 3])
    #expect(result.maxAbsolute == 2)
    #expect(result.maxRelative == 0.2)
    #expect(result.maxExpected == 10)
    #expect(result.worstIndex == 2)
    #expect(result.passes(tolerance: 0.2) && !result.passes(tolerance: 0.19))
  }

  @Test func measuresAgainstZero() throws {
    let result = try difference([0, 0.25], [0, 0])
    #expect(result.maxRelative == 0.25)
    #expect(try difference([0, 0], [0, 0]).passes(tolerance: 0))
  }

  @Test func countsWhatIsNotFinite() throws {
    #expect(
      try difference([.nan, .infinity, -.infinity], [.nan, .infinity, -.infinity])
        .passes(tolerance: 0))
    for (got, want) in [(Float.nan, Float(1)), (1, .nan), (.infinity, -.infinity), (1, .infinity)] {
      let result = try difference([got, 1], [want, 1])
      #expect(result.nonFiniteCount == 1, "\(got) \(want)")
      #expect(!result.passes(tolerance: 1e9))
      #expect(result.maxAbsolute.isFinite && result.maxRelative.isFinite)
    }
  }

  @Test func staysFinite() throws {
    let result = try difference([1], [Float.leastNonzeroMagnitude])
    #expect(result.maxRelative.isFinite)
    #expect(!result.passes(tolerance: 1e30))
  }

  @Test func countsAgreeingItems() throws {
    let result = try difference(
      [1, 2, 5, 4, 0, 0, 3, 9], [1, 3, 4, 5, 0, 0, 3, 9], shape: [4, 2])
    #expect(result.top1Agreement == 0.75)
    #expect(try difference([1, 2], [1, 2]).top1Agreement == nil)
  }

  @Test func refusesOtherShapes() throws {
    let got = try Tensor(shape: [1, 2], floats: [1, 2])
    let want = try Tensor(shape: [2], floats: [1, 2])
    let error = #expect(throws: HewnError.self) { try OutputDifference(got: got, want: want) }
    #expect(error?.message.contains("1×2") == true)
  }

  @Test func weighsItemsOfAllOutputs() throws {
    let two = try difference([1, 2, 5, 4], [1, 3, 4, 5], shape: [2, 2])
    let one = try difference([1, 2], [1, 3], shape: [1, 2])
    let map = try difference([1, 2], [2, 1])
    let report = Fixtures.compareReport(outputs: ["two": two, "one": one, "map": map])
    #expect(abs((report.top1Agreement ?? 0) - 2.0 / 3) < 1e-12)
    #expect(Fixtures.compareReport(outputs: ["map": map]).top1Agreement == nil)
    #expect(!report.passed)
  }
}
