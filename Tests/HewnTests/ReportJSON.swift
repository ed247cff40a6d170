import Foundation
import Hewn
import Testing

/// The JSON of reports, whose keys are what scripts rely on: a change to what is wanted here needs a new schema
/// version, unless it only adds keys.
enum ReportJSON {
  /// Expects a report to be written as `want`, and to be what is read of that.
  static func check<R: Report>(
    _ report: R, _ want: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try report.json() == want, sourceLocation: sourceLocation)
    let read = try JSONDecoder().decode(R.self, from: Data(want.utf8))
    #expect(read == report, sourceLocation: sourceLocation)
  }

  static let model = """
    "model" : {
        "bytes" : 123456,
        "file" : "net.onnx",
        "name" : "net",
        "opset" : 17,
        "plan_file" : null,
        "producer" : "pytorch 2.9"
      }
    """

  static let plan = """
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

  /// A part of a report one level deeper.
  static func indented(_ json: String) -> String {
    json.replacing("\n", with: "\n  ")
  }
}
