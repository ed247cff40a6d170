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
  package static var bytes: [UInt8] {
    file(
      "Gemm", constants: [("weights", [3, 4], weights), ("bias", [4], bias)], x: [3], scores: [4])
  }

  /// A convolution instead: `x` of N × 1 × 1 × 1, `scores` of N × 2 × 1 × 1 with the values x and
  /// 1 − x.
  package static var brightness: [UInt8] {
    file(
      "Conv", constants: [("weights", [2, 1, 1, 1], [1, -1]), ("bias", [2], [0, 1])], x: [1, 1, 1],
      scores: [2, 1, 1])
  }

  /// An operator that has a reference implementation and no kernel: `scores` of N × 3 are `x` of N × 3,
  /// each row divided by its Euclidean norm.
  package static var directions: [UInt8] {
    file("LpNormalization", constants: [], x: [3], scores: [3])
  }

  /// A model of one node; extents are those after N.
  private static func file(
    _ op: String, constants: [(name: String, shape: [Int], values: [Float])], x: [Int],
    scores: [Int]
  ) -> [UInt8] {
    let node =
      text(1, "x") + constants.flatMap { text(1, $0.name) } + text(2, "scores")
      + text(3, "classifier") + text(4, op)
    let graph =
      message(1, node) + text(2, "tiny")
      + constants.flatMap { message(5, tensor($0.name, $0.shape, $0.values)) }
      + message(11, port("x", extents: [text(2, "N")] + x.map { integer(1, $0) }))
      + message(12, port("scores", extents: [text(2, "N")] + scores.map { integer(1, $0) }))
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
