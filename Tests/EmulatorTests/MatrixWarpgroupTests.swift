import Emulator
import KernelIR
import Tensors
import Testing

@Suite struct MatrixWarpgroupTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var shape: WarpgroupShape
    var aSwizzle: Swizzle
    var bSwizzle: Swizzle
    var accumulates: Bool
    var testDescription: String {
      "\(shape), A \(aSwizzle), B \(bSwizzle), \(accumulates ? "accumulates" : "overwrites")"
    }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for (index, swizzle) in Swizzle.allCases.enumerated() {
      let other = Swizzle.allCases[(index + 1) % 4]
      for type in MatrixType.allCases {
        for transposes in type == .tf32 ? [0] : [0, 1, 2, 3] {
          for n in [8, 24, 64, 128] {
            let shape = WarpgroupShape(
              n: n, type: type, transposesA: transposes & 1 != 0, transposesB: transposes & 2 != 0)
            cases.append(
              Case(shape: shape, aSwizzle: swizzle, bSwizzle: other, accumulates: n != 24))
          }
        }
        let shape = WarpgroupShape(n: 40, type: type, aInRegisters: true)
        cases.append(Case(shape: shape, aSwizzle: .none, bSwizzle: swizzle, accumulates: true))
      }
    }
    return cases
      + stride(from: 8, through: 256, by: 8).map {
        Case(
          shape: WarpgroupShape(n: $0, type: .f16), aSwizzle: .bytes128, bSwizzle: .bytes128,
          accumulates: true)
      }
  }()

  @Test(arguments: cases)
  func equalsThePlainProduct(_ test: Case) {
    let shape = test.shape
    var random = SplitMix64(seed: 17)
    let a = BitMatrix(64, shape.k) { shape.type.random(&random) }
    let b = BitMatrix(shape.k, shape.n) { shape.type.random(&random) }
    let c = BitMatrix(64, shape.n) { MatrixType.tf32.random(&random) }
    var memory = [UInt8](repeating: 0xff, count: 160 << 10)
    let aDescriptor = Self.descriptor(
      at: 4096, count: 64, shape.type, shape.transposesA, test.aSwizzle)
    let bDescriptor = Self.descriptor(
      at: 64 << 10, count: shape.n, shape.type, shape.transposesB, test.bSwizzle)
    func write(_ bits: UInt32, _ descriptor: MatrixDescriptor, _ i: Int, _ k: Int, _ isMN: Bool) {
      let run = 16 / shape.type.byteCount
      let (index, lead) = isMN ? (i, (i / run * run, k)) : (k, (i, k / run * run))
      let address = descriptor.address(i: lead.0, k: lead.1, type: shape.type, isMNMajor: isMN)
      for byte in 0..<shape.type.byteCount {
        memory[address + index % run * shape.type.byteCount + byte] = UInt8(
          truncatingIfNeeded: bits >> UInt32(8 * byte))
      }
    }
    for k in 0..<shape.k {
      if !shape.aInRegisters {
        for row in 0..<64 { write(a[row, k], aDescriptor, row, k, shape.transposesA) }
      }
      for column in 0..<shape.n { write(b[k, column], bDescriptor, column, k, shape.transposesB) }
    }
    let zero = BitMatrix(64, shape.n) { 0 }
    let want = product(shape.type, a, b, test.accumulates ? c : zero)

    for warp in 0..<4 {
      let sums = registers(shape.accumulatorCount, .tf32, holding: c) { place in
        FragmentLayout.warpgroupAccumulator(
          .init(lane: place.lane + 32 * warp, register: place.register))
      }
      let aRegisters = registers(4, shape.type, holding: a) { place in
        FragmentLayout.warpgroupA(
          shape.type,
          .init(lane: place.lane + 32 * warp, register: place.register, half: place.half))
      }
      let isDone = withExtendedLifetime((sums, aRegisters)) {
        memory.withUnsafeBytes { memory in
          let aPointers = aRegisters.map { UnsafeRawPointer($0.pointer) }
          return aPointers.withUnsafeBufferPointer { aPointers in
            multiplyWarpgroup(
              shape, sums: sums.map { $0.pointer },
              aRegisters: shape.aInRegisters ? aPointers.baseAddress : nil,
              aDescriptor: aDescriptor.bits, bDescriptor: bDescriptor.bits,
              accumulates: test.accumulates, warp: warp
            ) { address, byteCount in
              #expect(address % 16 == 0 && byteCount == 16)
              return memory.baseAddress.map { $0 + address }
            }
          }
        }
      }
      #expect(isDone)
      var failures = 0
      for register in sums.indices {
        for (lane, got) in sums[register].lanes.enumerated() {
          let position = FragmentLayout.warpgroupAccumulator(
            .init(lane: lane + 32 * warp, register: register))
          let expected = UInt64(want[position.row, position.column])
          guard got != expected, failures < 3 else { continue }
          failures += 1
          Issue.record("\(test), \(position): got \(hex(got)), want \(hex(expected))")
        }
      }
    }
  }

  @Test func memoryThatIsNoneChangesNothing() {
    let shape = WarpgroupShape(n: 8, type: .f16)
    let sums = (0..<4).map { _ in TestRegister([UInt32](repeating: 5, count: 32)) }
    var loads = 0
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: 16)
    defer { bytes.deallocate() }
    let isDone = withExtendedLifetime(sums) {
      multiplyWarpgroup(
        shape, sums: sums.map { $0.pointer }, aRegisters: nil, aDescriptor: 0, bDescriptor: 0,
        accumulates: true, warp: 0
      ) { _, _ in
        loads += 1
        return loads > 40 ? nil : UnsafeRawPointer(bytes)
      }
    }
    #expect(!isDone)
    #expect(sums.allSatisfy { $0.lanes.allSatisfy { $0 == 5 } })
  }

  /// A dense tile of `count` rows (or columns of B) and the K of one product.
  private static func descriptor(
    at start: Int, count: Int, _ type: MatrixType, _ isMNMajor: Bool, _ swizzle: Swizzle
  ) -> MatrixDescriptor {
    let width = 16 * swizzle.rowCount
    return switch (isMNMajor, swizzle) {
    case (false, .none):
      MatrixDescriptor(start: start, leadingOffset: 16 * count, strideOffset: 128)
    case (false, _):
      // A step into a swizzled row, as the second product of a tile has it.
      MatrixDescriptor(
        start: start + (width > 32 ? 32 : 0), strideOffset: 8 * width, swizzle: swizzle)
    case (true, .none):
      MatrixDescriptor(start: start, leadingOffset: 16 * count, strideOffset: 128)
    case (true, _):
      MatrixDescriptor(
        start: start, leadingOffset: 16 * width,
        strideOffset: 8 * width, swizzle: swizzle)
    }
  }
}
