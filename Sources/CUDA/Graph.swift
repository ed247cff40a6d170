package import Tensors

/// Captured work, destroyed with the value.
///
/// It holds the modules of its kernels. The buffers that they use must outlive it.
/// `Sendable`, as it has one owner.
package struct Graph: ~Copyable, @unchecked Sendable {
  private let handle: OpaquePointer
  private let context: Context
  private let modules: [Module]

  fileprivate init(adopting handle: OpaquePointer, modules: [Module], in context: Context) {
    self.handle = handle
    self.modules = modules
    self.context = context
  }

  deinit { context.release { context.functions.graphDestroy.call(handle) } }

  /// Makes it ready to be launched, any number of times.
  package func instantiate() throws(HewnError) -> GraphExecutable {
    let executable = try context.handle(from: context.functions.graphInstantiate) {
      $0($1, handle, 0)
    }
    return GraphExecutable(adopting: executable, modules: modules, in: context)
  }
}

/// Captured work that is ready to be launched, destroyed with the value.
///
/// It holds the modules of its kernels. The buffers that they use must outlive it.
/// `Sendable`, as it has one owner.
package struct GraphExecutable: ~Copyable, @unchecked Sendable {
  fileprivate let handle: OpaquePointer
  private let context: Context
  private let modules: [Module]

  fileprivate init(adopting handle: OpaquePointer, modules: [Module], in context: Context) {
    self.handle = handle
    self.modules = modules
    self.context = context
  }

  deinit { context.release { context.functions.graphExecDestroy.call(handle) } }
}

extension Stream {
  /// Collects the work that follows instead of doing it, until ``endCapture()``.
  ///
  /// Until then, this thread may not allocate or free memory or load modules.
  package mutating func beginCapture() throws(HewnError) {
    precondition(capturedModules == nil, "captures do not nest")
    try context.check(functions.streamBeginCapture) { $0(handle, streamCaptureThreadLocal) }
    capturedModules = []
  }

  /// The work since ``beginCapture()``.
  ///
  /// - Throws: `device` when something in between cannot be captured. The capture has ended then too.
  package mutating func endCapture() throws(HewnError) -> Graph {
    precondition(capturedModules != nil, "no capture was begun")
    let modules = capturedModules ?? []
    capturedModules = nil
    let graph = try context.handle(from: functions.streamEndCapture) { $0(handle, $1) }
    return Graph(adopting: graph, modules: modules, in: context)
  }

  /// Captures the work that `body` gives to the stream.
  ///
  /// - Throws: what `body` throws; then nothing is captured. `device`, as ``endCapture()``.
  package mutating func capture(
    _ body: (inout Stream) throws(HewnError) -> Void
  ) throws(HewnError) -> GraphExecutable {
    try beginCapture()
    do {
      try body(&self)
    } catch {
      _ = try? endCapture()
      throw error
    }
    return try endCapture().instantiate()
  }

  /// Does captured work once more.
  package func launch(_ graph: borrowing GraphExecutable) throws(HewnError) {
    let graph = graph.handle
    try context.check(functions.graphLaunch) { $0(graph, handle) }
  }
}
