import Foundation
import Hewn
import Testing

/// The keys of reports are what scripts rely on: a change here needs a new schema version, unless
/// it only adds keys.
@Suite struct ReportJSONTests {
  private func check<R: Report>(_ report: R, _ want: String) throws {
    #expect(try report.json() == want)
    #expect(try JSONDecoder().decode(R.self, from: Data(want.utf8)) == report)
  }

  static let modelJSON = """
    "model" : {
        "bytes" : 123456,
        "file" : "net.onnx",
        "name" : "net",
        "opset" : 17,
        "plan_file" : null,
        "producer" : "pytorch 2.9"
      }
    """

  static let planJSON = """
    "plan" : {
        "activation_bytes" : 4096,
        "batch" : 1,
        "costs" : {
          "date" : null,
          "instruction_set" : "avx2",
          "machine" : "a machine",
          "source" : "built-in"
        },
        "device" : "cpu",
        "engine" : "sparse",
        "gpu" : null,
        "inputs" : [
          {
            "name" : "x",
            "shape" : [
              1,
              3,
              8,
              8
            ],
            "type" : "float32"
          }
        ],
        "instruction_set" : "avx2",
        "layers_by_image" : 0,
        "outputs" : [
          {
            "name" : "y",
            "shape" : [
              1,
              10
            ],
            "type" : "float32"
          }
        ],
        "precision" : "f32",
        "threads" : 2,
        "weight_bytes" : 8192
      }
    """

  @Test func operators() throws {
    let report = OperatorsReport(
      hewnVersion: "1.2.3", opsets: .init(min: 6, max: 27),
      operators: [
        .init(
          type: "Sum", opsets: .init(min: 8, max: 27), inputs: .init(min: 1, max: nil),
          outputs: .init(min: 1, max: 1), becomes: ["Add"], cpu: .kernel,
          gpu: .reference)
      ])
    try check(
      report,
      """
      {
        "hewn_version" : "1.2.3",
        "operators" : [
          {
            "becomes" : [
              "Add"
            ],
            "cpu" : "kernel",
            "gpu" : "reference",
            "inputs" : {
              "max" : null,
              "min" : 1
            },
            "opsets" : {
              "max" : 27,
              "min" : 8
            },
            "outputs" : {
              "max" : 1,
              "min" : 1
            },
            "type" : "Sum"
          }
        ],
        "opsets" : {
          "max" : 27,
          "min" : 6
        },
        "schema_version" : 1
      }
      """)
  }

  @Test func inspect() throws {
    let report = InspectReport(
      hewnVersion: "1.2.3", model: Fixtures.model, plan: Fixtures.plan, layers: Fixtures.layers,
      notes: ["bound as 1×3×8×8"],
      passes: [
        PassSummary(
          name: "FoldPad", applied: [.init(node: "Pad \"p\"", what: "into Conv \"c\"")],
          blocked: [.init(node: "Pad \"q\"", what: "its value is not 0")])
      ])
    try check(
      report,
      """
      {
        "hewn_version" : "1.2.3",
        "layers" : [
          {
            "bound_flops" : 8192,
            "dense_flops" : 55296,
            "engine" : "sparse",
            "filled_slots" : 3,
            "kernel" : {
              "blocks" : 12,
              "limiter" : "shared memory",
              "name" : "conv_blocks_f16",
              "shared_bytes" : 40960,
              "splits" : 2,
              "stages" : 3,
              "tile" : "16·(8×8)·8",
              "waves" : 0.091
            },
            "leaves" : 12,
            "name" : "conv1",
            "nonzero_flops" : 6656,
            "op" : "Conv+Relu",
            "predicted_dense_ms" : 0.1,
            "predicted_ms" : 0.05,
            "predicted_sparse_ms" : 0.05,
            "reason" : "predicted 2.0 times as fast as dense",
            "rows" : 16,
            "segments" : {
              "16" : 2,
              "4" : 1
            },
            "taps" : 27,
            "weights" : 432,
            "zeros" : 380
          },
          {
            "bound_flops" : null,
            "dense_flops" : 1024,
            "engine" : "other",
            "filled_slots" : null,
            "kernel" : null,
            "leaves" : null,
            "name" : "pool",
            "nonzero_flops" : 1024,
            "op" : "GlobalAveragePool",
            "predicted_dense_ms" : null,
            "predicted_ms" : null,
            "predicted_sparse_ms" : null,
            "reason" : "",
            "rows" : null,
            "segments" : null,
            "taps" : null,
            "weights" : null,
            "zeros" : null
          }
        ],
        \(Self.modelJSON),
        "notes" : [
          "bound as 1×3×8×8"
        ],
        "passes" : [
          {
            "applied" : [
              {
                "node" : "Pad \\"p\\"",
                "what" : "into Conv \\"c\\""
              }
            ],
            "blocked" : [
              {
                "node" : "Pad \\"q\\"",
                "what" : "its value is not 0"
              }
            ],
            "name" : "FoldPad"
          }
        ],
        \(Self.planJSON),
        "schema_version" : 1,
        "totals" : {
          "dense_flops" : 56320,
          "dense_layers" : 0,
          "filled_slots" : 3,
          "layers" : 2,
          "leaves" : 12,
          "nonzero_flops" : 7680,
          "predicted_dense_ms" : 0.1,
          "predicted_ms" : 0.05,
          "segments" : 3,
          "sparse_layers" : 1,
          "weights" : 432,
          "zeros" : 380
        }
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
    try check(
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
        \(Self.modelJSON),
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

  @Test func compare() throws {
    let report = Fixtures.compareReport(outputs: [
      "y": OutputDifference(
        shape: [1, 10], maxAbsolute: 0.5, maxRelative: 0.25, worstIndex: 3, maxExpected: 2,
        nonFiniteCount: 1, top1Agreement: 1)
    ])
    try check(
      report,
      """
      {
        "against" : "reference",
        "hewn_version" : "1.2.3",
        \(Self.modelJSON),
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
        \(Self.planJSON),
        "schema_version" : 1,
        "seed" : 7,
        "tolerance" : 0.0001,
        "top1_agreement" : 1
      }
      """)
  }

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
    try check(
      report,
      """
      {
        "hewn_version" : "1.2.3",
        \(Self.modelJSON),
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
        \(Self.planJSON),
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

  @Test func evaluate() throws {
    let report = EvaluateReport(
      hewnVersion: "1.2.3", model: Fixtures.model, plan: Fixtures.plan,
      images: EvaluateReport.Images(
        source: "test.zip", count: 100, skippedCount: 2, nonFiniteCount: 1),
      output: "y", classCount: 10, top1: Proportion(count: 84, of: 100), top5: nil,
      millisecondsPerImage: 0.5, seconds: 1.25)
    try check(
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
        \(Self.modelJSON),
        "ms_per_image" : 0.5,
        "output" : "y",
        \(Self.planJSON),
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
    try check(
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
        \(Self.modelJSON),
        "ms_per_image" : 0.5,
        "no_accuracy_reason" : null,
        "other" : {
          \(Self.indented(Self.modelJSON)),
          "ms_per_image" : 0.25,
          \(Self.indented(Self.planJSON))
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
            "shape" : [
              1,
              10
            ],
            "top1_agreement" : \(estimateJSON("      "))
          }
        },
        \(Self.planJSON),
        "resampling" : {
          "count" : 10000,
          "seed" : 7
        },
        "schema_version" : 1,
        "seconds" : 1.25
      }
      """)
  }

  /// A part of a report one level deeper.
  private static func indented(_ json: String) -> String {
    json.replacing("\n", with: "\n  ")
  }

  @Test func exportReport() throws {
    try check(
      ExportReport(
        hewnVersion: "1.2.3", model: Fixtures.model, file: "out/dense.onnx", byteCount: 9),
      """
      {
        "bytes" : 9,
        "file" : "out/dense.onnx",
        "hewn_version" : "1.2.3",
        \(Self.modelJSON),
        "schema_version" : 1
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
}
