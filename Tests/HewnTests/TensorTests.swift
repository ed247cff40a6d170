import Hewn
import Testing

@Suite struct TensorTests {
  @Test func refusesWrongCounts() {
    let count = #expect(throws: HewnError.self) { try Tensor(shape: [2, 2], floats: [1, 2, 3]) }
    #expect(count?.code == .invalidArgument)
    let bytes = #expect(throws: HewnError.self) {
      try Tensor(shape: [2], elementType: .int64, bytes: [0])
    }
    #expect(bytes?.code == .invalidArgument)
    #expect(throws: HewnError.self) { try Tensor(shape: [-1], floats: []) }
    #expect(throws: HewnError.self) { try Tensor(shape: [Int.max, 2], floats: []) }
  }

  @Test(arguments: ElementType.allCases) func drawsRandomElements(_ type: ElementType) throws {
    let tensor = try Tensor.random(shape: [1000], elementType: type, seed: 3)
    let again = try Tensor.random(shape: [1000], elementType: type, seed: 3)
    let other = try Tensor.random(shape: [1000], elementType: type, seed: 4)
    let isSame = tensor.floats == again.floats
    #expect(isSame, "\(type)")
    let differs = tensor.floats != other.floats
    let isBounded = tensor.floats.allSatisfy { (-1...1).contains($0) }
    #expect(differs && isBounded, "\(type)")
    let values = Set(tensor.floats)
    switch type {
    case .float32, .float64, .float16, .bfloat16:
      #expect(values.count > 100 && values.contains { $0 < 0 }, "\(type)")
    default:
      #expect(values == [0, 1], "\(type)")
    }
  }

  @Test func readsHalfPrecision() throws {
    let tensor = try Tensor(
      shape: [3], elementType: .float16, bytes: [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00])
    #expect(tensor.floats == [1, -2, 0x1p-24])
    #expect(try tensor.converted().elementType == .float32)
  }

  @Test func convertsToEveryType() throws {
    let tensor = try Tensor(shape: [4], floats: [0, 1, 2.75, 100])
    for type in ElementType.allCases {
      let converted = try tensor.converted(to: type)
      #expect(converted.elementType == type && converted.shape == [4])
      let want: [Float] =
        switch type {
        case .bool: [0, 1, 1, 1]
        case _ where type.isFloatingPoint: [0, 1, 2.75, 100]
        default: [0, 1, 2, 100]
        }
      #expect(converted.floats == want, "\(type)")
    }
  }
}
