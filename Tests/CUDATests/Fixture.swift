import CUDA
import FakeCUDASupport
import Tensors
import Testing

/// A context on a fake driver.
struct Fixture {
  let fake: FakeDriver
  let context: Context

  init(without symbol: String? = nil) throws(HewnError) {
    fake = try FakeDriver(without: symbol)
    context = try Context(Device(of: Driver(path: fake.path)))
  }

  /// Nothing is left of what `body` made, and nothing was used or released in a wrong order.
  static func withContext(
    without symbol: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Fixture) throws -> Void
  ) throws {
    let fake: FakeDriver
    do {
      let fixture = try Fixture(without: symbol)
      fake = fixture.fake
      try body(fixture)
    }
    #expect(fake.remains == [], sourceLocation: sourceLocation)
    #expect(fake.faults == [], sourceLocation: sourceLocation)
  }

  var noCache: CubinCache { CubinCache(folder: nil) }

  /// A module with `increment`, which takes an address, `idle`, which takes 24 bytes, and `bare`.
  func module(cache: CubinCache? = nil) throws(HewnError) -> Module {
    try Module.compile(Self.ptx, cache: cache ?? noCache, in: context)
  }

  static let ptx = FakeDriver.ptx(kernels: [("increment", 8), ("idle", 24), ("bare", 0)])
}

extension Stream {
  mutating func increment(_ buffer: borrowing Buffer, with module: Module) throws(HewnError) {
    let address = buffer.address
    let function = try module.function("increment")
    try launch(function, grid: (1, 1, 1), threadCount: 32, argument: address)
  }

  mutating func launch(
    _ function: Function, grid: (x: Int, y: Int, z: Int), threadCount: Int,
    sharedByteCount: Int = 0, argument: UInt64
  ) throws(HewnError) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
    defer { bytes.deallocate() }
    bytes.storeBytes(of: argument, as: UInt64.self)
    try launch(
      function, grid: grid, threadCount: threadCount, sharedByteCount: sharedByteCount,
      arguments: UnsafeRawBufferPointer(bytes))
  }

  func words(of buffer: borrowing Buffer) throws(HewnError) -> [UInt32] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.byteCount, alignment: 8)
    defer { bytes.deallocate() }
    try download(buffer, into: bytes)
    return Array(bytes.bindMemory(to: UInt32.self))
  }
}
