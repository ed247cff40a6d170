package import Tensors

/// The primary context of a GPU: its memory, modules and streams live in it.
///
/// What is made in a context holds it, so that it is released last. It is shared with other users of
/// CUDA in the process, as PyTorch, and current only during calls: their threads keep their own.
/// Nothing in it changes, and the driver takes its handles from any thread: so it is `Sendable`.
package final class Context: @unchecked Sendable {
  package let device: Device
  private let handle: OpaquePointer

  var driver: Driver { device.driver }
  var functions: DriverFunctions { device.driver.functions }

  /// Retains the primary context.
  ///
  /// - Throws: `device` or `outOfMemory`, when the driver cannot make it.
  package init(_ device: Device) throws(HewnError) {
    let function = device.driver.functions.devicePrimaryCtxRetain
    var handle: OpaquePointer?
    try device.driver.check(function) { $0(&handle, device.handle) }
    guard let handle else { throw HewnError(.device, "\(function.name) gave no context") }
    self.device = device
    self.handle = handle
  }

  deinit { _ = functions.devicePrimaryCtxRelease.call(device.handle) }

  /// Runs calls of the driver that concern the current context.
  func withCurrent<Result: ~Copyable>(
    _ body: () throws(HewnError) -> Result
  ) throws(HewnError) -> Result {
    try driver.check(functions.ctxPushCurrent) { $0(handle) }
    let result: Result
    do {
      result = try body()
    } catch {
      _ = pop()
      throw error
    }
    let popped = pop()
    guard popped == DriverResult.success else {
      throw driver.error(popped, in: functions.ctxPopCurrent.name)
    }
    return result
  }

  /// Calls one function with this context current.
  func check<Call>(
    _ function: DriverFunction<Call>, _ call: (Call) -> DriverFunctions.Result
  ) throws(HewnError) {
    try withCurrent { () throws(HewnError) in try driver.check(function, call) }
  }

  /// Makes something of the driver's.
  func handle<Call>(
    from function: DriverFunction<Call>,
    _ call: (Call, UnsafeMutablePointer<OpaquePointer?>) -> DriverFunctions.Result
  ) throws(HewnError) -> OpaquePointer {
    var handle: OpaquePointer?
    try check(function) { call($0, &handle) }
    guard let handle else { throw HewnError(.device, "\(function.name) gave no handle") }
    return handle
  }

  /// Gives something back. Failures do not count: the driver may have ended before, or report the
  /// fault of an earlier kernel.
  func release(_ call: () -> DriverFunctions.Result) {
    let isCurrent = functions.ctxPushCurrent.call(handle) == DriverResult.success
    _ = call()
    if isCurrent { _ = pop() }
  }

  private func pop() -> DriverFunctions.Result {
    var previous: OpaquePointer?
    return functions.ctxPopCurrent.call(&previous)
  }

  /// The bytes of the GPU's memory, and how many of them nobody uses.
  package func memory() throws(HewnError) -> (freeByteCount: Int, byteCount: Int) {
    var (free, total) = (0, 0)
    try check(functions.memGetInfo) { $0(&free, &total) }
    return (free, total)
  }
}
