package import Tensors

/// A kernel of a module, which it keeps loaded. `Sendable` as the module is.
package struct Function: @unchecked Sendable {
  package let name: String
  let module: Module
  let handle: OpaquePointer

  private var context: Context { module.context }
  private var functions: DriverFunctions { module.context.functions }

  init(_ name: String, in module: Module) throws(HewnError) {
    let context = module.context
    handle = try context.handle(from: context.functions.moduleGetFunction) { get, handle in
      name.withCString { get(handle, module.handle, $0) }
    }
    self.name = name
    self.module = module
  }

  /// What the compiler made of the kernel.
  package struct Properties: Hashable, Sendable {
    /// Registers of a thread.
    package var registerCount: Int
    /// Bytes of a thread in local memory, where registers are spilled.
    package var localByteCount: Int
    /// Bytes of shared memory that the kernel declares, besides those given at the launch.
    package var sharedByteCount: Int
    /// The most threads that a block may have.
    package var threadLimit: Int
    /// The size of the parameters.
    package var parameterByteCount: Int
  }

  package func properties() throws(HewnError) -> Properties {
    Properties(
      registerCount: try attribute(FunctionAttribute.registerCount),
      localByteCount: try attribute(FunctionAttribute.localByteCount),
      sharedByteCount: try attribute(FunctionAttribute.sharedByteCount),
      threadLimit: try attribute(FunctionAttribute.maxThreadCount),
      parameterByteCount: try parameterByteCount())
  }

  private func attribute(_ attribute: Int32) throws(HewnError) -> Int {
    var value: Int32 = 0
    try context.check(functions.funcGetAttribute) { $0(&value, attribute, handle) }
    return Int(value)
  }

  private func parameterByteCount() throws(HewnError) -> Int {
    try context.withCurrent { () throws(HewnError) in
      let function = functions.funcGetParamInfo
      var end = 0
      for index in 0... {
        var (offset, byteCount) = (0, 0)
        let result = function.call(handle, index, &offset, &byteCount)
        // There are no more.
        if result == DriverResult.invalidValue { break }
        guard result == DriverResult.success else {
          throw context.driver.error(result, in: function.name)
        }
        end = max(end, offset + byteCount)
      }
      return end
    }
  }

  /// Lets launches give a block so much shared memory, which they must ask for beyond 48 KiB.
  package func allowSharedMemory(byteCount: Int) throws(HewnError) {
    guard let count = Int32(exactly: byteCount), byteCount <= context.device.sharedByteLimit else {
      throw HewnError(
        .unsupported,
        "the kernel \(name) needs \(byteCount) bytes of shared memory; \(context.device.name) has"
          + " \(context.device.sharedByteLimit) for a block")
    }
    try context.check(functions.funcSetAttribute) {
      $0(handle, FunctionAttribute.maxDynamicSharedByteCount, count)
    }
  }

  /// How many blocks a multiprocessor runs at once.
  package func residentBlockCount(
    threadCount: Int, sharedByteCount: Int = 0
  ) throws(HewnError) -> Int {
    var count: Int32 = 0
    try context.check(functions.occupancyMaxActiveBlocksPerMultiprocessor) {
      $0(&count, handle, Int32(clamping: threadCount), sharedByteCount)
    }
    return Int(count)
  }
}
