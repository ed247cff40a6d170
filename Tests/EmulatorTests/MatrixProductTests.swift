import Emulator
import KernelIR
import Tensors
import Testing

/// A matrix of the bits of a type, by rows.
struct BitMatrix {
  var rows: Int
  var columns: Int
  var bits: [UInt32]

  init(_ rows: Int, _ columns: Int, _ element: () -> UInt32) {
    self.rows = rows
    self.columns = columns
    bits = (0..<rows * columns).map { _ in element() }
  }

  subscript(row: Int, column: Int) -> UInt32 {
    get { bits[row * columns + column] }
    set { bits[row * columns + column] = newValue }
  }
}

extension MatrixType {
  func value(_ bits: UInt32) -> Double {
    switch self {
    case .f16: FloatFormat.f16.value(UInt64(bits))
    case .bf16: FloatFormat.bf16.value(UInt64(bits))
    case .tf32: FloatFormat.f32.value(UInt64(bits & 0xffff_e000))
    }
  }

  /// Numbers near 1, but sometimes any bits.
  func random(_ random: inout SplitMix64) -> UInt32 {
    let bits = UInt32(truncatingIfNeeded: random.next())
    let isAny = random.next() % 200 == 0
    return switch self {
    case .f16: isAny ? bits & 0xffff : bits & 0x87ff | 0x3800
    case .bf16: isAny ? bits & 0xffff : bits & 0x80ff | 0x3f00
    case .tf32: isAny ? bits : bits & 0x80ff_ffff | 0x3f00_0000
    }
  }
}

/// a · b + c by rows and columns, each product and sum rounded, k ascending; `skips` names terms
/// left out.
func product(
  _ type: MatrixType, _ a: BitMatrix, _ b: BitMatrix, _ c: BitMatrix,
  skips: (_ row: Int, _ k: Int) -> Bool = { _, _ in false }
) -> BitMatrix {
  var d = c
  for row in 0..<a.rows {
    for column in 0..<b.columns {
      var sum = UInt64(c[row, column])
      for k in 0..<a.columns where !skips(row, k) {
        let term = FloatFormat.f32.rounded(type.value(a[row, k]) * type.value(b[k, column]))
        sum = FloatFormat.f32.sum(FloatFormat.f32.value(sum), FloatFormat.f32.value(term))
      }
      d[row, column] = UInt32(sum)
    }
  }
  return d
}

/// Registers that hold a matrix as a layout says.
func registers(
  _ count: Int, _ type: MatrixType, holding matrix: BitMatrix,
  _ layout: (FragmentLayout.Place) -> FragmentLayout.Position
) -> [TestRegister] {
  (0..<count).map { register in
    TestRegister(
      (0..<32).map { lane -> UInt32 in
        (0..<type.valuesPerWord).reduce(0) { word, half in
          let place = FragmentLayout.Place(lane: lane, register: register, half: half)
          let position = layout(place)
          return word | matrix[position.row, position.column] << UInt32(16 * half)
        }
      })
  }
}

@Suite struct MatrixProductTests {
  @Test(arguments: MatrixShape.dense)
  func denseEqualsThePlainProduct(_ shape: MatrixShape) throws {
    let function = try #require(matrixFunction(for: .multiplyMatrices(shape)))
    var random = SplitMix64(seed: 11)
    for round in 0..<40 {
      let a = BitMatrix(16, shape.k) { shape.type.random(&random) }
      let b = BitMatrix(shape.k, 8) { shape.type.random(&random) }
      let c = BitMatrix(16, 8) { MatrixType.tf32.random(&random) }
      let sources =
        registers(shape.aRegisterCount, shape.type, holding: a) { FragmentLayout.a(shape.type, $0) }
        + registers(shape.bRegisterCount, shape.type, holding: b) {
          FragmentLayout.b(shape.type, $0)
        } + registers(4, .tf32, holding: c, FragmentLayout.c)
      check(
        function, sources, want: product(shape.type, a, b, c), isInPlace: round % 2 == 1,
        "\(shape), round \(round)")
    }
  }

  static let sparseCases = MatrixShape.sparse.flatMap { shape in
    (0..<shape.selectorCount).map { (shape, $0) }
  }

  @Test(arguments: sparseCases)
  func sparseEqualsThePlainProduct(_ shape: MatrixShape, selector: Int) throws {
    let function = try #require(
      matrixFunction(for: .multiplySparseMatrices(shape, selector: selector)))
    var random = SplitMix64(seed: 13)
    for round in 0..<40 {
      // Which columns A has, and its packed form with the metadata.
      let (width, kept) = shape.type == .tf32 ? (2, 1) : (4, 2)
      var a = BitMatrix(16, shape.k) { 0 }
      var packed = BitMatrix(16, shape.k / 2) { 0 }
      var isKept = Set<FragmentLayout.Position>()
      // Lanes that the selector does not name hold bits that must not matter.
      var metadata = (0..<32).map { _ in UInt32(truncatingIfNeeded: random.next()) }
      for row in 0..<16 {
        for group in 0..<shape.k / width {
          let columns = Array((0..<width).shuffled(using: &random).prefix(kept).sorted())
          for (index, column) in columns.enumerated() {
            let bits = shape.type.random(&random)
            a[row, group * width + column] = bits
            packed[row, group * kept + index] = bits
            isKept.insert(.init(row: row, column: group * width + column))
          }
          let nibble: UInt32 =
            shape.type == .tf32
            ? (columns[0] == 0 ? 0b0100 : 0b1110) : UInt32(columns[0] | columns[1] << 2)
          let (lane, bit) = FragmentLayout.metadata(
            shape, selector: selector, row: row, group: group)
          metadata[lane] &= ~(0xf << UInt32(bit))
          metadata[lane] |= nibble << UInt32(bit)
        }
      }
      let b = BitMatrix(shape.k, 8) { shape.type.random(&random) }
      let c = BitMatrix(16, 8) { MatrixType.tf32.random(&random) }
      let sources =
        registers(shape.aRegisterCount / 2, shape.type, holding: packed) {
          FragmentLayout.a(shape.type, $0)
        }
        + registers(shape.bRegisterCount, shape.type, holding: b) {
          FragmentLayout.b(shape.type, $0)
        } + registers(4, .tf32, holding: c, FragmentLayout.c) + [TestRegister(metadata)]
      let want = product(shape.type, a, b, c) { row, k in
        !isKept.contains(.init(row: row, column: k))
      }
      check(
        function, sources, want: want, isInPlace: round % 2 == 1,
        "\(shape), selector \(selector), round \(round)")
    }
  }

  @Test func otherShapesHaveNoFunction() {
    for operation: Operation in [
      .multiplyMatrices(MatrixShape(k: 32, type: .f16)),
      .multiplySparseMatrices(MatrixShape(k: 32, type: .f16), selector: 2), .return,
    ] {
      #expect(matrixFunction(for: operation) == nil, "\(operation)")
    }
  }

  /// Runs a product into registers of its own, or into those of C in another order.
  private func check(
    _ function: MatrixFunction, _ sources: [TestRegister], want: BitMatrix, isInPlace: Bool,
    _ name: String
  ) {
    let cStart = sources.count - (sources.count % 2 == 1 ? 5 : 4)
    let own = (0..<4).map { _ in TestRegister([UInt32](repeating: 7, count: 32)) }
    let results = isInPlace ? [1, 2, 3, 0].map { sources[cStart + $0] } : own
    withExtendedLifetime((sources, own)) {
      function(results.map { $0.pointer }, sources.map { UnsafeRawPointer($0.pointer) })
    }
    var got = want
    for register in 0..<4 {
      for (lane, word) in results[register].lanes.enumerated() {
        let position = FragmentLayout.c(.init(lane: lane, register: register))
        got[position.row, position.column] = UInt32(word)
      }
    }
    let wrong = want.bits.indices.filter { got.bits[$0] != want.bits[$0] }
    let list = wrong.prefix(3).map {
      "(\($0 / 8), \($0 % 8)): got \(hex(UInt64(got.bits[$0]))), want \(hex(UInt64(want.bits[$0])))"
    }
    #expect(wrong.isEmpty, "\(name): \(wrong.count) wrong, \(list)")
  }
}
