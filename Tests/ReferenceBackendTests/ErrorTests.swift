import Graphs
import ReferenceBackend
import Tensors
import Testing

/// An operator that nothing implements.
private struct Unknown: Operator {
  var name: String { "Unknown" }
  func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    [TensorType(.float32, [])]
  }
}

@Suite("Values that cannot be computed are errors")
struct ErrorTests {
  private func error(
    _ op: any Operator, _ inputs: [Tensor?], _ types: TensorType...
  ) -> HewnError? {
    #expect(throws: HewnError.self) { try Reference.evaluate(op, inputs, types) }
  }

  @Test("an operator without a reference implementation")
  func unknown() {
    #expect(error(Unknown(), [], TensorType(.float32, []))?.code == .unsupported)
  }

  @Test("indices outside the axis", arguments: [3, -4, .max, .min] as [Int64])
  func gather(index: Int64) {
    let x = Tensor.floats([3], [1, 2, 3])
    let error = error(Gather(), [x, Tensor(scalar: index)], TensorType(.float32, []))
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains("\(index)") == true)
  }

  @Test("indices outside, wherever they stand")
  func indices() {
    let x = Tensor.floats([2, 3], [1, 2, 3, 4, 5, 6])
    let updates = Tensor.floats([1, 1], [1])
    let row = Tensor.int64s([1, 1], [2])
    let type = TensorType(.float32, [2, 3])
    let errors = [
      error(GatherElements(), [x, row], TensorType(.float32, [1, 1])),
      error(GatherND(), [x, .int64s([1, 2], [-1, 3])], TensorType(.float32, [1])),
      error(ScatterElements(), [x, row, updates], type),
      error(ScatterND(), [x, row, .floats([1, 3], [1, 2, 3])], type),
      error(ReverseSequence(), [x, .int64s([3], [1, 3, 0])], type),
      error(TensorScatter(axis: 1), [x, .floats([2, 1], [1, 2]), .int64s([2], [0, 3])], type),
    ]
    for error in errors {
      #expect(error?.code == .invalidFile)
      #expect(error?.message.contains("outside") == true, "\(error?.message ?? "")")
    }
  }

  @Test("regions of images that are missing, or without bounds")
  func regions() {
    let x = Tensor.floats([1, 1, 1, 1], [1])
    let type = TensorType(.float32, [1, 1, 1, 1])
    func error(_ end: Float, image: Int64) -> HewnError? {
      self.error(RoiAlign(), [x, .floats([1, 4], [0, 0, end, 1]), .int64s([1], [image])], type)
    }
    #expect(error(1, image: 1)?.code == .invalidFile)
    #expect(error(1, image: -1)?.code == .invalidFile)
    for end in [Float.nan, .infinity, 1e9] { #expect(error(end, image: 0)?.code == .unsupported) }
  }

  @Test("integer division and negative powers of zero", arguments: [Binary.Kind.divide, .power])
  func zero(kind: Binary.Kind) {
    let (a, b): (Int32, Int32) = kind == .divide ? (7, 0) : (0, -1)
    let inputs = [Tensor(scalar: a), Tensor(scalar: b)]
    #expect(error(Binary(kind), inputs, TensorType(.int32, []))?.code == .invalidFile)
  }

  @Test("a required input that is left out")
  func missing() {
    let x = Tensor.floats([1], [1])
    #expect(error(Binary(.add), [x], TensorType(.float32, [1]))?.code == .invalidFile)
    #expect(error(Binary(.add), [x, nil], TensorType(.float32, [1]))?.code == .invalidFile)
  }

  @Test("clip bounds of another type or shape")
  func clip() {
    let x = Tensor.floats([2], [1, 2])
    let type = TensorType(.float32, [2])
    #expect(error(Clip(), [x, Tensor(scalar: Int64(1))], type)?.code == .invalidFile)
    #expect(error(Clip(), [x, nil, x], type)?.code == .invalidFile)
  }

  @Test("a shape with another element count")
  func reshape() {
    let x = Tensor.floats([2], [1, 2])
    #expect(error(Reshape(), [x, nil], TensorType(.float32, [3]))?.code == .invalidFile)
  }

  @Test("a tensor beyond the limit")
  func tooLarge() {
    let x = Tensor.floats([1], [1])
    let type = TensorType(.float32, [Reference.elementLimit + 1])
    #expect(error(Expand(), [x], type)?.code == .outOfMemory)
  }

  @Test("a result that is not of the inferred type is a defect")
  func wrongType() {
    let x = Tensor.floats([2], [1, 2])
    #expect(error(Identity(), [x], TensorType(.int64, [2]))?.code == .internal)
  }
}
