import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// Every encoding of a tensor, as an initializer and as the value of a Constant.
@Suite struct InitializerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let proto: ONNXTensorProto
    let element: ElementType
    let shape: Shape
    let want: [Double]
    var testDescription: String { name }

    init(
      _ name: String, _ element: ElementType, _ shape: Shape, _ want: [Double],
      _ proto: ONNXTensorProto
    ) {
      self.name = name
      self.proto = proto
      self.element = element
      self.shape = shape
      self.want = want
    }
  }

  static let cases: [Case] = [
    Case(
      "float_data", .float32, [2, 2], [1, -2.5, 0, 1e9],
      ONNXTensorProto("c", type: 1, [2, 2]) { $0.floatData = [1, -2.5, 0, 1e9] }),
    Case(
      "float raw", .float32, [2], [1, -2],
      ONNXTensorProto("c", type: 1, [2], raw: [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])),
    Case(
      "double_data", .float64, [2], [0.1, -3],
      ONNXTensorProto("c", type: 11, [2]) { $0.doubleData = [0.1, -3] }),
    Case(
      "double raw", .float64, [], [1],
      ONNXTensorProto("c", type: 11, [], raw: [0, 0, 0, 0, 0, 0, 0xf0, 0x3f])),
    Case(
      "float16 in int32_data", .float16, [3], [1, -2, 65504],
      ONNXTensorProto("c", type: 10, [3]) { $0.int32Data = [0x3c00, 0xc000, 0x7bff] }),
    Case(
      "float16 raw", .float16, [1], [-2], ONNXTensorProto("c", type: 10, [1], raw: [0, 0xc0])),
    Case(
      "bfloat16 in int32_data", .bfloat16, [2], [1, -2],
      ONNXTensorProto("c", type: 16, [2]) { $0.int32Data = [0x3f80, 0xc000] }),
    Case(
      "bfloat16 raw", .bfloat16, [1], [1], ONNXTensorProto("c", type: 16, [1], raw: [0x80, 0x3f])),
    Case(
      "int8", .int8, [3], [-128, 0, 127],
      ONNXTensorProto("c", type: 3, [3]) { $0.int32Data = [-128, 0, 127] }),
    Case("int8 raw", .int8, [2], [-1, 1], ONNXTensorProto("c", type: 3, [2], raw: [0xff, 1])),
    Case(
      "uint8", .uint8, [2], [0, 255],
      ONNXTensorProto("c", type: 2, [2]) { $0.int32Data = [0, 255] }),
    Case("uint8 raw", .uint8, [2], [255, 1], ONNXTensorProto("c", type: 2, [2], raw: [0xff, 1])),
    Case(
      "int16", .int16, [2], [-32768, 32767],
      ONNXTensorProto("c", type: 5, [2]) { $0.int32Data = [-32768, 32767] }),
    Case(
      "int16 raw", .int16, [1], [-2], ONNXTensorProto("c", type: 5, [1], raw: [0xfe, 0xff])),
    Case(
      "uint16", .uint16, [1], [65535],
      ONNXTensorProto("c", type: 4, [1]) { $0.int32Data = [65535] }),
    Case(
      "uint16 raw", .uint16, [1], [65534], ONNXTensorProto("c", type: 4, [1], raw: [0xfe, 0xff])),
    Case(
      "int32", .int32, [2], [-7, 7], ONNXTensorProto("c", type: 6, [2]) { $0.int32Data = [-7, 7] }),
    Case(
      "int32 raw", .int32, [1], [-1],
      ONNXTensorProto("c", type: 6, [1], raw: [0xff, 0xff, 0xff, 0xff])),
    Case(
      "int64", .int64, [2], [-7, 0x1p40],
      ONNXTensorProto("c", type: 7, [2]) { $0.int64Data = [-7, 1 << 40] }),
    Case(
      "int64 raw", .int64, [1], [258],
      ONNXTensorProto("c", type: 7, [1], raw: [2, 1, 0, 0, 0, 0, 0, 0])),
    Case(
      "uint32", .uint32, [1], [4_294_967_295],
      ONNXTensorProto("c", type: 12, [1]) { $0.uint64Data = [4_294_967_295] }),
    Case(
      "uint32 raw", .uint32, [1], [1], ONNXTensorProto("c", type: 12, [1], raw: [1, 0, 0, 0])),
    Case(
      "uint64", .uint64, [1], [0x1p50],
      ONNXTensorProto("c", type: 13, [1]) { $0.uint64Data = [1 << 50] }),
    Case(
      "uint64 raw", .uint64, [1], [3],
      ONNXTensorProto("c", type: 13, [1], raw: [3, 0, 0, 0, 0, 0, 0, 0])),
    Case(
      "bool", .bool, [3], [1, 0, 1],
      ONNXTensorProto("c", type: 9, [3]) { $0.int32Data = [1, 0, 1] }),
    Case(
      "bool raw, any non-zero byte is true", .bool, [4], [1, 0, 1, 1],
      ONNXTensorProto("c", type: 9, [4], raw: [1, 0, 0x80, 0xff])),
    Case("empty", .float32, [0, 3], [], ONNXTensorProto("c", type: 1, [0, 3]) { _ in }),
    Case(
      "scalar", .float32, [], [4], ONNXTensorProto("c", type: 1, []) { $0.floatData = [4] }),
  ]

  @Test(arguments: cases)
  func initializer(_ item: Case) throws {
    let model = try ONNXModelProto(
      initializers: [item.proto], [ONNXNodeProto("Add", ["x", "c"], ["y"])]
    ).read()
    try check(item, model.template.constants["c"])
    #expect(model.template.inputs.map(\.name) == ["x"])
  }

  @Test(arguments: cases)
  func constant(_ item: Case) throws {
    let model = try ONNXModelProto([
      ONNXNodeProto("Constant", [], ["k"], ["value": .tensor(item.proto)]),
      ONNXNodeProto("Add", ["x", "k"], ["y"]),
    ]).read()
    try check(item, model.template.constants["k"])
    #expect(model.template.nodes.map(\.op.name) == ["Add"])
  }

  /// Every list again with so many elements that it stays in the file until its tensor is made.
  @Test(arguments: cases)
  func longLists(_ item: Case) throws {
    guard item.shape.rank == 1, item.shape.elementCount > 0 else { return }
    let copies = 1500
    var proto = item.proto
    proto.dims = [Int64(item.shape.elementCount * copies)]
    proto.floatData = Array([[Float]](repeating: proto.floatData, count: copies).joined())
    proto.doubleData = Array([[Double]](repeating: proto.doubleData, count: copies).joined())
    proto.int32Data = Array([[Int32]](repeating: proto.int32Data, count: copies).joined())
    proto.int64Data = Array([[Int64]](repeating: proto.int64Data, count: copies).joined())
    proto.uint64Data = Array([[UInt64]](repeating: proto.uint64Data, count: copies).joined())
    let raw = proto.rawData
    for _ in 1..<copies { proto.rawData.append(raw) }
    let long = Case(
      item.name, item.element, [item.shape.elementCount * copies],
      Array([[Double]](repeating: item.want, count: copies).joined()), proto)
    try initializer(long)
    try constant(long)

    // One element more than the shape says, or fewer.
    for change in [1, -1, 5000] {
      proto.dims = [Int64(item.shape.elementCount * copies + change)]
      let model = ONNXModelProto(
        initializers: [proto], [ONNXNodeProto("Add", ["x", "c"], ["y"])])
      let error = #expect(throws: HewnError.self, "\(item.name) \(change)") { try model.read() }
      #expect(error?.code == .invalidFile, "\(item.name) \(change): \(error as Any)")
    }
  }

  private func check(_ item: Case, _ tensor: Tensor?) throws {
    let tensor = try #require(tensor, "\(item.name)")
    #expect(tensor.type == TensorType(item.element, item.shape), "\(item.name)")
    if item.element.isFloatingPoint {
      #expect(tensor.doubles() == item.want, "\(item.name)")
    } else {
      #expect(try tensor.integers() == item.want.map { Int($0) }, "\(item.name)")
    }
    if item.element == .bool {
      #expect(tensor.elements(as: Bool.self) == item.want.map { $0 != 0 }, "\(item.name)")
    }
  }

  @Test func constantAttributes() throws {
    let model = try ONNXModelProto(
      outputs: ["a", "b", "c", "d"],
      [
        ONNXNodeProto("Constant", [], ["a"], ["value_float": .float(0.5)]),
        ONNXNodeProto("Constant", [], ["b"], ["value_floats": .floats([1, 2])]),
        ONNXNodeProto("Constant", [], ["c"], ["value_int": .int(-3)]),
        ONNXNodeProto("Constant", [], ["d"], ["value_ints": .ints([4, 5, 6])]),
      ]
    ).read()
    let constants = model.template.constants
    #expect(constants["a"]?.type == TensorType(.float32, []))
    #expect(constants["a"]?.doubles() == [0.5])
    #expect(constants["b"]?.type == TensorType(.float32, [2]))
    #expect(constants["b"]?.doubles() == [1, 2])
    #expect(constants["c"]?.type == TensorType(.int64, []))
    #expect(constants["c"]?.doubles() == [-3])
    #expect(constants["d"]?.type == TensorType(.int64, [3]))
    #expect(constants["d"]?.doubles() == [4, 5, 6])
    #expect(model.template.nodes.isEmpty)
  }

  @Test func constantsOfText() throws {
    for (name, type) in [
      ("value_string", ONNXAttributeProto.AttributeType.string),
      ("value_strings", .strings),
    ] {
      let error = #expect(throws: HewnError.self) {
        try ONNXModelProto([ONNXNodeProto("Constant", [], ["y"], [name: .empty(type)])]).read()
      }
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("\(name) holds text") == true, "\(error as Any)")
    }
  }

  @Test func initializersThatAreInputsAreConstants() throws {
    let model = try ONNXModelProto(
      inputs: ["w", "x"], initializers: [.floats("w", [1])],
      [ONNXNodeProto("Mul", ["x", "w"], ["y"])]
    ).read()
    #expect(model.template.inputs.map(\.name) == ["x"])
    #expect(model.template.constants["w"]?.doubles() == [1])
  }

  static let rejected:
    [(name: String, proto: ONNXTensorProto, code: HewnError.Code, text: String)] =
      [
        (
          "raw data too short", ONNXTensorProto("c", type: 1, [2], raw: [0, 0, 0, 0]), .invalidFile,
          "takes 8 bytes, the file holds 4"
        ),
        (
          "list too long", ONNXTensorProto("c", type: 7, [1]) { $0.int64Data = [1, 2] },
          .invalidFile,
          "takes 8 bytes, the file holds 16"
        ),
        ("no data", ONNXTensorProto("c", type: 1, [2]) { _ in }, .invalidFile, "holds 0"),
        (
          "huge without data", ONNXTensorProto("c", type: 1, [1 << 30, 1 << 9]) { _ in },
          .invalidFile, "holds 0"
        ),
        (
          "more elements than the limit",
          ONNXTensorProto("c", type: 1, [1 << 40, 1 << 40]) { _ in },
          .unsupported, "2^40"
        ),
        (
          "negative extent", ONNXTensorProto("c", type: 1, [-1]) { _ in }, .unsupported, "negative"
        ),
        (
          "rank 9",
          ONNXTensorProto("c", type: 1, [Int](repeating: 1, count: 9)) { $0.floatData = [1] },
          .unsupported, "rank 9"
        ),
        (
          "two fields",
          ONNXTensorProto("c", type: 1, [1]) {
            $0.floatData = [1]
            $0.rawData.append(contentsOf: [0, 0, 0, 0])
          }, .invalidFile, "float_data, raw_data"
        ),
        (
          "wrong field", ONNXTensorProto("c", type: 1, [1]) { $0.int64Data = [1] }, .invalidFile,
          "int64_data"
        ),
        (
          "int8 out of range", ONNXTensorProto("c", type: 3, [1]) { $0.int32Data = [128] },
          .invalidFile, "128, is out of range"
        ),
        (
          "float16 out of range", ONNXTensorProto("c", type: 10, [1]) { $0.int32Data = [-1] },
          .invalidFile, "-1, is out of range"
        ),
        (
          "uint32 out of range", ONNXTensorProto("c", type: 12, [1]) { $0.uint64Data = [1 << 32] },
          .invalidFile, "out of range"
        ),
        ("no type", ONNXTensorProto("c", type: 0, [0]) { _ in }, .invalidFile, "element type"),
        ("unknown type", ONNXTensorProto("c", type: 99, [0]) { _ in }, .invalidFile, "99"),
        ("string", ONNXTensorProto("c", type: 8, [0]) { _ in }, .unsupported, "string"),
        ("complex", ONNXTensorProto("c", type: 14, [0]) { _ in }, .unsupported, "complex64"),
        ("int4", ONNXTensorProto("c", type: 22, [0]) { _ in }, .unsupported, "int4"),
        (
          "segment", ONNXTensorProto("c", type: 1, [0]) { $0.segment = .init() }, .unsupported,
          "segments"
        ),
      ]

  @Test(arguments: rejected.indices)
  func rejects(_ index: Int) throws {
    let item = Self.rejected[index]
    let model = ONNXModelProto(
      initializers: [item.proto], [ONNXNodeProto("Add", ["x", "c"], ["y"])])
    let error = #expect(throws: HewnError.self, "\(item.name)") { try model.read() }
    #expect(error?.code == item.code, "\(item.name): \(String(describing: error))")
    #expect(error?.message.contains(item.text) == true, "\(item.name): \(error?.message ?? "")")
    #expect(error?.message.contains("tensor \"c\"") == true, "\(item.name)")
  }
}
