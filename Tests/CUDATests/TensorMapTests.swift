import CUDA
import FakeCUDASupport
import Tensors
import Testing

@Suite struct TensorMapTests {
  private let shape = TensorMap.Shape(
    .float16, extents: [64, 100, 3], byteStrides: [128, 12_800], box: [64, 32, 1],
    swizzle: .bytes128)

  @Test func describes() throws {
    try Fixture.withContext { fixture in
      let buffer = try Buffer(byteCount: 1 << 16, in: fixture.context)
      let map = try TensorMap(of: shape, in: buffer, context: fixture.context)
      #expect(map.bytes.count == 128)
      let words = map.bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
      // The fake driver writes what it was given.
      #expect(
        words.prefix(19) == [
          6, 3, 64, 100, 3, 128, 12_800, 64, 32, 1, 1, 1, 1, 0, 3, 2, 0, 0, 0,
        ])
    }
  }

  @Test func describesAddresses() throws {
    try Fixture.withContext { fixture in
      var shape = shape
      shape.elementStrides = [1, 2, 1]
      let map = try TensorMap(of: shape, at: 4096, context: fixture.context)
      let words = map.bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
      #expect(words[10..<13] == [1, 2, 1])
    }
  }

  @Test func oldDriver() throws {
    try Fixture.withContext(without: "cuTensorMapEncodeTiled") { fixture in
      let buffer = try Buffer(byteCount: 16, in: fixture.context)
      do {
        _ = try TensorMap(of: shape, in: buffer, context: fixture.context)
        Issue.record("no error")
      } catch let error as HewnError {
        #expect(error.code == .unsupported)
      }
    }
  }

  @Test(arguments: [
    TensorMap.Shape(.float32, extents: [], byteStrides: [], box: []),
    TensorMap.Shape(.float32, extents: [4, 4], byteStrides: [], box: [4, 4]),
    TensorMap.Shape(.float32, extents: [4], byteStrides: [], box: [4, 4]),
    TensorMap.Shape(.float32, extents: [-4], byteStrides: [], box: [4]),
    TensorMap.Shape(.float32, extents: [4], byteStrides: [], box: [1 << 32]),
    TensorMap.Shape(.float32, extents: [4], byteStrides: [], box: [4], elementStrides: []),
    TensorMap.Shape(.float32, extents: [4], byteStrides: [], box: [4], elementStrides: [-1]),
  ])
  func wrongShapes(shape: TensorMap.Shape) throws {
    try Fixture.withContext { fixture in
      let buffer = try Buffer(byteCount: 16, in: fixture.context)
      do {
        _ = try TensorMap(of: shape, in: buffer, context: fixture.context)
        Issue.record("\(shape) was taken")
      } catch let error as HewnError {
        #expect(error.code == .internal)
      }
    }
  }
}
