import Hewn
import Testing

/// Reports of what models are made of.
@Suite struct ModelReportJSONTests {
  @Test func operators() throws {
    let report = OperatorsReport(
      hewnVersion: "1.2.3", opsets: .init(min: 6, max: 27),
      operators: [
        .init(
          type: "Sum", opsets: .init(min: 8, max: 27), inputs: .init(min: 1, max: nil),
          outputs: .init(min: 1, max: 1), becomes: ["Add"], cpu: .kernel,
          gpu: .reference)
      ])
    try ReportJSON.check(
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
    try ReportJSON.check(
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
        \(ReportJSON.model),
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
        \(ReportJSON.plan),
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

  @Test func exportReport() throws {
    try ReportJSON.check(
      ExportReport(
        hewnVersion: "1.2.3", model: Fixtures.model, file: "out/dense.onnx", byteCount: 9),
      """
      {
        "bytes" : 9,
        "file" : "out/dense.onnx",
        "hewn_version" : "1.2.3",
        \(ReportJSON.model),
        "schema_version" : 1
      }
      """)
  }
}
