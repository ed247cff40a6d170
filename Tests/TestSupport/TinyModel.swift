/// A small ONNX file made in the test: `scores = x · weights + bias` with `x` of N × 3, where N is
/// free, and `scores` of N × 4.
///
/// Half of the weights are zero. Field numbers are those of `onnx.proto`.
package enum TinyModel {
  /// 3 × 4, row by row.
  package static let weights: [Float] = [1, 0, 2, 0, 0, -1, 0, 3, 0.5, 0, 0, -2]
  package static let bias: [Float] = [0.25, 0, -1, 0]

  /// The scores of one item.
  package static func scores(of x: [Float]) -> [Float] {
    (0..<4).map { column in
      (0..<3).reduce(bias[column]) { $0 + x[$1] * weights[$1 * 4 + column] }
    }
  }

  /// The bytes of the file.
  package static var bytes: [UInt8] { linear(weights) }

  /// The same with other weights, 3 × 4.
  package static func linear(_ weights: [Float]) -> [UInt8] {
    file(
      "Gemm", constants: [("weights", [3, 4], weights), ("bias", [4], bias)], x: [3], scores: [4])
  }

  /// The softmax of the scores of `bytes`.
  package static var probabilities: [UInt8] {
    file(
      [
        Node("Gemm", ["x", "weights", "bias"], "logits"), Node("Softmax", ["logits"], "scores"),
      ], constants: [("weights", [3, 4], weights), ("bias", [4], bias)],
      inputs: [Port("x", [nil, 3])], outputs: [Port("scores", [nil, 4])])
  }

  /// A convolution instead: `x` of N × 1 × 1 × 1, `scores` of N × 2 × 1 × 1 with the values x and
  /// 1 − x.
  package static var brightness: [UInt8] { brightness(threshold: 0.5) }

  /// The same with the values x and 2 · `threshold` − x, so that class 0 begins at another brightness.
  package static func brightness(threshold: Float, output: String = "scores") -> [UInt8] {
    file(
      [Node("Conv", ["x", "weights", "bias"], output, name: "classifier")],
      constants: [("weights", [2, 1, 1, 1], [1, -1]), ("bias", [2], [0, 2 * threshold])],
      inputs: [Port("x", [nil, 1, 1, 1])], outputs: [Port(output, [nil, 2, 1, 1])])
  }

  /// Two outputs for `x` of N × 1 × 2 × 2: `picture`, which is `gain` · x, and `scores` of N × 4, which are
  /// its pixels.
  package static func picture(gain: Float) -> [UInt8] {
    file(
      [Node("Conv", ["x", "gain"], "picture"), Node("Flatten", ["picture"], "scores")],
      constants: [("gain", [1, 1, 1, 1], [gain])], inputs: [Port("x", [nil, 1, 2, 2])],
      outputs: [Port("picture", [nil, 1, 2, 2]), Port("scores", [nil, 4])])
  }

  /// Two inputs of N × 3, whose sum is `scores`.
  package static var sum: [UInt8] {
    file(
      [Node("Add", ["x", "z"], "scores")], constants: [],
      inputs: [Port("x", [nil, 3]), Port("z", [nil, 3])], outputs: [Port("scores", [nil, 3])])
  }

  /// `x` of N × 3 with its axes exchanged, so that the first extent of `scores` is no batch.
  package static var transposed: [UInt8] {
    file(
      [Node("Transpose", ["x"], "scores")], constants: [], inputs: [Port("x", [nil, 3])],
      outputs: [Port("scores", [3, nil])])
  }

  /// An operator that has a reference implementation and no kernel: `scores` of N × 3 are `x` of N × 3,
  /// each row divided by its Euclidean norm.
  package static var directions: [UInt8] {
    file("LpNormalization", constants: [], x: [3], scores: [3])
  }

  private typealias Constant = (name: String, shape: [Int], values: [Float])

  private struct Node {
    var op: String
    var inputs: [String]
    var output: String
    var name: String

    init(_ op: String, _ inputs: [String], _ output: String, name: String? = nil) {
      self.op = op
      self.inputs = inputs
      self.output = output
      self.name = name ?? output
    }
  }

  private struct Port {
    var name: String
    /// `nil` is N.
    var extents: [Int?]

    init(_ name: String, _ extents: [Int?]) {
      self.name = name
      self.extents = extents
    }

    var bytes: [UInt8] {
      port(name, extents: extents.map { $0.map { integer(1, $0) } ?? text(2, "N") })
    }
  }

  /// A model of one node; extents are those after N.
  private static func file(
    _ op: String, constants: [Constant], x: [Int], scores: [Int]
  ) -> [UInt8] {
    file(
      [Node(op, ["x"] + constants.map(\.name), "scores", name: "classifier")],
      constants: constants, inputs: [Port("x", [nil] + x)],
      outputs: [Port("scores", [nil] + scores)])
  }

  private static func file(
    _ nodes: [Node], constants: [Constant], inputs: [Port], outputs: [Port]
  ) -> [UInt8] {
    let graph =
      nodes.flatMap { node in
        message(
          1,
          node.inputs.flatMap { text(1, $0) } + text(2, node.output) + text(3, node.name)
            + text(4, node.op))
      } + text(2, "tiny") + constants.flatMap { message(5, tensor($0.name, $0.shape, $0.values)) }
      + inputs.flatMap { message(11, $0.bytes) } + outputs.flatMap { message(12, $0.bytes) }
    return integer(1, 8) + text(2, "tests") + message(7, graph) + message(8, integer(2, 13))
  }

  private static func tensor(_ name: String, _ shape: [Int], _ values: [Float]) -> [UInt8] {
    let raw = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    return shape.flatMap { integer(1, $0) } + integer(2, 1) + text(8, name) + message(9, raw)
  }

  private static func port(_ name: String, extents: [[UInt8]]) -> [UInt8] {
    let shape = extents.flatMap { message(1, $0) }
    return text(1, name) + message(2, message(1, integer(1, 1) + message(2, shape)))
  }

  private static func integer(_ field: Int, _ value: Int) -> [UInt8] {
    varint(field << 3) + varint(value)
  }

  private static func text(_ field: Int, _ value: String) -> [UInt8] {
    message(field, Array(value.utf8))
  }

  private static func message(_ field: Int, _ content: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(content.count) + content
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(value)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
