/// Reports made by hand, as JSON, for tests of several modules.
package enum SampleReports {
  private static let result = """
    {
        "accuracy" : 0.9375,
        "in_order" : true,
        "lambda" : 12.5,
        "measured_loss" : 0.0625,
        "measured_ms" : 1.625,
        "network_ms" : 2.25,
        "predicted_loss" : 0.03125,
        "predicted_ms" : 1.5,
        "zeros" : 0.875
      }
    """

  /// A report with every key.
  package static let reprune = """
    {
      "accuracy" : {
        "both" : 360,
        "difference_points" : {
          "lower" : -1,
          "mean" : -0.5,
          "upper" : 0
        },
        "mcnemar_p" : 1,
        "model" : \(proportion(361)),
        "model_only" : 1,
        "neither" : 36,
        "other" : \(proportion(363)),
        "other_only" : 3
      },
      "budget" : {
        "asked" : 0.5,
        "kind" : "accuracy-drop",
        "met" : true,
        "reached" : 0.25
      },
      "calibration" : {
        "count" : 256,
        "labelled" : false,
        "source" : "train.zip"
      },
      "evaluation" : {
        "count" : 400,
        "labelled" : true,
        "source" : null
      },
      "file" : "faster.onnx",
      "hewn_version" : "1.2.3",
      "layers" : [
        {
          "dense_ms" : 3,
          "dropped" : 90,
          "filled" : 4,
          "filters" : 16,
          "form" : "repruned",
          "leaves" : 11,
          "loss_per_error" : 0.5,
          "measured_after_ms" : 1.75,
          "measured_before_ms" : 2.75,
          "name" : "conv1",
          "predicted_after_ms" : 1.5,
          "predicted_before_ms" : 2.5,
          "refitted" : 138,
          "relative_error" : 0.125,
          "segments" : {
            "16" : 3,
            "4" : 20
          },
          "taps" : 27,
          "unsolved_filters" : 1,
          "weights" : "conv1.weight",
          "zeros" : 200
        }
      ],
      "left_alone" : [
        {
          "name" : "Conv \\"stem\\"",
          "reason" : "it has no zeros"
        }
      ],
      "masks" : "faster.masks.safetensors",
      "method" : {
        "compensation" : "refit-slots",
        "from_dense" : true,
        "importance" : "optimal-brain-surgeon",
        "in_order" : false,
        "least_height" : 4,
        "loss" : "divergence",
        "seed" : 7
      },
      "model" : {
        "bytes" : 123456,
        "file" : "net.onnx",
        "name" : "net",
        "opset" : 17,
        "plan_file" : null,
        "producer" : "pytorch 2.9"
      },
      "notes" : [
        "a note"
      ],
      "points" : [
        {
          "accuracy" : null,
          "in_order" : false,
          "lambda" : null,
          "measured_loss" : null,
          "measured_ms" : null,
          "network_ms" : null,
          "predicted_loss" : 0,
          "predicted_ms" : 2.5,
          "zeros" : 0.5
        },
        \(result.replacing("\n", with: "\n  "))
      ],
      "result" : \(result),
      "schema_version" : 1,
      "seconds" : 90.5,
      "target" : {
        "batch" : 8,
        "costs" : {
          "date" : null,
          "instruction_set" : "avx2",
          "machine" : "a machine",
          "source" : "built-in"
        },
        "device" : "cpu",
        "gpu" : null,
        "instruction_set" : "avx2",
        "precision" : "f32",
        "threads" : 2
      }
    }
    """

  private static func proportion(_ count: Int) -> String {
    """
    {
          "accuracy" : 0.\(count * 25),
          "count" : \(count),
          "lower" : 0.87,
          "upper" : 0.93
        }
    """
  }
}
