import CPUBackend
import Testing

@Suite struct LeafPlanTests {
  @Test func holdsEverything() {
    for lanes in [4, 8, 16] {
      for images in [1, 2, 3, 4, 5, 8, 16, 17, 64, 65, 1000] {
        for (rows, taps) in [(1, 1), (7, 3), (8, 8192), (1000, 25_088), (100_003, 70_001)] {
          let problem = MatrixProblem(
            images: images, rows: rows, taps: taps, activation: .identity)
          let plan = LeafPlan(problem, lanes: lanes)
          let label = "\(lanes) lanes, \(problem): \(plan)"
          #expect(plan.cellFloats == (images == 1 ? 1 : plan.vectors * lanes), "\(label)")
          #expect((0...4).contains(plan.vectors), "\(label)")
          #expect(plan.groupCount * plan.cellFloats >= images, "\(label)")
          #expect((plan.groupCount - 1) * plan.cellFloats < images, "\(label)")
          #expect((1...65_536).contains(plan.chunkTaps), "\(label)")
          #expect(plan.chunkCount * plan.chunkTaps >= taps, "\(label)")
          #expect((plan.chunkCount - 1) * plan.chunkTaps < taps, "\(label)")
          #expect(plan.blockCount * plan.blockRows >= rows, "\(label)")
          #expect((plan.blockCount - 1) * plan.blockRows < rows, "\(label)")
        }
      }
    }
  }
}
