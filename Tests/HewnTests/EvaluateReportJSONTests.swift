import Hewn
import Testing

/// Reports of models on images.
@Suite struct EvaluateReportJSONTests {
  @Test func evaluate() throws {
    let report = EvaluateReport(
      hewnVersion: "1.2.3", model: Fixtures.model, plan: Fixtures.plan,
      images: EvaluateReport.Images(
        source: "test.zip", count: 100, skippedCount: 2, nonFiniteCount: 1),
      output: "y", classCount: 10, top1: Proportion(count: 84, of: 100), top5: nil,
      millisecondsPerImage: 0.5, seconds: 1.25)
    try ReportJSON.check(
      report,
      """
      {
        "classes" : 10,
        "hewn_version" : "1.2.3",
        "images" : {
          "count" : 100,
          "non_finite" : 1,
          "skipped" : 2,
          "source" : "test.zip"
        },
        \(ReportJSON.model),
        "ms_per_image" : 0.5,
        "output" : "y",
        \(ReportJSON.plan),
        "schema_version" : 1,
        "seconds" : 1.25,
        "top1" : {
          "accuracy" : 0.84,
          "count" : 84,
          "lower" : 0.755797,
          "upper" : 0.899047
        },
        "top5" : null
      }
      """)
  }

  @Test func pairedEvaluation() throws {
    let estimate = Estimate(mean: -1, lower: -2.5, upper: 0.5)
    let estimateJSON = { (indent: String) in
      """
      {
      \(indent)  "lower" : -2.5,
      \(indent)  "mean" : -1,
      \(indent)  "upper" : 0.5
      \(indent)}
      """
    }
    let report = Fixtures.pairedReport(estimate: estimate)
    try ReportJSON.check(
      report,
      """
      {
        "accuracy" : {
          "classes" : 10,
          "output" : "y",
          "top1" : {
            "both" : 80,
            "difference_points" : \(estimateJSON("      ")),
            "mcnemar_p" : 0.25,
            "model" : {
              "accuracy" : 0.84,
              "count" : 84,
              "lower" : 0.755797,
              "upper" : 0.899047
            },
            "model_only" : 4,
            "neither" : 11,
            "other" : {
              "accuracy" : 0.84,
              "count" : 84,
              "lower" : 0.755797,
              "upper" : 0.899047
            },
            "other_only" : 5
          },
          "top5" : null
        },
        "hewn_version" : "1.2.3",
        "images" : {
          "count" : 100,
          "non_finite" : 1,
          "skipped" : 2,
          "source" : "test.zip"
        },
        \(ReportJSON.model),
        "ms_per_image" : 0.5,
        "no_accuracy_reason" : null,
        "other" : {
          \(ReportJSON.indented(ReportJSON.model)),
          "ms_per_image" : 0.25,
          \(ReportJSON.indented(ReportJSON.plan))
        },
        "outputs" : {
          "map" : {
            "kl_divergence" : null,
            "max_rel" : null,
            "mean_rel" : null,
            "non_finite" : 100,
            "psnr" : {
              "db" : null,
              "identical" : 100,
              "peak" : 1
            },
            "relative_squares" : null,
            "shape" : [
              1,
              1,
              8,
              8
            ],
            "top1_agreement" : null
          },
          "y" : {
            "kl_divergence" : {
              "model_softmax" : true,
              "nats" : \(estimateJSON("        ")),
              "other_softmax" : false
            },
            "max_rel" : 0.5,
            "mean_rel" : \(estimateJSON("      ")),
            "non_finite" : 1,
            "psnr" : null,
            "relative_squares" : null,
            "shape" : [
              1,
              10
            ],
            "top1_agreement" : \(estimateJSON("      "))
          }
        },
        \(ReportJSON.plan),
        "resampling" : {
          "count" : 10000,
          "seed" : 7
        },
        "schema_version" : 1,
        "seconds" : 1.25
      }
      """)
  }
}
