import Graphs
import Passes
import Testing

struct PassCaseTests {
  @Test(arguments: PassCase.all)
  func rewritesAsTheTextSays(_ testCase: PassCase) throws {
    let result = try PassPipeline([testCase.pass]).run(testCase.graph())
    let got = (result.reports[0].lines + [result.graph.text]).joined(separator: "\n")
    #expect(got == testCase.want, "\(testCase.testDescription): got\n\(got)")
  }

  @Test(arguments: PassCase.all)
  func computesTheSameFunction(_ testCase: PassCase) throws {
    let graph = try testCase.graph()
    let result = try PassPipeline([testCase.pass]).run(graph)
    for seed in 1...3 as ClosedRange<UInt64> {
      let difference = try difference(
        got: result.graph, want: graph, seed: seed, tolerance: testCase.tolerance)
      #expect(difference == nil, "\(testCase.testDescription)")
    }
  }

  @Test(arguments: PassCase.all)
  func standardPipelineComputesTheSameFunction(_ testCase: PassCase) throws {
    let graph = try testCase.graph()
    let result = try PassPipeline.reference.run(graph)
    let difference = try difference(
      got: result.graph, want: graph, seed: 1, tolerance: testCase.tolerance)
    #expect(difference == nil, "\(testCase.testDescription)\n\(result.graph)")
  }
}
