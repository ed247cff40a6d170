import Covers
import Tensors
import Testing

@Suite struct FilterMatrixTests {
  @Test func negativeZerosBecomeZeros() throws {
    let matrix = try FilterMatrix(
      rows: 2, taps: 3, values: [-0.0, 1, 0, -2, -0.0, .leastNonzeroMagnitude])
    #expect(matrix.nonZeroCount == 3 && matrix.zeroCount == 3)
    #expect(matrix.values.allSatisfy { $0 != 0 || $0.sign == .plus })
    #expect(matrix[1, 0] == -2 && matrix[1, 2] == .leastNonzeroMagnitude)
  }

  @Test(arguments: [Float.nan, .signalingNaN, .infinity, -.infinity])
  func weightsMustBeFinite(_ weight: Float) {
    let error = #expect(throws: HewnError.self) {
      try FilterMatrix(rows: 2, taps: 3, values: [0, 1, 2, 3, weight, 5])
    }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains("filter 1, tap 1") == true, "\(error?.message ?? "-")")
  }

  @Test func emptyMatricesAreFine() throws {
    for (rows, taps) in [(0, 0), (0, 5), (5, 0)] {
      let matrix = try FilterMatrix(rows: rows, taps: taps, values: [])
      #expect(matrix.nonZeroCount == 0 && matrix.zeroCount == 0, "\(rows)×\(taps)")
    }
  }
}
