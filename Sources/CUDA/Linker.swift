internal import Tensors

/// Compiles PTX to the machine code of one generation of GPUs, in a form that can be kept.
struct Linker: ~Copyable {
  private let handle: OpaquePointer
  private let context: Context
  private let request: JITRequest

  init(_ options: JITOptions, in context: Context) throws(HewnError) {
    let request = JITRequest(options)
    handle = try context.handle(from: context.functions.linkCreate) {
      $0(request.count, request.names, request.values, $1)
    }
    self.context = context
    self.request = request
  }

  /// The request's memory is freed after it: fields go after the body of `deinit`.
  deinit { context.release { context.functions.linkDestroy.call(handle) } }

  /// The machine code of a module, and what the compiler said of it.
  ///
  /// - Throws: `internal` when the text is not right PTX, and others of the driver, with its log.
  func link(_ ptx: String) throws(HewnError) -> (cubin: [UInt8], log: String) {
    let functions = context.functions
    // With the 0 at its end, which counts.
    var text = Array(ptx.utf8CString)
    return try context.withCurrent { () throws(HewnError) in
      try context.driver.check(functions.linkAddData, detail: request.errorLog) { add in
        text.withUnsafeMutableBytes {
          add(handle, jitInputPTX, $0.baseAddress, $0.count, "kernel.ptx", 0, nil, nil)
        }
      }
      var cubin: UnsafeMutableRawPointer?
      var byteCount = 0
      try context.driver.check(functions.linkComplete, detail: request.errorLog) {
        $0(handle, &cubin, &byteCount)
      }
      // The driver's memory lives as long as the link state.
      let bytes = UnsafeRawBufferPointer(start: cubin, count: cubin == nil ? 0 : byteCount)
      return (Array(bytes), request.infoLog)
    }
  }
}
