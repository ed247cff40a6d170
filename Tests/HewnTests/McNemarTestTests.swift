import Hewn
import Testing

@Suite struct McNemarTestTests {
  @Test(
    arguments: [
      (0, 0, 1), (1, 0, 1), (5, 0, 0.0625), (0, 5, 0.0625), (10, 2, 158.0 / 4096), (8, 8, 1),
    ] as [(Int, Int, Double)]) func knowsSmallCases(first: Int, second: Int, want: Double)
  {
    #expect(abs(McNemarTest.probability(first, second) - want) < 1e-12)
  }

  /// Counts all ways in which images can fall to one of two equally good models.
  @Test func agreesWithEnumeration() {
    for count in 1...12 {
      for first in 0...count {
        let fewer = min(first, count - first)
        let extreme = (0..<(1 << count)).count { $0.nonzeroBitCount <= fewer }
        let want = min(1, 2 * Double(extreme) / Double(1 << count))
        let got = McNemarTest.probability(first, count - first)
        #expect(abs(got - want) < 1e-12, "\(first) of \(count): \(got), want \(want)")
      }
    }
  }

  /// The sum over C(2100, k) / 2²⁰⁹⁹ in rational arithmetic.
  @Test func doesNotOverflow() {
    let got = McNemarTest.probability(1000, 1100)
    #expect(abs(got - 0.030_720_707_864_242_296) < 1e-12, "\(got)")
    #expect(McNemarTest.probability(10_000, 0) == 0, "below what a double holds")
  }
}
