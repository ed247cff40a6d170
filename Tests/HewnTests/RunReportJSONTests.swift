import Hewn
import Testing

/// Reports of what running a model gives.
@Suite struct RunReportJSONTests {
  @Test func run() throws {
    let report = RunReport(
      hewnVersion: "1.2.3", model: Fixtures.model, plan: Fixtures.plan, milliseconds: 1.25,
      outputs: [
        "y": RunReport.Output(
          elementType: .float32, shape: [1, 10], min: -1, max: 2, mean: 0.5, file: "out/y.npy")
      ],
      top: [
        RunReport.Item(
          output: "y", item: 0, image: nil, isSoftmax: true,
          classes: [ClassScore(index: 3, label: "cat", probability: 0.75)])
      ])
    try ReportJSON.check(
      report,
      """
      {
        "hewn_version" : "1.2.3",
        \(ReportJSON.model),
        "outputs" : {
          "y" : {
            "file" : "out/y.npy",
            "max" : 2,
            "mean" : 0.5,
            "min" : -1,
            "non_finite" : 0,
            "shape" : [
              1,
              10
            ],
            "type" : "float32"
          }
        },
        \(ReportJSON.plan),
        "run_ms" : 1.25,
        "schema_version" : 1,
        "top" : [
          {
            "classes" : [
              {
                "index" : 3,
                "label" : "cat",
                "probability" : 0.75
              }
            ],
            "image" : null,
            "item" : 0,
            "output" : "y",
            "softmax" : true
          }
        ]
      }
      """)
  }

  @Test func summarisesElements() throws {
    let output = RunReport.Output(
      try Tensor(shape: [5], floats: [1, -3, .nan, 5, .infinity]), file: nil)
    #expect(output.min == -3 && output.max == 5 && output.mean == 1)
    #expect(output.nonFiniteCount == 2)
    let none = RunReport.Output(try Tensor(shape: [1], floats: [.nan]))
    #expect(none.min == nil && none.mean == nil)
    let empty = RunReport.Output(try Tensor(shape: [0], floats: []))
    #expect(empty.max == nil && empty.nonFiniteCount == 0)
  }

  @Test func compare() throws {
    let report = Fixtures.compareReport(outputs: [
      "y": OutputDifference(
        shape: [1, 10], maxAbsolute: 0.5, maxRelative: 0.25, worstIndex: 3, maxExpected: 2,
        nonFiniteCount: 1, top1Agreement: 1)
    ])
    try ReportJSON.check(
      report,
      """
      {
        "against" : "reference",
        "hewn_version" : "1.2.3",
        \(ReportJSON.model),
        "outputs" : {
          "y" : {
            "max_abs" : 0.5,
            "max_expected" : 2,
            "max_rel" : 0.25,
            "non_finite" : 1,
            "shape" : [
              1,
              10
            ],
            "top1_agreement" : 1,
            "worst_index" : 3
          }
        },
        "passed" : false,
        \(ReportJSON.plan),
        "schema_version" : 1,
        "seed" : 7,
        "tolerance" : 0.0001,
        "top1_agreement" : 1
      }
      """)
  }

  @Test func bench() throws {
    let report = BenchReport(
      hewnVersion: "1.2.3", model: Fixtures.model, device: .cuda, gpu: "a GPU", precision: .f16,
      threads: 2, batch: 4,
      settings: BenchReport.Settings(
        warmupSeconds: 0.5, durationSeconds: 3, minimumIterations: 10, seed: 7),
      engines: [
        "sparse": BenchReport.Timing(milliseconds: [1, 1, 1.5], batch: 4),
        "dense": BenchReport.Timing(milliseconds: [2], batch: 4),
      ],
      layers: [
        BenchReport.Layer(
          name: "conv1", op: "Conv", engine: "sparse", denseFlops: 55_296, nonZeroFlops: 6656,
          milliseconds: ["sparse": 0.75, "dense": 0.5], share: 0.75, gflops: 0.008875,
          denseEquivalentGFLOPs: 0.073728, shareOfPeak: 0.0001, boundMilliseconds: 0.025,
          predictedMilliseconds: 0.05,
          isWrongChoice: true),
        BenchReport.Layer(
          name: "pool", op: "MaxPool", engine: "other", denseFlops: 0, nonZeroFlops: 0),
      ], peakGFLOPs: 102.5)
    try ReportJSON.check(
      report,
      """
      {
        "batch" : 4,
        "costs" : null,
        "device" : "cuda",
        "engines" : {
          "dense" : {
            "items_per_second" : 2000,
            "iterations" : 1,
            "max_ms" : 2,
            "mean_ms" : 2,
            "median_ms" : 2,
            "min_ms" : 2,
            "p90_ms" : 2,
            "p95_ms" : 2,
            "p99_ms" : 2
          },
          "sparse" : {
            "items_per_second" : 3428.571,
            "iterations" : 3,
            "max_ms" : 1.5,
            "mean_ms" : 1.166667,
            "median_ms" : 1,
            "min_ms" : 1,
            "p90_ms" : 1.4,
            "p95_ms" : 1.45,
            "p99_ms" : 1.49
          }
        },
        "gpu" : "a GPU",
        "hewn_version" : "1.2.3",
        "instruction_set" : null,
        "layers" : [
          {
            "bound_ms" : 0.025,
            "dense_equivalent_gflops" : 0.073728,
            "dense_flops" : 55296,
            "engine" : "sparse",
            "gflops" : 0.008875,
            "ms" : {
              "dense" : 0.5,
              "sparse" : 0.75
            },
            "name" : "conv1",
            "nonzero_flops" : 6656,
            "op" : "Conv",
            "predicted_ms" : 0.05,
            "share" : 0.75,
            "share_of_peak" : 0.0001,
            "wrong_choice" : true
          },
          {
            "bound_ms" : null,
            "dense_equivalent_gflops" : null,
            "dense_flops" : 0,
            "engine" : "other",
            "gflops" : null,
            "ms" : {

            },
            "name" : "pool",
            "nonzero_flops" : 0,
            "op" : "MaxPool",
            "predicted_ms" : null,
            "share" : null,
            "share_of_peak" : null,
            "wrong_choice" : null
          }
        ],
        \(ReportJSON.model),
        "peak_gflops" : 102.5,
        "precision" : "f16",
        "schema_version" : 1,
        "settings" : {
          "duration_s" : 3,
          "min_iterations" : 10,
          "seed" : 7,
          "warmup_s" : 0.5
        },
        "speedup" : 2,
        "threads" : 2
      }
      """)
  }
}
