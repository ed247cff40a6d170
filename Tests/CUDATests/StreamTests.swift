import CUDA
import FakeCUDASupport
import Tensors
import Testing

@Suite struct StreamTests {
  @Test func launches() throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      let module = try fixture.module()
      let buffer = try Buffer(byteCount: 4, in: fixture.context)
      try stream.fill(buffer, withWord: 5)
      try stream.increment(buffer, with: module)
      try stream.increment(buffer, with: module)
      #expect(try stream.words(of: buffer) == [7])
      let bytes: [UInt8] = Array(1...24)
      let idle = try module.function("idle")
      try bytes.withUnsafeBytes {
        try stream.launch(
          idle, grid: (3, 2, 4), threadCount: 256, sharedByteCount: 1024, arguments: $0)
      }
      let none = UnsafeRawBufferPointer(start: nil, count: 0)
      try stream.launch(
        try module.function("bare"), grid: (1, 1, 1), threadCount: 32, arguments: none)
      #expect(
        fixture.fake.launches.suffix(2) == [
          "idle grid 3x2x4 threads 256x1x1 shared 1024 arguments \(bytes)",
          "bare grid 1x1x1 threads 32x1x1 shared 0 arguments []",
        ])
    }
  }

  @Test func sharedMemoryMustBeAskedFor() throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      let module = try fixture.module()
      let function = try module.function("increment")
      let buffer = try Buffer(byteCount: 4, in: fixture.context)
      let byteCount = 100 << 10
      let address = buffer.address
      #expect(throws: HewnError.self) {
        try stream.launch(
          function, grid: (1, 1, 1), threadCount: 32, sharedByteCount: byteCount, argument: address)
      }
      try function.allowSharedMemory(byteCount: byteCount)
      try stream.launch(
        function, grid: (1, 1, 1), threadCount: 32, sharedByteCount: byteCount, argument: address)
      #expect(
        try function.residentBlockCount(threadCount: 256, sharedByteCount: byteCount) == 2)
      let error = #expect(throws: HewnError.self) {
        try function.allowSharedMemory(byteCount: 228 << 10)
      }
      #expect(error?.code == .unsupported)
      #expect(
        error?.message
          == "the kernel increment needs 233472 bytes of shared memory; Fake H700 has 232448 for a"
          + " block")
    }
  }

  /// Launches that no driver takes, and what the message names.
  @Test(arguments: [
    ((0, 1, 1), 32, "the kernel is increment"), ((1, 65_536, 1), 32, "CUDA_ERROR_INVALID_VALUE"),
    ((1, 1, 1), 1025, "cuLaunchKernel failed"), ((-1, 1, 1), 32, "increment: a grid of -1 × 1 × 1"),
    ((1 << 32, 1, 1), 32, "cannot be launched"), ((1, 1, 1), -1, "-1 threads"),
  ])
  func refusals(grid: (x: Int, y: Int, z: Int), threadCount: Int, text: String) throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      let function = try fixture.module().function("increment")
      do {
        try stream.launch(function, grid: grid, threadCount: threadCount, argument: 0)
        Issue.record("\(grid) was launched")
      } catch let error as HewnError {
        #expect(error.message.contains(text), "\(error.message)")
      }
    }
  }

  @Test func faultsOfKernelsAreNamed() throws {
    try Fixture.withContext { fixture in
      let stream = try Stream(in: fixture.context)
      fixture.fake.fail("cuStreamSynchronize", with: 700)
      do {
        try stream.synchronize()
        Issue.record("no error")
      } catch let error as HewnError {
        #expect(error.code == .device)
        #expect(
          error.message == "cuStreamSynchronize failed with CUDA_ERROR_ILLEGAL_ADDRESS (700): an"
            + " illegal memory access was encountered; a kernel launched before this call is at fault,"
            + " and the process must start anew")
      }
    }
  }

  @Test func eventsMeasure() throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      let other = try Stream(in: fixture.context)
      let module = try fixture.module()
      let buffer = try Buffer(byteCount: 4, in: fixture.context)
      let start = try Event(in: fixture.context)
      let end = try Event(in: fixture.context)
      do {
        _ = try end.seconds(since: start)
        Issue.record("an event that was not recorded has a time")
      } catch let error as HewnError {
        #expect(error.code == .device)
      }
      try stream.record(start)
      for _ in 0..<3 { try stream.increment(buffer, with: module) }
      try stream.record(end)
      try other.wait(for: end)
      try end.synchronize()
      #expect(abs(try end.seconds(since: start) - 0.003) < 1e-9)
    }
  }
}

@Suite struct GraphTests {
  @Test func replays() throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      let buffer = try Buffer(byteCount: 4, in: fixture.context)
      let pinned = try PinnedBuffer(byteCount: 4, in: fixture.context)
      // Nothing but the graph holds the module.
      func capture(_ stream: inout Stream) throws -> GraphExecutable {
        let module = try fixture.module()
        return try stream.capture { (stream) throws(HewnError) in
          try stream.copy(4, from: pinned, to: buffer)
          try stream.increment(buffer, with: module)
          try stream.increment(buffer, with: module)
        }
      }
      let graph = try capture(&stream)
      #expect(fixture.fake.launches == [])
      #expect(fixture.fake.remains.contains("module"))
      for start in [3, 40] as [UInt32] {
        pinned.bytes.storeBytes(of: start, as: UInt32.self)
        try stream.launch(graph)
        #expect(try stream.words(of: buffer) == [start + 2])
      }
      #expect(fixture.fake.launches.count == 4)
      #expect(!fixture.fake.remains.contains("graph"))
    }
  }

  @Test func failedCapturesEnd() throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      let buffer = try Buffer(byteCount: 4, in: fixture.context)
      let module = try fixture.module()
      do {
        _ = try stream.capture { (stream) throws(HewnError) in
          try stream.increment(buffer, with: module)
          throw HewnError(.failedCheck, "a failure of the body")
        }
        Issue.record("no error")
      } catch let error as HewnError {
        #expect(error.code == .failedCheck)
      }
      #expect(!fixture.fake.remains.contains("graph"))
      // The stream works as before.
      try stream.fill(buffer, withWord: 1)
      try stream.increment(buffer, with: module)
      #expect(try stream.words(of: buffer) == [2])
    }
  }

  @Test func allocationEndsTheCapture() throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      do {
        _ = try stream.capture { (stream) throws(HewnError) in
          _ = try? Buffer(byteCount: 4, in: fixture.context)
        }
        Issue.record("no error")
      } catch let error as HewnError {
        #expect(error.message.contains("cuStreamEndCapture failed"), "\(error.message)")
      }
    }
  }

  @Test func pageableMemoryIsNotCaptured() throws {
    try Fixture.withContext { fixture in
      var stream = try Stream(in: fixture.context)
      let buffer = try Buffer(byteCount: 4, in: fixture.context)
      let words: [UInt32] = [0]
      do {
        _ = try stream.capture { (stream) throws(HewnError) in
          let copy = words.withUnsafeBytes { bytes in
            Result { () throws(HewnError) in try stream.upload(bytes, to: buffer) }
          }
          try copy.get()
        }
        Issue.record("no error")
      } catch let error as HewnError {
        #expect(error.message.contains("use a PinnedBuffer"), "\(error.message)")
      }
    }
  }
}
