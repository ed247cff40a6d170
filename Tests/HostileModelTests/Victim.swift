import ONNXFormat
import ONNXTestSupport

/// A valid model that mutations damage, and the other files of its folder.
struct Victim {
  let name: String
  let model: ONNXModelProto
  var files: [String: [UInt8]] = [:]

  static let all = [network, detector, sparse, external, functions, arithmetic]

  static func named(_ name: String) -> Victim? { all.first { $0.name == name } }

  /// Numbers that are neither alike nor large; every third is zero.
  private static func weights(_ name: String, _ dims: [Int]) -> ONNXTensorProto {
    let count = dims.reduce(1, *)
    return ONNXTensorProto(name, type: 1, dims) {
      $0.floatData = (0..<count).map { $0 % 3 == 0 ? 0 : Float($0 % 7) * 0.1 - 0.25 }
    }
  }

  private static func ones(_ name: String, _ count: Int) -> ONNXTensorProto {
    .floats(name, (0..<count).map { 1 + Float($0) * 0.01 })
  }

  /// What classifiers consist of.
  static let network: Victim = {
    var model = ONNXModelProto(
      opset: 13, inputs: ["x"], outputs: ["y"],
      initializers: [
        weights("w1", [8, 4, 3, 3]), ones("b1", 8), ones("gain", 8), ones("bias", 8),
        ones("mean", 8), ones("variance", 8), weights("w2", [8, 1, 3, 3]),
        weights("w3", [8, 8, 1, 1]), weights("w4", [8, 4, 2, 2]), weights("w5", [24, 5]),
        ones("b5", 5),
        .integers("shape", [0, -1]), .floats("none", []), .floats("twice", [1, 1, 2, 2]),
        .integers("pads", [0, 0, 0, 0, 0, 0, 1, 1]),
      ],
      [
        ONNXNodeProto("Pad", ["x", "pads"], ["padded"]),
        ONNXNodeProto(
          "Conv", ["padded", "w1", "b1"], ["c1"],
          ["pads": .ints([1, 1, 0, 0]), "kernel_shape": .ints([3, 3])], name: "conv1"),
        ONNXNodeProto(
          "BatchNormalization", ["c1", "gain", "bias", "mean", "variance"], ["n1"],
          ["epsilon": .float(1e-5)]),
        ONNXNodeProto("Relu", ["n1"], ["r1"]),
        ONNXNodeProto(
          "Conv", ["r1", "w2"], ["c2"], ["pads": .ints([1, 1, 1, 1]), "group": .int(8)]),
        ONNXNodeProto("Sigmoid", ["c2"], ["s2"]),
        ONNXNodeProto("Mul", ["c2", "s2"], ["m2"]),
        ONNXNodeProto("Conv", ["m2", "w3"], ["c3"], name: "conv3"),
        ONNXNodeProto("Add", ["c3", "r1"], ["a3"]),
        ONNXNodeProto(
          "MaxPool", ["a3"], ["p3"], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]),
        ONNXNodeProto(
          "ConvTranspose", ["p3", "w4"], ["t4"], ["strides": .ints([2, 2])]),
        ONNXNodeProto("Resize", ["p3", "none", "twice"], ["u4"], ["mode": .string("linear")]),
        ONNXNodeProto("Concat", ["t4", "u4", "a3", "t4"], ["j5"], ["axis": .int(1)]),
        ONNXNodeProto("GlobalAveragePool", ["j5"], ["g5"]),
        ONNXNodeProto("Reshape", ["g5", "shape"], ["f5"]),
        ONNXNodeProto("Gemm", ["f5", "w5", "b5"], ["z5"], ["alpha": .float(0.5)]),
        ONNXNodeProto("Softmax", ["z5"], ["y"], ["axis": .int(1)]),
      ])
    model.graph.input = [ONNXValueInfoProto("x", ["N", "4", "8", "8"])]
    return Victim(name: "network", model: model)
  }()

  /// Operators of detectors and of older operator sets.
  static let detector = Victim(
    name: "detector",
    model: ONNXModelProto(
      opset: 11, inputs: ["x", "boxes", "scores"], outputs: ["y", "selected", "best"],
      initializers: [
        weights("w", [4, 2, 3]), .integers("k", [2]), .integers("starts", [0, 1]),
        .integers("ends", [99, -1]), .integers("axes", [1, -1]), .integers("most", [3]),
        .floats("half", [0.5]), .integers("indices", [0, 1, 1]), .integers("repeats", [1, 2, 1]),
      ],
      [
        ONNXNodeProto(
          "Conv", ["x", "w"], ["c"], ["dilations": .ints([2]), "auto_pad": .string("SAME_UPPER")]),
        ONNXNodeProto("LeakyRelu", ["c"], ["l"], ["alpha": .float(0.1)]),
        ONNXNodeProto("Slice", ["l", "starts", "ends", "axes"], ["s"]),
        ONNXNodeProto("Gather", ["s", "indices"], ["g"], ["axis": .int(1)]),
        ONNXNodeProto("Transpose", ["g"], ["t"], ["perm": .ints([0, 2, 1])]),
        ONNXNodeProto("Tile", ["t", "repeats"], ["tiled"]),
        ONNXNodeProto("ReduceMean", ["tiled"], ["m"], ["axes": .ints([2]), "keepdims": .int(1)]),
        ONNXNodeProto("Split", ["m"], ["a", "b"], ["axis": .int(1)]),
        ONNXNodeProto("Sum", ["a", "b"], ["sum"]),
        ONNXNodeProto("LRN", ["sum"], ["lrn"], ["size": .int(3)]),
        ONNXNodeProto("Flatten", ["lrn"], ["y"]),
        ONNXNodeProto(
          "NonMaxSuppression", ["boxes", "scores", "most", "half", "half"], ["selected"]),
        ONNXNodeProto("TopK", ["scores", "k"], ["best", "places"], ["axis": .int(2)]),
      ]
    ).with {
      $0.graph.input = [
        ONNXValueInfoProto("x", ["1", "2", "9"]), ONNXValueInfoProto("boxes", ["1", "6", "4"]),
        ONNXValueInfoProto("scores", ["1", "2", "6"]),
      ]
    })

  /// Tensors in sparse form, as initializers and as values of nodes.
  static let sparse = Victim(
    name: "sparse",
    model: ONNXModelProto([
      ONNXNodeProto(
        "Constant", [], ["k"],
        [
          "sparse_value": .sparse(
            ONNXSparseTensorProto("", [1, 2, 4, 4], values: [1, 2, 3], indices: [0, 5, 31]))
        ]),
      ONNXNodeProto("Conv", ["x", "w"], ["c"], ["pads": .ints([1, 1, 1, 1])]),
      ONNXNodeProto("Add", ["c", "k"], ["y"]),
    ]).with {
      $0.graph.sparseInitializer = [
        ONNXSparseTensorProto(
          "w", [2, 2, 3, 3], values: [1, -2, 0.5, 4],
          indices: [0, 0, 0, 0, 0, 1, 2, 2, 1, 0, 1, 1, 1, 1, 2, 2],
          rank: 4)
      ]
    })

  /// Elements in other files.
  static let external = Victim(
    name: "external",
    model: ONNXModelProto(
      initializers: [
        .external("w", type: 1, [2, 2, 3, 3], ["location": "data/weights.bin", "length": "144"]),
        .external(
          "b", type: 1, [2], ["location": "data/weights.bin", "offset": "144", "length": "8"]),
      ],
      [ONNXNodeProto("Conv", ["x", "w", "b"], ["y"], ["pads": .ints([1, 1, 1, 1])])]),
    files: [
      "data/weights.bin": (0..<38).flatMap { index in
        withUnsafeBytes(of: Float(index % 5) - 2) { Array($0) }
      }
    ])

  /// Calls of functions that call others, with attributes and constants inside.
  static let functions = Victim(
    name: "functions",
    model: ONNXModelProto([
      .call("block", ["x", "w"], ["a"], ["slope": .float(0.2)], name: "first"),
      .call("block", ["a", "w"], ["y"], name: "second"),
    ]).with {
      $0.graph.initializer = [weights("w", [2, 2, 1, 1])]
      var defaults = ONNXFunctionProto(
        "block", inputs: ["x", "w"], outputs: ["y"],
        [
          ONNXNodeProto("Constant", [], ["one"], ["value": .tensor(.floats("", [1]))]),
          ONNXNodeProto("Conv", ["x", "w"], ["c"]),
          .call("activation", ["c"], ["r"], ["slope": .reference("slope", .float)]),
          ONNXNodeProto("Add", ["r", "one"], ["y"]),
        ])
      defaults.attributeProto = [Attribute.float(0.1).proto("slope")]
      var version = ONNXOperatorSetIdProto()
      (version.domain, version.version) = ("local", 1)
      defaults.opsetImport.append(version)
      $0.functions = [
        defaults,
        ONNXFunctionProto(
          "activation", inputs: ["x"], outputs: ["y"], attributes: ["slope"],
          [ONNXNodeProto("LeakyRelu", ["x"], ["y"], ["alpha": .reference("slope", .float)])]),
      ]
      $0.opsetImport.append(version)
    })

  /// Weights and shapes that are computed, as exporters leave them.
  static let arithmetic = Victim(
    name: "arithmetic",
    model: ONNXModelProto(
      opset: 18,
      initializers: [
        .integers("dims", [4, 2, 3, 3]), .integers("two", [2]), .integers("zero", [0]),
        weights("mask", [4, 2, 3, 3]), .integers("minus", [-1]), .integers("nought", [0]),
        .integers("limit", [6]), .integers("step", [1]), .integers("tall", [1, 4, 8, 4]),
        .floats("none", []),
      ].map { tensor in
        // Bounds of a range are scalars.
        ["nought", "limit", "step"].contains(tensor.name) ? tensor.with { $0.dims = [] } : tensor
      },
      [
        ONNXNodeProto(
          "ConstantOfShape", ["dims"], ["ones"], ["value": .tensor(.floats("", [0.5]))]),
        ONNXNodeProto("Mul", ["ones", "mask"], ["w"]),
        ONNXNodeProto("Conv", ["x", "w"], ["c"], ["pads": .ints([1, 1, 1, 1])]),
        ONNXNodeProto("Shape", ["c"], ["s"]),
        ONNXNodeProto("Gather", ["s", "zero"], ["batch"]),
        ONNXNodeProto("Concat", ["batch", "minus"], ["target"], ["axis": .int(0)]),
        ONNXNodeProto("Range", ["nought", "limit", "step"], ["range"]),
        ONNXNodeProto("Cast", ["range"], ["floats"], ["to": .int(1)]),
        ONNXNodeProto("ReduceSum", ["floats"], ["total"]),
        ONNXNodeProto("Resize", ["c", "none", "none", "tall"], ["r"]),
        ONNXNodeProto("Expand", ["total", "dims"], ["e"]),
        ONNXNodeProto("ReduceMax", ["e"], ["greatest"]),
        ONNXNodeProto("Reshape", ["r", "target"], ["flat"]),
        ONNXNodeProto("Sub", ["flat", "greatest"], ["y"]),
      ]))
}

extension ONNXTensorProto {
  fileprivate func with(_ change: (inout ONNXTensorProto) -> Void) -> ONNXTensorProto {
    var copy = self
    change(&copy)
    return copy
  }
}
