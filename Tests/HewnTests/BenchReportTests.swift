import Hewn
import Testing

@Suite struct BenchReportTests {
  @Test func summarisesTimes() {
    let timing = BenchReport.Timing(milliseconds: [5, 1, 4, 2, 3], batch: 8)
    #expect(timing.iterations == 5)
    #expect(timing.min == 1 && timing.max == 5 && timing.mean == 3 && timing.median == 3)
    // Position 0.9 · 4 = 3.6 of 1, 2, 3, 4, 5.
    #expect(timing.p90 == 4.6)
    #expect(timing.p95 == 4.8)
    #expect(timing.p99 == 4.96)
    #expect(timing.itemsPerSecond == 2666.667)
  }

  @Test func summarisesOneTime() {
    let timing = BenchReport.Timing(milliseconds: [0.25], batch: 1)
    #expect(timing.min == 0.25 && timing.p99 == 0.25 && timing.median == 0.25)
    #expect(timing.itemsPerSecond == 4000)
  }

  @Test func halvesBetweenTwoTimes() {
    #expect(BenchReport.Timing(milliseconds: [2, 1], batch: 1).median == 1.5)
  }

  @Test func comparesMediansOfBothEngines() {
    func report(_ engines: [String: [Double]]) -> BenchReport {
      BenchReport(
        model: Fixtures.model, device: .cpu, threads: 1, batch: 1,
        settings: BenchReport.Settings(
          warmupSeconds: 0, durationSeconds: 0, minimumIterations: 1, seed: 0),
        engines: engines.mapValues { BenchReport.Timing(milliseconds: $0, batch: 1) }, layers: [])
    }
    #expect(report(["sparse": [2], "dense": [3]]).speedup == 1.5)
    #expect(report(["sparse": [2]]).speedup == nil)
    #expect(report(["sparse": [0], "dense": [3]]).speedup == nil)
  }
}
