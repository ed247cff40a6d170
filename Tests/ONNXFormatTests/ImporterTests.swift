import Graphs
import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

@Suite struct ImporterTests {
  @Test(arguments: ImportCase.all)
  func becomes(_ item: ImportCase) throws {
    let template = try item.model.read().template
    #expect(ImportCase.text(template) == item.want, "\(item.testDescription)")
    #expect(template.nodes.first.map { $0.name == "n" } ?? true, "\(item.testDescription)")
  }

  @Test func everyImporterHasACase() {
    let tested = Set(ImportCase.all.map(\.type))
    #expect(Set(ONNXModel.operatorTypes).subtracting(tested) == [])
  }

  @Test func everyOperatorHasAnImporter() throws {
    var made: Set<ObjectIdentifier> = []
    for item in ImportCase.all {
      for node in try item.model.read().template.nodes {
        made.insert(ObjectIdentifier(Swift.type(of: node.op)))
      }
    }
    for type in OperatorCatalog.types {
      #expect(made.contains(ObjectIdentifier(type)), "nothing becomes \(type)")
    }
  }

  @Test func constantOfShapeKeepsItsElement() throws {
    let value = ONNXTensorProto("v", type: 7, []) { $0.int64Data = [9] }
    let template = try ONNXModelProto([
      ONNXNodeProto("ConstantOfShape", ["x"], ["y"], ["value": .tensor(value)])
    ]).read().template
    let op = try #require(template.nodes.first?.op as? ConstantOfShape)
    #expect(op.value.type == TensorType(.int64, [1]))
    #expect(op.value.doubles() == [9])
  }

  /// A node that must be refused, and what the error says.
  struct Rejection: CustomTestStringConvertible, Sendable {
    let type: String
    let opset: Int
    let attributes: [String: Attribute]
    let inputs: [String]
    let outputs: [String]
    let code: HewnError.Code
    let text: String
    var testDescription: String { "\(type) in operator set \(opset): \(text)" }

    init(
      _ type: String, _ opset: Int, _ attributes: [String: Attribute] = [:],
      inputs: [String] = ["x"], outputs: [String] = ["y"], code: HewnError.Code = .unsupported,
      says text: String
    ) {
      self.type = type
      self.opset = opset
      self.attributes = attributes
      self.inputs = inputs
      self.outputs = outputs
      self.code = code
      self.text = text
    }
  }

  static let statistics = ["x", "s", "b", "m", "v"]

  static let rejections: [Rejection] = [
    Rejection(
      "Conv", 13, ["kernel_shape": .ints([3])], inputs: ["x", "kWeights"], code: .invalidFile,
      says: "weights of shape"),
    Rejection(
      "Conv", 13, ["kernel_shape": .ints([3, 3]), "strides": .ints([1])], inputs: ["x", "w"],
      code: .invalidFile, says: "different numbers of axes"),
    Rejection(
      "Conv", 13, ["pads": .ints([1, 1, 1])], inputs: ["x", "w"], code: .invalidFile, says: "odd"),
    Rejection("Conv", 13, ["pads": .ints([-1, 0])], inputs: ["x", "w"], says: "pads"),
    Rejection("Conv", 13, ["strides": .ints([0, 1])], inputs: ["x", "w"], says: "strides"),
    Rejection("Conv", 13, ["dilations": .ints([.max, 1])], inputs: ["x", "w"], says: "dilations"),
    Rejection("Conv", 13, ["group": .int(0)], inputs: ["x", "w"], says: "group"),
    Rejection(
      "Conv", 13, ["auto_pad": .string("SAME_UPPER"), "pads": .ints([1, 1, 1, 1])],
      inputs: ["x", "w"], says: "auto_pad"),
    Rejection("Conv", 13, ["auto_pad": .string("SAME")], inputs: ["x", "w"], says: "auto_pad"),
    Rejection("Conv", 13, ["colour": .int(1)], inputs: ["x", "w"], says: "colour"),
    Rejection(
      "Conv", 13, ["group": .float(1)], inputs: ["x", "w"], code: .invalidFile, says: "group"),
    Rejection(
      "Conv", 13, ["group": .empty(.graph)], inputs: ["x", "w"], code: .invalidFile, says: "graph"),
    Rejection("Conv", 13, ["body": .empty(.graph)], inputs: ["x", "w"], says: "body"),
    Rejection("Conv", 13, code: .invalidFile, says: "1 inputs, Conv takes 2 to 3"),
    Rejection("Conv", 13, inputs: ["", "w"], code: .invalidFile, says: "input 0 is left out"),
    Rejection(
      "Conv", 13, inputs: ["x", "w"], outputs: ["y", "z"], code: .invalidFile, says: "2 outputs"),
    Rejection(
      "ConvTranspose", 13, ["kernel_shape": .ints([2, 2]), "output_padding": .ints([1])],
      inputs: ["x", "w"], code: .invalidFile, says: "output_padding"),
    Rejection("MaxPool", 13, code: .invalidFile, says: "kernel_shape"),
    Rejection(
      "MaxPool", 13, ["kernel_shape": .ints([2, 2]), "storage_order": .int(2)],
      says: "storage_order"),
    Rejection("MaxUnpool", 11, inputs: ["x", "i"], code: .invalidFile, says: "kernel_shape"),
    Rejection(
      "MaxUnpool", 11, ["kernel_shape": .ints([2]), "auto_pad": .string("VALID")],
      inputs: ["x", "i"], says: "auto_pad"),
    Rejection("LpPool", 17, ["kernel_shape": .ints([2]), "ceil_mode": .int(1)], says: "ceil_mode"),
    Rejection(
      "MaxPool", 9, ["kernel_shape": .ints([2, 2]), "ceil_mode": .int(1)], says: "ceil_mode"),
    Rejection(
      "AveragePool", 18, ["kernel_shape": .ints([2, 2]), "dilations": .ints([2, 2])],
      says: "dilations"),
    Rejection("BatchNormalization", 6, inputs: statistics, says: "is_test"),
    Rejection(
      "Add", 6, ["broadcast": .int(1), "axis": .int(-1)], inputs: ["x", "z"], says: "axis"),
    Rejection("BatchNormalization", 7, ["spatial": .int(0)], inputs: statistics, says: "spatial"),
    Rejection("BatchNormalization", 9, ["spatial": .int(1)], inputs: statistics, says: "spatial"),
    Rejection(
      "BatchNormalization", 14, ["training_mode": .int(1)], inputs: statistics,
      says: "training_mode"),
    Rejection(
      "BatchNormalization", 9, inputs: statistics, outputs: ["y", "mean", "var"], says: "training"),
    Rejection(
      "GroupNormalization", 18, inputs: ["x", "s", "b"], code: .invalidFile,
      says: "num_groups is missing"),
    Rejection(
      "GroupNormalization", 18, ["num_groups": .int(1), "stash_type": .int(1)],
      inputs: ["x", "s", "b"], says: "stash_type"),
    Rejection("LayerNormalization", 16, inputs: ["x", "s"], says: "LayerNormalization"),
    Rejection("LRN", 13, code: .invalidFile, says: "size is missing"),
    Rejection("LRN", 13, ["size": .int(0)], says: "size"),
    Rejection("Dropout", 12, inputs: ["x", "", "kTrue"], says: "training_mode"),
    Rejection("Dropout", 12, inputs: ["x", "", "t"], says: "training_mode"),
    Rejection("Dropout", 12, ["ratio": .float(0.5)], says: "ratio"),
    Rejection("Dropout", 11, inputs: ["x", "r"], code: .invalidFile, says: "more than one input"),
    Rejection("Dropout", 12, inputs: ["x", "r", "kTrue"], says: "drops elements by chance"),
    Rejection(
      "BitShift", 11, inputs: ["x", "z"], code: .invalidFile, says: "direction is missing"),
    Rejection(
      "BitShift", 11, ["direction": .string("UP")], inputs: ["x", "z"], says: "direction = UP"),
    Rejection("BitwiseAnd", 17, inputs: ["x", "z"], says: "BitwiseAnd"),
    Rejection("LessOrEqual", 11, inputs: ["x", "z"], says: "LessOrEqual"),
    Rejection("Equal", 7, ["axis": .int(1)], inputs: ["x", "z"], says: "axis"),
    Rejection("Mul", 7, ["broadcast": .int(1)], inputs: ["x", "z"], says: "broadcast"),
    Rejection("Mean", 8, inputs: ["x", "", "z"], code: .invalidFile, says: "input 1"),
    Rejection("Gelu", 20, ["approximate": .string("erf")], says: "approximate = erf"),
    Rejection("Gelu", 19, says: "Gelu"),
    Rejection("Sinh", 8, says: "Sinh"),
    Rejection("Clip", 10, inputs: ["x", "lo"], code: .invalidFile, says: "takes 1"),
    Rejection("Clip", 11, ["min": .float(0)], says: "min"),
    Rejection("Cast", 13, ["to": .int(8)], says: "string"),
    Rejection("Cast", 13, code: .invalidFile, says: "to is missing"),
    Rejection("Sum", 13, inputs: ["x", "", "z"], code: .invalidFile, says: "input 1"),
    Rejection("ReduceSum", 13, ["axes": .ints([1])], says: "axes"),
    Rejection("ReduceSum", 12, inputs: ["x", "k12"], code: .invalidFile, says: "takes 1"),
    Rejection("ReduceMean", 17, inputs: ["x", "k12"], code: .invalidFile, says: "takes 1"),
    Rejection("ReduceMean", 18, ["axes": .ints([1])], says: "axes"),
    Rejection("ReduceMean", 13, ["noop_with_empty_axes": .int(1)], says: "noop_with_empty_axes"),
    Rejection("ArgMax", 11, ["select_last_index": .int(1)], says: "select_last_index"),
    Rejection("TopK", 9, code: .invalidFile, says: "k is missing"),
    Rejection("TopK", 10, code: .invalidFile, says: "TopK takes 2"),
    Rejection("TopK", 10, ["largest": .int(0)], inputs: ["x", "count"], says: "largest"),
    Rejection("CumSum", 10, inputs: ["x", "a"], says: "CumSum"),
    Rejection("CumProd", 25, inputs: ["x", "a"], says: "CumProd"),
    Rejection("Concat", 13, code: .invalidFile, says: "axis is missing"),
    Rejection(
      "Concat", 13, ["axis": .int(0)], inputs: ["x", "", "z"], code: .invalidFile, says: "input 1"),
    Rejection("Split", 13, ["split": .ints([1])], says: "split"),
    Rejection(
      "Split", 18, ["num_outputs": .int(1)], outputs: ["y", "z"], code: .invalidFile,
      says: "num_outputs"),
    Rejection(
      "ScatterND", 16, ["reduction": .string("max")], inputs: ["x", "i", "u"], says: "reduction"),
    Rejection(
      "ScatterElements", 18, ["reduction": .string("mean")], inputs: ["x", "i", "u"],
      says: "reduction"),
    Rejection(
      "ScatterElements", 13, ["reduction": .string("add")], inputs: ["x", "i", "u"],
      says: "reduction"),
    Rejection("Scatter", 11, inputs: ["x", "i", "u"], says: "Scatter"),
    Rejection("TensorScatter", 24, ["mode": .string("ring")], inputs: ["x", "u"], says: "ring"),
    Rejection(
      "GridSample", 20, ["mode": .string("bilinear")], inputs: ["x", "g"], says: "bilinear"),
    Rejection("GridSample", 16, ["mode": .string("cubic")], inputs: ["x", "g"], says: "cubic"),
    Rejection(
      "GridSample", 16, ["padding_mode": .string("wrap")], inputs: ["x", "g"], says: "wrap"),
    Rejection("Einsum", 12, code: .invalidFile, says: "equation is missing"),
    Rejection("RoiAlign", 16, ["mode": .string("sum")], inputs: ["x", "r", "i"], says: "sum"),
    Rejection(
      "RoiAlign", 16, ["coordinate_transformation_mode": .string("asymmetric")],
      inputs: ["x", "r", "i"], says: "asymmetric"),
    Rejection(
      "RoiAlign", 10, ["coordinate_transformation_mode": .string("half_pixel")],
      inputs: ["x", "r", "i"], says: "coordinate_transformation_mode"),
    Rejection(
      "DeformConv", 19, ["auto_pad": .string("VALID")], inputs: ["x", "w", "o"],
      says: "auto_pad"),
    Rejection("BitCast", 26, code: .invalidFile, says: "to is missing"),
    Rejection("SpaceToDepth", 13, ["blocksize": .int(0)], says: "blocksize"),
    Rejection("Slice", 9, ["starts": .ints([0])], code: .invalidFile, says: "ends is missing"),
    Rejection("Slice", 10, inputs: ["x", "s"], code: .invalidFile, says: "Slice takes 3"),
    Rejection("Slice", 10, ["axes": .ints([0])], inputs: ["x", "s", "e"], says: "axes"),
    Rejection("Pad", 10, code: .invalidFile, says: "pads is missing"),
    Rejection("Pad", 11, code: .invalidFile, says: "Pad takes 2"),
    Rejection("Pad", 11, ["mode": .string("mirror")], inputs: ["x", "p"], says: "mirror"),
    Rejection("Pad", 18, ["mode": .string("wrap")], inputs: ["x", "p"], says: "wrap"),
    Rejection("Pad", 13, inputs: ["x", "p", "", "a"], code: .invalidFile, says: "2 to 3"),
    Rejection("DepthToSpace", 13, ["blocksize": .int(0)], says: "blocksize"),
    Rejection(
      "DepthToSpace", 13, ["blocksize": .int(2), "mode": .string("XYZ")], says: "XYZ"),
    Rejection("Upsample", 11, inputs: ["x", "s"], says: "Upsample"),
    Rejection("Upsample", 7, code: .invalidFile, says: "scales is missing"),
    Rejection("Upsample", 9, ["mode": .string("cubic")], inputs: ["x", "s"], says: "cubic"),
    Rejection("Resize", 9, inputs: ["x", "s"], says: "Resize"),
    Rejection("Resize", 13, ["mode": .string("area")], inputs: ["x", "", "s"], says: "area"),
    Rejection("Resize", 13, ["nearest_mode": .string("up")], inputs: ["x", "", "s"], says: "up"),
    Rejection(
      "Resize", 13, ["coordinate_transformation_mode": .string("tf_half_pixel_for_nn")],
      inputs: ["x", "", "s"], says: "tf_half_pixel_for_nn"),
    Rejection(
      "Resize", 18, ["coordinate_transformation_mode": .string("half_pixel_symmetric")],
      inputs: ["x", "", "s"], says: "half_pixel_symmetric"),
    Rejection(
      "Resize", 13, ["nearest_mode": .string("byDirection")], inputs: ["x", "", "s"],
      says: "byDirection"),
    Rejection("Resize", 13, ["antialias": .int(0)], inputs: ["x", "", "s"], says: "antialias"),
    Rejection(
      "Resize", 18, ["keep_aspect_ratio_policy": .string("crop")],
      inputs: ["x", "", "", "sizes"], says: "keep_aspect_ratio_policy"),
    Rejection("Resize", 13, ["exclude_outside": .int(1)], inputs: ["x", "", "s"], says: "exclude"),
    Rejection("Reshape", 13, ["allowzero": .int(0)], inputs: ["x", "s"], says: "allowzero"),
    Rejection("Squeeze", 13, ["axes": .ints([0])], says: "axes"),
    Rejection("Squeeze", 12, inputs: ["x", "k12"], code: .invalidFile, says: "takes 1"),
    Rejection("Unsqueeze", 12, code: .invalidFile, says: "axes is missing"),
    Rejection("Unsqueeze", 13, code: .invalidFile, says: "Unsqueeze takes 2"),
    Rejection("Shape", 14, ["start": .int(0)], says: "start"),
    Rejection(
      "ConstantOfShape", 13, ["value": .tensor(.floats("v", [1, 2]))], code: .invalidFile,
      says: "one element"),
    Rejection("Constant", 13, inputs: [], code: .invalidFile, says: "0 attributes"),
    Rejection(
      "Constant", 13, ["value_int": .int(1), "value_float": .float(1)], inputs: [],
      code: .invalidFile,
      says: "2 attributes"),
    Rejection(
      "Constant", 13, ["sparse_value": .empty(.sparseTensor)], inputs: [], code: .invalidFile,
      says: "sparse"),
    Rejection("Constant", 10, ["sparse_value": .empty(.sparseTensor)], inputs: [], says: "sparse"),
    Rejection("Constant", 13, ["value_string": .string("a")], inputs: [], says: "value_string"),
    Rejection("Constant", 11, ["value_int": .int(1)], inputs: [], says: "value_int"),
    Rejection("HardSwish", 13, says: "HardSwish"),
    Rejection("Swish", 23, says: "Swish"),
    Rejection("Expand", 7, inputs: ["x", "s"], says: "Expand"),
    Rejection("ConstantOfShape", 8, says: "ConstantOfShape"),
  ]

  @Test(arguments: rejections)
  func rejects(_ item: Rejection) throws {
    let model = ImportCase(
      item.type, item.opset, item.attributes, inputs: item.inputs, outputs: item.outputs, all: []
    ).model
    let error = #expect(throws: HewnError.self, "\(item.testDescription)") { try model.read() }
    let text = error?.description ?? ""
    #expect(error?.code == item.code, "\(item.testDescription): \(text)")
    #expect(text.contains(item.text), "\(item.testDescription): \(text)")
    // The node is named, by its label or in the list of unsupported operators.
    #expect(text.contains("\"n\""), "\(item.testDescription): \(text)")
    #expect(text.contains(item.type), "\(item.testDescription): \(text)")
  }
}
