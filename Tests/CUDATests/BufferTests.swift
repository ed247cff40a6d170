import CUDA
import FakeCUDASupport
import Tensors
import Testing

@Suite struct BufferTests {
  @Test func uploadsAndDownloads() throws {
    try Fixture.withContext { fixture in
      let stream = try Stream(in: fixture.context)
      let buffer = try Buffer(byteCount: 16, in: fixture.context)
      try stream.fill(buffer, withWord: 7)
      let words: [UInt32] = [1, 2]
      try words.withUnsafeBytes { try stream.upload($0, to: buffer, at: 4) }
      #expect(try stream.words(of: buffer) == [7, 1, 2, 7])
      try stream.fill(buffer, withWord: 9, count: 1, at: 12)
      #expect(try stream.words(of: buffer) == [7, 1, 2, 9])
      try stream.fill(buffer, withByte: 0xff)
      #expect(try stream.words(of: buffer) == [.max, .max, .max, .max])
      var part: [UInt32] = [0]
      try stream.fill(buffer, withWord: 3, count: 1, at: 8)
      try part.withUnsafeMutableBytes { try stream.download(buffer, at: 8, into: $0) }
      #expect(part == [3])
    }
  }

  @Test func copiesBesideTheCaller() throws {
    try Fixture.withContext { fixture in
      let stream = try Stream(in: fixture.context)
      let pinned = try PinnedBuffer(byteCount: 12, in: fixture.context)
      let first = try Buffer(byteCount: 12, in: fixture.context)
      let second = try Buffer(byteCount: 12, in: fixture.context)
      try stream.fill(first, withWord: 0)
      try stream.fill(second, withWord: 0)
      for (index, word) in ([10, 20, 30] as [UInt32]).enumerated() {
        pinned.bytes.storeBytes(of: word, toByteOffset: index * 4, as: UInt32.self)
      }
      try stream.copy(8, from: pinned, fromOffset: 4, to: first)
      try stream.copy(4, from: first, fromOffset: 4, to: second, toOffset: 8)
      try stream.copy(4, from: second, fromOffset: 8, to: pinned)
      try stream.synchronize()
      #expect(try stream.words(of: first) == [20, 30, 0])
      #expect(try stream.words(of: second) == [0, 0, 30])
      #expect(pinned.bytes.load(as: UInt32.self) == 30)
    }
  }

  /// Empty buffers have addresses, and copies of nothing are none.
  @Test func nothing() throws {
    try Fixture.withContext { fixture in
      let stream = try Stream(in: fixture.context)
      let buffer = try Buffer(byteCount: 0, in: fixture.context)
      let pinned = try PinnedBuffer(byteCount: 0, in: fixture.context)
      #expect(buffer.byteCount == 0)
      #expect(buffer.address != 0)
      #expect(pinned.byteCount == 0)
      try stream.fill(buffer, withByte: 1)
      try stream.fill(buffer, withWord: 1)
      try stream.upload(UnsafeRawBufferPointer(start: nil, count: 0), to: buffer)
      try stream.download(buffer, into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
      try stream.copy(0, from: pinned, to: buffer)
      #expect(!fixture.fake.calls.contains { $0.hasPrefix("cuMemcpy") || $0.hasPrefix("cuMemset") })
    }
  }

  /// Parts that do not lie within a buffer of 16 bytes.
  @Test(arguments: [(1, 16), (17, 0), (8, 9), (8, -1), (1, Int.max), (0, 17), (0, -1)])
  func bounds(byteCount: Int, offset: Int) throws {
    try Fixture.withContext { fixture in
      let stream = try Stream(in: fixture.context)
      let buffer = try Buffer(byteCount: 16, in: fixture.context)
      let pinned = try PinnedBuffer(byteCount: 16, in: fixture.context)
      let wide = try Buffer(byteCount: 64, in: fixture.context)
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 8)
      defer { memory.deallocate() }
      func expectRefusal(_ name: String, _ body: () throws(HewnError) -> Void) {
        do {
          try body()
          Issue.record("\(name) took \(byteCount) bytes at \(offset)")
        } catch {
          #expect(error.code == .internal)
          #expect(
            error.message.contains("\(byteCount) bytes at \(offset)"), "\(name): \(error.message)")
        }
      }
      expectRefusal("upload") { () throws(HewnError) in
        try stream.upload(UnsafeRawBufferPointer(memory), to: buffer, at: offset)
      }
      expectRefusal("download") { () throws(HewnError) in
        try stream.download(buffer, at: offset, into: memory)
      }
      expectRefusal("copy to the GPU") { () throws(HewnError) in
        try stream.copy(byteCount, from: pinned, fromOffset: offset, to: wide)
      }
      expectRefusal("copy from the GPU") { () throws(HewnError) in
        try stream.copy(byteCount, from: buffer, fromOffset: offset, to: pinned)
      }
      expectRefusal("copy within the GPU") { () throws(HewnError) in
        try stream.copy(byteCount, from: wide, to: buffer, toOffset: offset)
      }
    }
  }

  @Test(arguments: [(5, 0), (1, 2), (Int.max, 0), (1, 16), (-1, 0)])
  func boundsOfFills(count: Int, offset: Int) throws {
    try Fixture.withContext { fixture in
      let stream = try Stream(in: fixture.context)
      let buffer = try Buffer(byteCount: 16, in: fixture.context)
      let error = #expect(throws: HewnError.self) {
        try stream.fill(buffer, withWord: 0, count: count, at: offset)
      }
      #expect(error?.code == .internal)
    }
  }

  @Test func memoryRunsOut() throws {
    try Fixture.withContext { fixture in
      fixture.fake.setMemory(1 << 20)
      let held = try Buffer(byteCount: 1000, in: fixture.context)
      var error: HewnError?
      do {
        _ = try Buffer(byteCount: 1 << 20, in: fixture.context)
      } catch let caught as HewnError {
        error = caught
      }
      #expect(error?.code == .outOfMemory)
      #expect(
        error?.message.hasPrefix("cuMemAlloc_v2 failed with CUDA_ERROR_OUT_OF_MEMORY (2)") == true)
      #expect(
        error?.message.hasSuffix("1048576 bytes were asked for; 1047576 of 1048576 are free")
          == true, "\(error?.message ?? "no error")")
      #expect(held.byteCount == 1000)
      #expect(try fixture.context.memory().freeByteCount == (1 << 20) - 1000)
    }
  }
}

@Suite struct ContextTests {
  @Test func isReleasedLast() throws {
    let fake = try FakeDriver()
    func makeBuffer() throws(HewnError) -> Buffer {
      try Buffer(byteCount: 4, in: Context(Device(of: Driver(path: fake.path))))
    }
    do {
      let buffer = try makeBuffer()
      #expect(fake.remains == ["context", "memory"])
      #expect(buffer.byteCount == 4)
    }
    #expect(fake.remains == [])
    #expect(fake.faults == [])
  }

  /// The thread's current context stays what it was, failures included.
  @Test func isCurrentDuringCallsOnly() throws {
    try Fixture.withContext { fixture in
      fixture.fake.fail("cuMemAlloc_v2", with: 719)
      do {
        _ = try Buffer(byteCount: 4, in: fixture.context)
        Issue.record("no error")
      } catch let error as HewnError {
        #expect(error.code == .device)
        #expect(error.message.contains("the process must start anew"), "\(error.message)")
      }
      let calls = fixture.fake.calls
      #expect(
        calls.count { $0 == "cuCtxPushCurrent_v2" } == calls.count { $0 == "cuCtxPopCurrent_v2" })
    }
  }
}
