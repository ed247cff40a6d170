package import Tensors

/// Work of a GPU, done in the order in which it is given; destroyed with the value.
///
/// Its functions return before the work is done, unless they say that they wait. Faults of
/// kernels therefore show in later calls, ``synchronize()`` at the latest. `Sendable`, as it has one
/// owner and the driver takes its handle from any thread.
package struct Stream: ~Copyable, @unchecked Sendable {
  package let context: Context
  let handle: OpaquePointer
  /// The modules of the kernels launched since a capture began; `nil` while there is none.
  var capturedModules: [Module]?

  var functions: DriverFunctions { context.functions }

  package init(in context: Context) throws(HewnError) {
    self.context = context
    // Not the default stream's follower: other users of CUDA in the process work beside it.
    handle = try context.handle(from: context.functions.streamCreate) { $0($1, streamNonBlocking) }
  }

  deinit { context.release { context.functions.streamDestroy.call(handle) } }

  /// Waits until all work is done.
  ///
  /// - Throws: `device` when a kernel failed.
  package func synchronize() throws(HewnError) {
    try context.check(functions.streamSynchronize) { $0(handle) }
  }

  /// Marks this point of the work.
  package func record(_ event: borrowing Event) throws(HewnError) {
    let event = event.handle
    try context.check(functions.eventRecord) { $0(event, handle) }
  }

  /// Lets the work that follows wait until another stream has come to a point.
  package func wait(for event: borrowing Event) throws(HewnError) {
    let event = event.handle
    try context.check(functions.streamWaitEvent) { $0(handle, event, 0) }
  }
}

extension Stream {
  /// Launches a kernel that takes one struct.
  ///
  /// The blocks have threads along x alone.
  ///
  /// - Parameters:
  ///   - grid: blocks along x, y and z.
  ///   - threadCount: of a block.
  ///   - sharedByteCount: the dynamic shared memory of a block, for which
  ///     ``Function/allowSharedMemory(byteCount:)`` must have been called beyond 48 KiB.
  ///   - arguments: the bytes of the struct, copied before the call returns; without any, the
  ///     kernel takes no parameter.
  package mutating func launch(
    _ function: Function, grid: (x: Int, y: Int, z: Int), threadCount: Int,
    sharedByteCount: Int = 0,
    arguments: UnsafeRawBufferPointer
  ) throws(HewnError) {
    guard
      let x = UInt32(exactly: grid.x), let y = UInt32(exactly: grid.y),
      let z = UInt32(exactly: grid.z), let threads = UInt32(exactly: threadCount),
      let shared = UInt32(exactly: sharedByteCount)
    else {
      throw HewnError(
        .internal,
        "\(function.name): a grid of \(grid.x) × \(grid.y) × \(grid.z) blocks with \(threadCount)"
          + " threads and \(sharedByteCount) bytes of shared memory cannot be launched")
    }
    capturedModules?.append(function.module)
    // The driver takes a pointer for each parameter; only this one's bytes are read.
    var parameter = UnsafeMutableRawPointer(mutating: arguments.baseAddress)
    let hasParameter = !arguments.isEmpty
    try context.withCurrent { () throws(HewnError) in
      try context.driver.check(functions.launchKernel, detail: "the kernel is \(function.name)") {
        launch in
        withUnsafeMutablePointer(to: &parameter) { parameters in
          launch(
            function.handle, x, y, z, threads, 1, 1, shared, handle,
            hasParameter ? parameters : nil, nil)
        }
      }
    }
  }
}
