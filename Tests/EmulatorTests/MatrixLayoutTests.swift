import KernelIR
import Testing

/// The layouts against figures and examples of the ISA, copied by hand.
@Suite struct MatrixLayoutTests {
  typealias Place = FragmentLayout.Place
  typealias Position = FragmentLayout.Position

  /// Lane 5 is row 1 and column pair 1 of its group in all figures.
  @Test(arguments: [
    (0, 0, 1, 2), (0, 1, 1, 3), (1, 0, 9, 2), (1, 1, 9, 3), (2, 0, 1, 10), (2, 1, 1, 11),
    (3, 0, 9, 10), (3, 1, 9, 11),
  ])
  func aOfHalves(_ register: Int, _ half: Int, _ row: Int, _ column: Int) {
    let place = Place(lane: 5, register: register, half: half)
    for type in [MatrixType.f16, .bf16] {
      #expect(FragmentLayout.a(type, place) == Position(row: row, column: column))
    }
    let warpgroup = Place(lane: 69, register: register, half: half)
    #expect(
      FragmentLayout.warpgroupA(.f16, warpgroup) == Position(row: row + 32, column: column))
  }

  @Test(arguments: [(0, 1, 1), (1, 9, 1), (2, 1, 5), (3, 9, 5)])
  func aOfTF32(_ register: Int, _ row: Int, _ column: Int) {
    let place = Place(lane: 5, register: register)
    #expect(FragmentLayout.a(.tf32, place) == Position(row: row, column: column))
  }

  @Test(arguments: [(0, 0, 2), (0, 1, 3), (1, 0, 10), (1, 1, 11), (3, 1, 27)])
  func bOfHalves(_ register: Int, _ half: Int, _ row: Int) {
    let place = Place(lane: 5, register: register, half: half)
    #expect(FragmentLayout.b(.f16, place) == Position(row: row, column: 1))
  }

  @Test(arguments: [(0, 1), (1, 5), (3, 13)])
  func bOfTF32(_ register: Int, _ row: Int) {
    let place = Place(lane: 5, register: register)
    #expect(FragmentLayout.b(.tf32, place) == Position(row: row, column: 1))
  }

  @Test(arguments: [(0, 1, 2), (1, 1, 3), (2, 9, 2), (3, 9, 3)])
  func accumulators(_ register: Int, _ row: Int, _ column: Int) {
    let position = Position(row: row, column: column)
    #expect(FragmentLayout.c(Place(lane: 5, register: register)) == position)
    // Warp 1 of a warpgroup, third group of 8 columns.
    let moved = Position(row: row + 16, column: column + 16)
    #expect(
      FragmentLayout.warpgroupAccumulator(Place(lane: 37, register: register + 8)) == moved)
  }

  /// Figures "Sparse MMA metadata layout": bits and lanes.
  @Test(arguments: [
    (MatrixShape(k: 16, type: .f16), 2, 3, 1, 14, 4),
    (MatrixShape(k: 16, type: .bf16), 0, 8, 3, 0, 28),
    (MatrixShape(k: 32, type: .f16), 0, 0, 0, 0, 0),
    (MatrixShape(k: 32, type: .f16), 0, 0, 4, 1, 0),
    (MatrixShape(k: 32, type: .f16), 0, 8, 0, 0, 16),
    (MatrixShape(k: 32, type: .f16), 0, 7, 7, 29, 12),
    (MatrixShape(k: 32, type: .f16), 1, 0, 0, 2, 0),
    (MatrixShape(k: 8, type: .tf32), 3, 9, 2, 7, 24),
    (MatrixShape(k: 16, type: .tf32), 1, 2, 6, 11, 8),
  ])
  func metadata(
    _ shape: MatrixShape, _ selector: Int, _ row: Int, _ group: Int, _ lane: Int, _ bit: Int
  ) {
    let place = FragmentLayout.metadata(shape, selector: selector, row: row, group: group)
    #expect(place == (lane, bit), "\(shape), row \(row), group \(group)")
  }

  /// CUTLASS (`reorder_meta` in host_reorder.h) sorts the metadata of 32 rows, 16 bits for each of
  /// two blocks of columns, into the words that the 32 lanes load, of which selector 0 uses the
  /// first 16 rows' and 1 the others'.
  @Test(arguments: [MatrixShape(k: 32, type: .f16), MatrixShape(k: 16, type: .tf32)])
  func metadataIsAsCUTLASSSortsIt(_ shape: MatrixShape) {
    for row in 0..<32 {
      for block in 0..<2 {
        var (word, half) = (row % 8 * 4 + row / 8, block)
        if (word % 2, half) == (0, 1) {
          (word, half) = (word + 1, 0)
        } else if (word % 2, half) == (1, 0) {
          (word, half) = (word - 1, 1)
        }
        let place = FragmentLayout.metadata(
          shape, selector: row / 16, row: row % 16, group: 4 * block)
        #expect(place == (word, 16 * half), "row \(row), block \(block)")
      }
    }
  }

  @Test(arguments: MatrixType.allCases)
  func placesAndPositionsAreInverse(_ type: MatrixType) {
    for lane in 0..<128 {
      for register in 0..<4 {
        for half in 0..<type.valuesPerWord {
          let place = Place(lane: lane % 32, register: register, half: half)
          #expect(FragmentLayout.placeInA(type, FragmentLayout.a(type, place)) == place)
          #expect(FragmentLayout.placeInB(type, FragmentLayout.b(type, place)) == place)
          let thread = Place(lane: lane, register: register, half: half)
          let position = FragmentLayout.warpgroupA(type, thread)
          #expect(FragmentLayout.placeInWarpgroupA(type, position) == thread)
        }
        let place = Place(lane: lane % 32, register: register)
        #expect(FragmentLayout.placeInC(FragmentLayout.c(place)) == place)
      }
      for register in 0..<128 {
        let place = Place(lane: lane, register: register)
        let position = FragmentLayout.warpgroupAccumulator(place)
        #expect(FragmentLayout.placeInWarpgroupAccumulator(position) == place)
      }
    }
  }

  /// `ldmatrix` without and with `.trans` gives lane 5 row 1 and column 1.
  @Test func loadedMatrices() {
    for half in 0...1 {
      let place = Place(lane: 5, register: 0, half: half)
      #expect(
        FragmentLayout.loadedMatrix(place, transposed: false) == Position(row: 1, column: 2 + half))
      #expect(
        FragmentLayout.loadedMatrix(place, transposed: true) == Position(row: 2 + half, column: 1))
    }
    #expect(FragmentLayout.addressedRow(lane: 19) == (2, 3))
  }
}

@Suite struct MatrixDescriptorTests {
  /// A canonical layout as the ISA writes it: shapes and strides in elements.
  struct Example: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var descriptor: MatrixDescriptor
    var type: MatrixType
    var isMNMajor = false
    /// Of the index along M or N, then of that along K.
    var i: [(Int, Int)]
    var k: [(Int, Int)]
    var swizzleBits: Int
    var encodedLeading: UInt64
    var encodedStride: UInt64
  }

  static let examples = [
    Example(
      testDescription: "K-major, no swizzle, tf32 (figure 166)",
      descriptor: MatrixDescriptor(start: 0, leadingOffset: 64 * 4, strideOffset: 32 * 4),
      type: .tf32, i: [(8, 4), (2, 32)], k: [(4, 1), (4, 64)], swizzleBits: 0, encodedLeading: 16,
      encodedStride: 8),
    // The figure's rows are longer than the swizzle; one product has 8 columns.
    Example(
      testDescription: "K-major, 32 bytes, tf32 (figure 167)",
      descriptor: MatrixDescriptor(start: 0, strideOffset: 64 * 4, swizzle: .bytes32),
      type: .tf32, i: [(8, 8), (2, 64)], k: [(4, 1), (2, 4)], swizzleBits: 1, encodedLeading: 1,
      encodedStride: 16),
    Example(
      testDescription: "MN-major, no swizzle, bf16 (figure 168)",
      descriptor: MatrixDescriptor(start: 0, leadingOffset: 128 * 2, strideOffset: 64 * 2),
      type: .bf16, isMNMajor: true, i: [(8, 1), (1, 8), (2, 64)], k: [(8, 8), (2, 128)],
      swizzleBits: 0, encodedLeading: 16, encodedStride: 8),
    Example(
      testDescription: "MN-major, 32 bytes, bf16 (figure 169)",
      descriptor: MatrixDescriptor(
        start: 0, leadingOffset: 128 * 2, strideOffset: 256 * 2, swizzle: .bytes32),
      type: .bf16, isMNMajor: true, i: [(8, 1), (2, 8), (2, 128)], k: [(8, 16), (2, 256)],
      swizzleBits: 1, encodedLeading: 16, encodedStride: 32),
    Example(
      testDescription: "MN-major, 64 bytes, bf16 (figure 170)",
      descriptor: MatrixDescriptor(
        start: 0, leadingOffset: 256 * 2, strideOffset: 512 * 2, swizzle: .bytes64),
      type: .bf16, isMNMajor: true, i: [(8, 1), (4, 8), (2, 256)], k: [(8, 32), (2, 512)],
      swizzleBits: 2, encodedLeading: 32, encodedStride: 64),
    // The table's last row with numbers, as in a tile of 64 columns of f16.
    Example(
      testDescription: "K-major, 128 bytes, f16",
      descriptor: MatrixDescriptor(start: 0, strideOffset: 1024, swizzle: .bytes128),
      type: .f16, i: [(8, 64), (8, 512)], k: [(8, 1), (8, 8)], swizzleBits: 3, encodedLeading: 1,
      encodedStride: 64),
  ]

  @Test(arguments: examples)
  func isTheCanonicalLayout(_ example: Example) {
    let bits = example.descriptor.bits
    #expect(bits >> 16 & 0x3fff == example.encodedLeading)
    #expect(bits >> 32 & 0x3fff == example.encodedStride)
    #expect(MatrixDescriptor(bits: bits) == example.descriptor)
    func offset(_ index: Int, _ modes: [(Int, Int)]) -> Int {
      var (rest, sum) = (index, 0)
      for (size, stride) in modes {
        sum += rest % size * stride
        rest /= size
      }
      return sum
    }
    let step = 16 / example.type.byteCount
    let iCount = example.i.reduce(1) { $0 * $1.0 }
    let kCount = example.k.reduce(1) { $0 * $1.0 }
    for i in stride(from: 0, to: iCount, by: example.isMNMajor ? step : 1) {
      for k in stride(from: 0, to: kCount, by: example.isMNMajor ? 1 : step) {
        let linear = (offset(i, example.i) + offset(k, example.k)) * example.type.byteCount
        // Swizzle<bits, 4, 3> of byte addresses.
        let want = linear ^ ((linear >> 3) & (((1 << example.swizzleBits) - 1) << 4))
        let got = example.descriptor.address(
          i: i, k: k, type: example.type, isMNMajor: example.isMNMajor)
        #expect(got == want, "(\(i), \(k))")
      }
    }
  }

  @Test func bitsAreWhereTheISASaysThem() {
    let descriptor = MatrixDescriptor(
      start: 0x12340, leadingOffset: 16, strideOffset: 1024, baseOffset: 5, swizzle: .bytes128)
    #expect(descriptor.bits == 0x400a_0040_0001_1234)
    #expect(MatrixDescriptor(bits: descriptor.bits) == descriptor)
  }
}
