import Foundation
import Hewn
import HewnCLI
import TestSupport
import Testing

/// Reports of re-pruning made by hand, as people see them.
@Suite struct RepruneTextTests {
  private func report() throws -> RepruneReport {
    try JSONDecoder().decode(RepruneReport.self, from: Data(SampleReports.reprune.utf8))
  }

  @Test func result() throws {
    var report = try report()
    report.points[0].networkMilliseconds = 3
    let text = ReportText.reprune(report, ReportTextTests.plain)
    #expect(
      text == """
        net.onnx: 123.5 kB, opset 17, by pytorch 2.9
        hewn 1.2.3, device cpu (avx2), 2 threads, batch 8
        costs built-in avx2, measured on a machine

        fitted to 256 images of train.zip, judged by 400 images, outputs compared by divergence

        #  layer  filters  taps  form       zeros  dropped  filled  refitted  error  predicted ms  measured ms
        1  conv1       16    27  repruned  66.2 %       90       4       138  0.125   2.50 → 1.50  2.75 → 1.75

        left alone: Conv "stem": it has no zeros

        network     zeros  layers, predicted ms  layers, measured ms  network ms  speed-up  predicted loss  measured loss   top-1
        as it was  50.0 %                  2.50                             3.00     1.00×               0
        λ 12.5     87.5 %                  1.50                 1.63        2.25     1.33×          0.0313         0.0625  93.8 %

        budget met: a drop of 0.25 points of 0.5
        top-1 -0.50 points, 95 % interval -1.00 … 0.00
        written: faster.onnx
        masks: faster.masks.safetensors
        """)
  }

  @Test func frontier() throws {
    var report = try report()
    (report.budget, report.result, report.accuracy) = (nil, nil, nil)
    (report.file, report.masks, report.layers) = (nil, nil, [])
    (report.calibration, report.evaluation) = (nil, nil)
    var exception = try #require(report.leftAlone.first)
    for name in ["b", "c", "d"] {
      exception.name = name
      report.leftAlone.append(exception)
    }
    (exception.name, exception.reason) = ("e", "another")
    report.leftAlone.append(exception)
    #expect(
      ReportText.reprune(report, ReportTextTests.plain) == """
        net.onnx: 123.5 kB, opset 17, by pytorch 2.9
        hewn 1.2.3, device cpu (avx2), 2 threads, batch 8
        costs built-in avx2, measured on a machine

        no images: weights are dropped by their squares

        left alone: e: another
        left alone: Conv "stem", b, c and 1 more: it has no zeros

        network     zeros  layers, predicted ms  layers, measured ms  network ms  predicted loss  measured loss   top-1
        as it was  50.0 %                  2.50                                                0
        λ 12.5     87.5 %                  1.50                 1.63        2.25          0.0313         0.0625  93.8 %
        """)
  }

  @Test(arguments: [
    ("accuracy-drop", 0.5, 0.256, "a drop of 0.26 points of 0.5"),
    ("speedup", 1.3, 1.2, "a speed-up of 1.20 of 1.3"),
    ("zeros", 90, 88.75, "88.8 % zeros of 90.0 %"),
    ("error", 0.01, 0.0125, "an error of 0.0125 of 0.01"),
  ]) func budgets(kind: String, asked: Double, reached: Double, words: String) throws {
    var report = try report()
    report.budget?.kind = kind
    report.budget?.asked = asked
    report.budget?.reached = reached
    for isMet in [true, false] {
      report.budget?.isMet = isMet
      let text = ReportText.reprune(report, ReportTextTests.plain)
      let line = "\nbudget \(isMet ? "" : "not ")met: \(words)\n"
      #expect(text.contains(line), "\(text)")
    }
  }
}
