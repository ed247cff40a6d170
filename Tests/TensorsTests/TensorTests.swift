import Tensors
import Testing

@Suite struct TensorTests {
  @Test func keepsElementsInOrder() {
    let tensor = Tensor([2, 3], [Float(1), 2, 3, 4, 5, 6])
    #expect(tensor.type == TensorType(.float32, [2, 3]))
    #expect(tensor.elements(as: Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(tensor.reshaped([3, 2]).elements(as: Float.self) == [1, 2, 3, 4, 5, 6])
  }

  @Test func isZeroBeforeInitialization() throws {
    let tensor = try Tensor(type: TensorType(.int32, [5])) { _ in }
    #expect(tensor.elements(as: Int32.self) == [0, 0, 0, 0, 0])
  }

  @Test func isAligned() {
    for count in [0, 1, 3, 17] {
      let tensor = Tensor(Shape([count]), [Float](repeating: 1, count: count))
      tensor.withUnsafeBytes { #expect(UInt(bitPattern: $0.baseAddress) % 64 == 0) }
    }
  }

  @Test func rejectsWhatDoesNotFitIntoMemory() {
    let error = #expect(throws: HewnError.self) {
      try Tensor(type: TensorType(.float64, Shape([1 << 40]))) { _ in }
    }
    #expect(error?.code == .outOfMemory)
  }

  @Test(arguments: [
    (UInt16(0x0000), Float(0)), (0x8000, -0.0), (0x3c00, 1), (0xc000, -2), (0x7bff, 65504),
    (0x0400, 0x1p-14), (0x0001, 0x1p-24), (0x83ff, -0x1.ff8p-15), (0x7c00, .infinity),
    (0xfc00, -.infinity), (0x3555, 0.333251953125),
  ])
  func readsHalfPrecision(bits: UInt16, value: Float) {
    #expect(Float(halfBits: bits).bitPattern == value.bitPattern)
  }

  @Test func keepsHalfPrecisionNaN() { #expect(Float(halfBits: 0x7e00).isNaN) }

  @Test func convertsToIntegersAndNumbers() throws {
    #expect(try Tensor([2], [Int64(-5), .max]).integers() == [-5, .max])
    #expect(try Tensor([3], [UInt8(0), 7, 255]).integers() == [0, 7, 255])
    #expect(try Tensor([2], [true, false]).integers() == [1, 0])
    #expect(Tensor([2], [Int32(-3), 4]).doubles() == [-3, 4])
    #expect(Tensor([1], [Double(0.1)]).floats() == [Float(0.1)])
    #expect(throws: HewnError.self) { try Tensor([1], [Float(1)]).integers() }
  }
}
