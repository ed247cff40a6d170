import GPUCatalogue
import GPUKernels
import Tensors
import Testing

struct ResizeTests {
  @Test(arguments: Emulated.all(KernelChecks.resizes))
  func `outputs blend what their tables say`(check: Emulated) { check.expectNoFindings() }

  @Test func `tables that are none are errors`() {
    let cases: [(input: Int, taps: Int, indices: [Int], weights: [Double], extrapolated: [Int])] = [
      (4, 2, [0, 1, 2], [1, 1, 1], []), (4, 2, [0, 1], [1], []), (4, 0, [0], [1], []),
      (4, 1, [4], [1], []), (4, 1, [-1], [1], []), (4, 1, [0], [.nan], []), (4, 1, [], [], []),
      (4, 1, [0], [1], [1]),
    ]
    for test in cases {
      #expect(throws: HewnError.self, "\(test)") {
        try ResizeTable(
          inputExtent: test.input, tapCount: test.taps, indices: test.indices,
          weights: test.weights, extrapolated: test.extrapolated)
      }
    }
    #expect(throws: HewnError.self) { try ResizeTable(inputExtent: 2, nearest: [2]) }
  }

  @Test func `tensors that are none are errors`() throws {
    let table = try ResizeTable(inputExtent: 2, nearest: [0, 1, 1])
    for (groups, channels, input, output) in [
      (0, 1, 4, 9), (1, 0, 4, 9), (1, 1, 3, 9), (1, 1, 4, 8), (65_536, 1, 4, 9),
      (1, 1 << 30, 1 << 32, 1 << 34), (2, 1, 1 << 28, 9),
    ] {
      #expect(throws: HewnError.self, "\(groups), \(channels), \(input), \(output)") {
        try ResizeProblem(
          groups: groups, channels: channels, rows: table, columns: table, element: .f16,
          inputGroupStride: input, outputGroupStride: output)
      }
    }
  }

  @Test func `names tell kernels apart`() throws {
    let names = try ResamplingCatalogue.kernels().map(\.name)
    #expect(Set(names).count == names.count)
  }
}
