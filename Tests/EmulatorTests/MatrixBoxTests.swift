import Emulator
import KernelIR
import Testing

@Suite struct MatrixBoxTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var map: TensorMap
    var coordinates: [Int]
    var testDescription: String {
      "\(map.extents), box \(map.box) at \(coordinates), \(map.swizzle)"
    }
  }

  static let cases: [Case] = [
    Case(
      map: TensorMap(.f32, address: 64, extents: [100], byteStrides: [], box: [32]),
      coordinates: [8]),
    Case(
      map: TensorMap(.f32, address: 64, extents: [100], byteStrides: [], box: [32]),
      coordinates: [-3]),
    Case(
      map: TensorMap(.f32, address: 64, extents: [100], byteStrides: [], box: [32]),
      coordinates: [1000]),
    Case(
      map: TensorMap(.u8, address: 16, extents: [50, 7], byteStrides: [64], box: [48, 4]),
      coordinates: [5, 5]),
    Case(
      map: TensorMap(
        .f16, address: 0, extents: [64, 24], byteStrides: [144], box: [64, 16],
        swizzle: .bytes128),
      coordinates: [0, 8]),
    Case(
      map: TensorMap(
        .f16, address: 0, extents: [60, 20], byteStrides: [128], box: [32, 24],
        swizzle: .bytes64),
      coordinates: [40, -2]),
    Case(
      map: TensorMap(
        .bf16, address: 32, extents: [20, 20], byteStrides: [48], box: [16, 8], swizzle: .bytes32),
      coordinates: [-1, 15]),
    Case(
      map: TensorMap(
        .tf32, address: 0, extents: [9, 5, 4, 3], byteStrides: [48, 240, 960], box: [4, 3, 2, 2],
        elementStrides: [1, 2, 1, 1]),
      coordinates: [6, 1, 3, -1]),
    Case(
      map: TensorMap(
        .u64, address: 0, extents: [4, 3, 2, 2, 2], byteStrides: [32, 96, 192, 384],
        box: [2, 3, 2, 1, 2]),
      coordinates: [1, 1, 0, 1, 0]),
  ]

  @Test(arguments: cases)
  func copiesTheBox(_ test: Case) throws {
    #expect(test.map.fault == nil)
    // A map survives its encoding.
    let map = try #require(TensorMap(encoded: test.map.encoded))
    #expect(map == test.map)

    let global = (0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8 &+ 1) }
    var shared = [UInt8](repeating: 0xee, count: 16384)
    let sharedAddress = 2048
    var readRanges: [Range<Int>] = []
    let isDone = shared.withUnsafeMutableBytes { shared in
      global.withUnsafeBytes { global in
        map.copyBox(
          coordinates: test.coordinates, sharedAddress: sharedAddress
        ) { address, byteCount in
          readRanges.append(Int(address)..<Int(address) + byteCount)
          return global.baseAddress.map { $0 + Int(address) }
        } writeShared: { address, byteCount in
          #expect(address % 16 == 0 && byteCount == 16)
          return shared.baseAddress.map { $0 + address }
        }
      }
    }
    #expect(isDone)

    // Element by element, innermost first.
    var want = [UInt8](repeating: 0xee, count: 16384)
    let counts = map.copiedCounts
    let size = map.type.byteCount
    let mask = [Swizzle.none: 0, .bytes32: 1, .bytes64: 3, .bytes128: 7][map.swizzle] ?? 0
    for element in 0..<counts.reduce(1, *) {
      var rest = element
      var isInside = true
      var source = Int(map.address)
      for dimension in counts.indices {
        let step = dimension == 0 ? 1 : map.elementStrides[dimension]
        let index = test.coordinates[dimension] + rest % counts[dimension] * step
        rest /= counts[dimension]
        isInside = isInside && (0..<map.extents[dimension]).contains(index)
        source += index * (dimension == 0 ? size : map.byteStrides[dimension - 1])
      }
      let (row, column) = (element / counts[0], element % counts[0])
      let pitch = map.swizzle == .none ? counts[0] * size : map.swizzle.rawValue
      let linear = sharedAddress + row * pitch + column * size
      let target = linear ^ (linear >> 7 & mask) << 4
      for byte in 0..<size { want[target + byte] = isInside ? global[source + byte] : 0 }
      if isInside {
        #expect(readRanges.contains { $0.contains(source) }, "element \(element) was not read")
      }
    }
    let wrong = want.indices.filter { want[$0] != shared[$0] }
    #expect(
      wrong.isEmpty,
      "\(test): \(wrong.count) bytes, first at \(wrong.first ?? 0)")
    #expect(readRanges.reduce(0) { $0 + $1.count } <= map.boxByteCount)
  }

  @Test(arguments: [
    (TensorMap(.f32, address: 8, extents: [4], byteStrides: [], box: [4]), "address"),
    (TensorMap(.f32, address: 0, extents: [], byteStrides: [], box: []), "dimensions"),
    (TensorMap(.f32, address: 0, extents: [4, 4], byteStrides: [], box: [4, 4]), "strides"),
    (TensorMap(.f32, address: 0, extents: [4, 4], byteStrides: [20], box: [4, 4]), "stride"),
    (TensorMap(.f32, address: 0, extents: [0], byteStrides: [], box: [4]), "extent"),
    (TensorMap(.f32, address: 0, extents: [4], byteStrides: [], box: [260]), "box"),
    (TensorMap(.f16, address: 0, extents: [4], byteStrides: [], box: [4]), "row"),
    (
      TensorMap(.f16, address: 0, extents: [64], byteStrides: [], box: [32], swizzle: .bytes32),
      "swizzled"
    ),
    (
      TensorMap(.f32, address: 0, extents: [4], byteStrides: [], box: [4], elementStrides: [9]),
      "element stride"
    ),
  ])
  func namesWhatIsWrong(_ map: TensorMap, _ word: String) {
    #expect(map.fault?.contains(word) == true, "\(map): \(map.fault ?? "no fault")")
    if map.extents.count == map.box.count, map.byteStrides.count + 1 == map.extents.count {
      #expect(TensorMap(encoded: map.encoded) == nil)
    }
  }

  @Test func foreignBytesAreNoMap() {
    #expect(TensorMap(encoded: [UInt64](repeating: 0, count: 16)) == nil)
    #expect(TensorMap(encoded: []) == nil)
  }
}
