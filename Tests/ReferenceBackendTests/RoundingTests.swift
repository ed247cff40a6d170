import Graphs
import ReferenceBackend
import Tensors
import Testing

@Suite("Casts round, truncate and saturate")
struct RoundingTests {
  /// The numbers that the 16 bits 0, 1, 2, … 0x7fff mean.
  private func values(_ element: ElementType) throws -> [Double] {
    try Tensor(type: TensorType(element, [0x8000])) { bytes in
      let words = bytes.assumingMemoryBound(to: UInt16.self)
      for bits in 0..<0x8000 { words[bits] = UInt16(bits) }
    }.doubles()
  }

  private func bits(_ values: [Double], _ element: ElementType) throws -> [UInt16] {
    let type = TensorType(element, [values.count])
    let tensor = try Reference.evaluate(
      Cast(to: element), [Tensor([values.count], values)], [type])[0]
    return tensor.withUnsafeBytes { Array($0.assumingMemoryBound(to: UInt16.self)) }
  }

  @Test("every 16-bit number survives", arguments: [ElementType.float16, .bfloat16])
  func exact(element: ElementType) throws {
    let numbers = try values(element).filter { !$0.isNaN }
    #expect(try bits(numbers, element) == (0..<UInt16(numbers.count)).map { $0 })
    #expect(
      try bits(numbers.map { -$0 }, element) == (0..<UInt16(numbers.count)).map { $0 | 0x8000 })
  }

  @Test("midpoints round to even, others to nearest", arguments: [ElementType.float16, .bfloat16])
  func nearest(element: ElementType) throws {
    let numbers = try values(element).filter(\.isFinite)
    let midpoints = zip(numbers, numbers.dropFirst()).map { ($0 + $1) / 2 }
    let lower = (0..<UInt16(midpoints.count)).map { $0 }
    #expect(try bits(midpoints, element) == lower.map { $0 + $0 % 2 })
    #expect(try bits(midpoints.map(\.nextDown), element) == lower)
    #expect(try bits(midpoints.map(\.nextUp), element) == lower.map { $0 + 1 })
  }

  @Test("what is too large becomes infinite, NaN stays")
  func special() throws {
    #expect(try bits([65519.99, 65520, 1e300], .float16) == [0x7bff, 0x7c00, 0x7c00])
    #expect(try bits([.infinity, -.infinity], .bfloat16) == [0x7f80, 0xff80])
    for element in [ElementType.float16, .bfloat16] {
      let nan = try Tensor(type: TensorType(element, [1])) { bytes in
        bytes.storeBytes(of: try bits([.nan], element)[0], as: UInt16.self)
      }
      #expect(nan.doubles()[0].isNaN)
    }
  }

  @Test("integers saturate at their bounds")
  func saturating() throws {
    let values: [Double] = [-1e30, -129, -128.9, -128, -0.9, 127.9, 128, 1e30, .nan, .infinity]
    let x = Tensor([values.count], values)
    let bytes = try evaluate(Cast(to: .int8), [x]).elements(as: Int8.self)
    #expect(bytes == [-128, -128, -128, -128, 0, 127, 127, 127, 0, 127])
    let words = try evaluate(Cast(to: .uint64), [x]).elements(as: UInt64.self)
    #expect(words == [0, 0, 0, 0, 0, 127, 128, .max, 0, .max])
    let longs = try evaluate(Cast(to: .int64), [Tensor([2], [0x1p63, -0x1p63])])
    #expect(longs.elements(as: Int64.self) == [.max, .min])
  }

  @Test("integers round to single precision once")
  func largeIntegers() throws {
    // Double precision would round this to the midpoint of two floats first.
    let x = Tensor.int64s([1], [1 << 60 + 1 << 36 + 1])
    let y = try evaluate(Cast(to: .float32), [x])
    #expect(y.elements(as: Float.self) == [0x1p60 + 0x1p37])
  }

  @Test("integer arithmetic wraps and truncates")
  func integers() throws {
    func apply(_ kind: Binary.Kind, _ a: Int64, _ b: Int64) throws -> Int64 {
      try evaluate(Binary(kind), [Tensor(scalar: a), Tensor(scalar: b)]).elements(as: Int64.self)[0]
    }
    #expect(try apply(.divide, .min, -1) == .min)
    #expect(try apply(.add, .max, 1) == .min)
    #expect(try apply(.power, 3, 41) == power(3, 41))
    #expect(try apply(.power, 2, -1) == 0)
    #expect(try apply(.power, -1, -3) == -1)
    #expect(try apply(.power, 1, -3) == 1)
    let least = Tensor.int32s([1], [.min])
    #expect(try evaluate(Unary(.absolute), [least]).elements(as: Int32.self) == [.min])
  }

  private func power(_ base: Int64, _ exponent: Int) -> Int64 {
    (0..<exponent).reduce(1) { product, _ in product &* base }
  }
}
