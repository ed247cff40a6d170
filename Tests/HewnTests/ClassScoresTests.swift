import Hewn
import Testing

@Suite struct ClassScoresTests {
  @Test(
    arguments: [
      ([2, 10], 10), ([1, 1000, 1, 1], 1000), ([10], nil), ([2, 1], nil), ([1, 3, 2], nil),
      ([0, 10], nil), ([], nil),
    ] as [([Int], Int?)]) func recognisesScores(shape: [Int], want: Int?)
  {
    #expect(ClassScores.classCount(of: shape) == want)
  }

  @Test func keepsProbabilities() {
    let (probabilities, isSoftmax) = ClassScores.probabilities(of: [0.25, 0.7, 0.0502])
    #expect(!isSoftmax)
    #expect(probabilities == [0.25, 0.7, 0.0502])
  }

  @Test(
    arguments: [
      ([0, 0], [0.5, 0.5]), ([1000, 1000, -1000], [0.5, 0.5, 0]), ([-0.5, 1.5], [0.1192, 0.8808]),
      ([.nan, 1], [0, 1]), ([.infinity, 0], [1, 0]), ([-.infinity, 2], [0, 1]),
    ] as [([Double], [Double])]) func takesTheSoftmax(scores: [Double], want: [Double])
  {
    let (got, isSoftmax) = ClassScores.probabilities(of: scores)
    #expect(isSoftmax)
    for (g, w) in zip(got, want) { #expect(abs(g - w) < 1e-4, "\(scores): \(got)") }
  }

  @Test func ordersClasses() throws {
    let output = try Tensor(shape: [2, 3], floats: [0.2, 0.5, 0.3, 7, 7, 1])
    let top = try ClassScores.top(2, of: output, labels: ["cat", "dog"])
    #expect(top.map { $0.classes.map(\.index) } == [[1, 2], [0, 1]])
    #expect(top.map { $0.classes.map(\.label) } == [["dog", nil], ["cat", "dog"]])
    #expect(top.map(\.isSoftmax) == [false, true])
    #expect(top[0].classes[0].probability == 0.5)
    #expect(try ClassScores.top(9, of: output)[0].classes.count == 3)
    #expect(throws: HewnError.self) {
      try ClassScores.top(1, of: Tensor(shape: [3], floats: [1, 2, 3]))
    }
  }
}
