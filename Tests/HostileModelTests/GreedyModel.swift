import ONNXFormat
import ONNXTestSupport
import Tensors

/// A small file that asks for a great deal.
struct GreedyModel {
  let name: String
  let model: ONNXModelProto
  /// What a word of the error is; `nil` for a model that compiles all the same.
  let error: String?

  init(
    _ name: String, error: String?, opset: Int = 18, input: [String] = ["1", "1", "2", "2"],
    constants: [ONNXTensorProto] = [], _ nodes: [ONNXNodeProto]
  ) {
    self.name = name
    self.error = error
    model = ONNXModelProto(opset: opset, initializers: constants, nodes).with {
      $0.graph.input = [ONNXValueInfoProto("x", input)]
    }
  }

  private static func scalar(_ name: String, _ value: Int) -> ONNXTensorProto {
    ONNXTensorProto(name, type: 7, []) { $0.int64Data = [Int64(value)] }
  }

  /// The same value for each element of a shape.
  private static func filled(_ output: String, shape: String) -> ONNXNodeProto {
    ONNXNodeProto("ConstantOfShape", [shape], [output], ["value": .tensor(.floats("", [0.5]))])
  }

  static let all: [GreedyModel] = [
    .init(
      "a huge input", error: "activations", input: ["274877906944"],
      [
        ONNXNodeProto("Relu", ["x"], ["y"])
      ]),
    .init(
      "a huge constant", error: "activations", constants: [.integers("s", [1 << 19, 1 << 19])],
      [filled("y", shape: "s")]),
    .init(
      "huge weights", error: "activations", constants: [.integers("s", [1 << 33, 1, 1, 1])],
      [filled("w", shape: "s"), ONNXNodeProto("Conv", ["x", "w"], ["y"])]),
    .init(
      "a huge product of constants", error: nil, constants: [.integers("s", [2048, 2048])],
      [
        filled("a", shape: "s"), ONNXNodeProto("MatMul", ["a", "a"], ["b"]),
        ONNXNodeProto("MatMul", ["b", "a"], ["y"]),
      ]),
    .init(
      "constants that double", error: "would take", constants: [.floats("c0", [1])],
      (0..<38).map {
        ONNXNodeProto("Concat", ["c\($0)", "c\($0)"], ["c\($0 + 1)"], ["axis": .int(0)])
      }
        + [ONNXNodeProto("Identity", ["c38"], ["y"])]),
    .init(
      "Tile", error: "would take", constants: [.integers("r", [1, 1, 1 << 18, 1 << 18])],
      [
        ONNXNodeProto("Tile", ["x", "r"], ["y"])
      ]),
    .init(
      "Expand", error: "would take", constants: [.integers("s", [1 << 36, 1, 1, 1])],
      [
        ONNXNodeProto("Expand", ["x", "s"], ["y"])
      ]),
    .init(
      "Pad", error: "would take", constants: [.integers("p", [1 << 36, 0, 0, 0, 0, 0, 0, 0])],
      [ONNXNodeProto("Pad", ["x", "p"], ["y"])]),
    .init(
      "Range", error: "activations",
      constants: [scalar("a", 0), scalar("b", 1 << 39), scalar("c", 1)],
      [ONNXNodeProto("Range", ["a", "b", "c"], ["y"])]),
    .init(
      "Resize", error: "would take",
      constants: [.floats("none", []), .floats("s", [1, 1, 131_072, 131_072])],
      [ONNXNodeProto("Resize", ["x", "none", "s"], ["y"], ["mode": .string("linear")])]),
    .init(
      "OneHot", error: "activations", input: ["64"],
      constants: [scalar("d", 1 << 33), .floats("v", [0, 1])],
      [ONNXNodeProto("OneHot", ["x", "d", "v"], ["y"])]),
    .init(
      "a pool over nothing but padding", error: nil,
      [
        ONNXNodeProto(
          "AveragePool", ["x"], ["y"],
          [
            "kernel_shape": .ints([1 << 20, 1 << 20]), "strides": .ints([1 << 9, 1 << 9]),
            "pads": .ints([Int](repeating: (1 << 20) - 1, count: 4)), "count_include_pad": .int(1),
          ])
      ]),
    .init(
      "a pool with six axes", error: nil, input: ["1", "1", "1", "1", "1", "1", "1", "1"],
      [
        ONNXNodeProto(
          "AveragePool", ["x"], ["y"],
          [
            "kernel_shape": .ints([Int](repeating: 1 << 20, count: 6)),
            "pads": .ints([Int](repeating: 1 << 19, count: 12)), "count_include_pad": .int(1),
          ])
      ]),
    .init(
      "a convolution with wide strides", error: "GB with its padding",
      constants: [ONNXTensorProto("w", type: 1, [1, 1, 2, 2]) { $0.floatData = [1, 2, 3, 4] }],
      [
        ONNXNodeProto(
          "Conv", ["x", "w"], ["y"],
          [
            "strides": .ints([1 << 20, 1 << 20]), "dilations": .ints([1 << 20, 1 << 20]),
            "pads": .ints([1 << 20, 1 << 20, 1 << 20, 1 << 20]),
          ])
      ]),
    .init(
      "weights without elements and huge axes", error: "no channels",
      input: ["1", "0", "1099511627776"],
      constants: [ONNXTensorProto("w", type: 1, [1, 0, 1 << 20]) { _ in }],
      [ONNXNodeProto("Conv", ["x", "w"], ["y"], ["pads": .ints([1 << 19, 1 << 19])])]),
    .init(
      "many filters", error: nil,
      constants: [.integers("s", [1 << 17, 1, 1, 1]), .floats("z", [0])],
      [
        filled("f", shape: "s"), ONNXNodeProto("Mul", ["f", "z"], ["w"]),
        ONNXNodeProto("Conv", ["x", "w"], ["y"]),
      ]),
    .init(
      "outputs that nobody names", error: "leave out more than", input: ["65536"],
      (0..<20).map {
        ONNXNodeProto("Split", ["x"], ["y\($0)"], ["num_outputs": .int(1 << 16)])
      } + [ONNXNodeProto("Identity", ["y0"], ["y"])]),
    .init(
      "many uses of one tensor", error: nil, constants: [.floats("one", [1])],
      [
        ONNXNodeProto("Add", ["x", "one"], ["a"]),
        ONNXNodeProto("Sum", [String](repeating: "a", count: 2000), ["y"]),
      ]),
    chain("Relu", of: "Relu"), chain("Identity", of: "Identity"), chain("Neg", of: "Neg"),
    .init(
      "a chain of normalizations", error: nil,
      constants: [
        .floats("k", [1]), ONNXTensorProto("w", type: 1, [1, 1, 1, 1]) { $0.floatData = [2] },
      ],
      [ONNXNodeProto("Conv", ["x", "w"], ["v0"])]
        + (0..<length).map {
          ONNXNodeProto("BatchNormalization", ["v\($0)", "k", "k", "k", "k"], ["v\($0 + 1)"])
        } + [ONNXNodeProto("Identity", ["v\(length)"], ["y"])]),
    .init(
      "a chain of residuals", error: nil,
      (0..<length).map { ONNXNodeProto("Add", [$0 == 0 ? "x" : "v\($0)", "x"], ["v\($0 + 1)"]) }
        + [ONNXNodeProto("Identity", ["v\(length)"], ["y"])]),
    .init(
      "one tensor that all nodes read", error: nil,
      constants: [ONNXTensorProto("w", type: 1, [1, 1, 1, 1]) { $0.floatData = [2] }]
        + [.floats("k", [1.5])],
      (0..<length).flatMap {
        [
          ONNXNodeProto("Conv", ["x", "w"], ["c\($0)"]),
          ONNXNodeProto("Mul", ["c\($0)", "k"], ["m\($0)"]),
        ]
      } + [ONNXNodeProto("Sum", (0..<length).map { "m\($0)" }, ["y"])]),
  ]

  /// The nodes of a chain: enough to see what is quadratic, few enough for a build without
  /// optimisation.
  private static let length = 400

  private static func chain(_ name: String, of type: String) -> GreedyModel {
    GreedyModel(
      "a chain of \(name)", error: nil,
      (0..<length).map {
        ONNXNodeProto(type, [$0 == 0 ? "x" : "v\($0)"], [$0 == length - 1 ? "y" : "v\($0 + 1)"])
      })
  }
}
