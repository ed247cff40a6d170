import CUDA
import FakeCUDASupport
import Tensors
import Testing

/// Whatever call of the driver fails, nothing is lost.
@Suite struct FailureTests {
  /// Something of everything.
  private static func work(_ fake: FakeDriver) throws(HewnError) {
    let context = try Context(Device(of: Driver(path: fake.path)))
    let module = try Module.compile(Fixture.ptx, cache: CubinCache(folder: nil), in: context)
    let function = try module.function("idle")
    _ = try function.properties()
    try function.allowSharedMemory(byteCount: 64 << 10)
    _ = try function.residentBlockCount(threadCount: 128)
    var stream = try Stream(in: context)
    let buffer = try Buffer(byteCount: 64, in: context)
    let other = try Buffer(byteCount: 64, in: context)
    let pinned = try PinnedBuffer(byteCount: 64, in: context)
    let start = try Event(in: context)
    let end = try Event(in: context)
    try stream.fill(buffer, withByte: 0)
    try stream.fill(buffer, withWord: 1)
    try stream.record(start)
    let graph = try stream.capture { (stream) throws(HewnError) in
      try stream.copy(64, from: pinned, to: buffer)
      try stream.increment(buffer, with: module)
      try stream.copy(64, from: buffer, to: other)
    }
    try stream.launch(graph)
    try stream.copy(64, from: other, to: pinned)
    try stream.record(end)
    try stream.wait(for: end)
    try end.synchronize()
    _ = try end.seconds(since: start)
    _ = try stream.words(of: buffer)
    _ = try context.memory()
  }

  /// Functions that give something back, and so leave it where they fail.
  private static let releases: Set<String> = [
    "cuDevicePrimaryCtxRelease_v2", "cuModuleUnload", "cuLinkDestroy", "cuMemFree_v2",
    "cuMemFreeHost", "cuStreamDestroy_v2", "cuEventDestroy_v2", "cuGraphDestroy",
    "cuGraphExecDestroy", "cuCtxPushCurrent_v2", "cuCtxPopCurrent_v2",
  ]

  @Test func nothingIsLost() throws {
    let fake = try FakeDriver()
    try Self.work(fake)
    #expect(fake.remains == [])
    #expect(fake.faults == [])
    var counts: [String: Int32] = [:]
    for name in fake.calls { counts[name, default: 0] += 1 }
    for (name, count) in counts.sorted(by: { $0.key < $1.key })
    where !Self.releases.contains(name) && !name.hasPrefix("cuGetError") {
      for index in 0..<count {
        let fake = try FakeDriver()
        fake.fail(name, after: index, with: 719)
        do {
          try Self.work(fake)
          // Linking has a substitute; the number of parameters is asked for until there is none.
          #expect(name.hasPrefix("cuLink") || name == "cuModuleLoadDataEx", "\(name) \(index)")
        } catch {
          // The compiler's failures are those of the substitute.
          #expect(error.message.contains("\(name) "), "\(name) \(index): \(error.message)")
          #expect(error.message.contains("719"), "\(name) \(index): \(error.message)")
        }
        #expect(fake.remains == [], "\(name) \(index)")
        #expect(fake.faults == [], "\(name) \(index)")
      }
    }
  }

  /// Failures of releasing are borne in silence: the fault of a kernel fails every later call.
  @Test func releasesFail() throws {
    for name in Self.releases.subtracting(["cuCtxPushCurrent_v2", "cuCtxPopCurrent_v2"]) {
      let fake = try FakeDriver()
      fake.fail(name, with: 719)
      try Self.work(fake)
    }
  }
}
