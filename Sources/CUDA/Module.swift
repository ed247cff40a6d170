package import Tensors

/// Loaded kernels, unloaded when neither they nor graphs of them are left. Nothing in it
/// changes, and the driver takes its handles from any thread: so it is `Sendable`, which the compiler
/// cannot know of pointers.
package final class Module: @unchecked Sendable {
  /// Where the machine code comes from.
  package enum Origin: String, Hashable, Sendable {
    /// Kept from an earlier compilation.
    case cache
    /// Compiled now.
    case compiler
    /// Compiled now, or kept by the driver itself.
    case driver
  }

  let context: Context
  let handle: OpaquePointer
  package let origin: Origin
  /// What the compiler said: registers, spills, warnings. Empty when the code was kept.
  package let log: String
  /// What went wrong with the cache.
  package let warnings: [HewnError]

  deinit { context.release { context.functions.moduleUnload.call(handle) } }

  private init(
    _ image: (handle: OpaquePointer, log: String), origin: Origin, log: String? = nil,
    warnings: [HewnError], in context: Context
  ) {
    self.context = context
    self.handle = image.handle
    self.origin = origin
    self.log = log ?? image.log
    self.warnings = warnings
  }

  /// The kernel of a name.
  ///
  /// - Throws: `internal` when the module has none.
  package func function(_ name: String) throws(HewnError) -> Function {
    try Function(name, in: self)
  }

  /// Compiles a module for the GPU of a context, or takes what is kept of it, and loads it.
  ///
  /// - Throws: `internal` when the text is not right PTX; `unsupported` when the driver does not know
  ///   its version or target; with the compiler's log. Failures of the cache are ``warnings``.
  package static func compile(
    _ ptx: String, options: JITOptions = JITOptions(), cache: CubinCache = CubinCache(),
    in context: Context
  ) throws(HewnError) -> Module {
    let capability = context.device.computeCapability
    let key = CubinCache.Key(
      ptx: ptx, computeCapability: "\(capability.major).\(capability.minor)",
      driverVersion: context.driver.version, driverRelease: context.driver.release,
      options: options)
    var warnings: [HewnError] = []
    do {
      if let cubin = try cache.cubin(of: key) {
        let image = try load(cubin, nil, in: context)
        return Module(image, origin: .cache, log: "", warnings: warnings, in: context)
      }
    } catch {
      warnings.append(error)
    }
    if isLinkable(ptx) {
      do {
        let (cubin, log) = try Linker(options, in: context).link(ptx)
        let image = try load(cubin, nil, in: context)
        do { try cache.keep(cubin, of: key) } catch { warnings.append(error) }
        return Module(image, origin: .compiler, log: log, warnings: warnings, in: context)
      } catch {
        // Right PTX is loaded below; wrong PTX fails there again, with the same log.
        warnings.append(error)
      }
    }
    let image = try load(ptx.utf8CString.map { UInt8(bitPattern: $0) }, options, in: context)
    return Module(image, origin: .driver, warnings: warnings, in: context)
  }

  /// Whether linking gives as good code as loading.
  ///
  /// The driver links modules as relocatable ones, for which the compiler ignores `setmaxnreg`, with
  /// info C7504: other modules might call into them.
  static func isLinkable(_ ptx: String) -> Bool { !ptx.utf8.contains("setmaxnreg".utf8) }

  /// Loads machine code, or PTX that ends with a 0, compiled with `options`.
  private static func load(
    _ image: [UInt8], _ options: JITOptions?, in context: Context
  ) throws(HewnError) -> (handle: OpaquePointer, log: String) {
    let request = JITRequest(options)
    let function = context.functions.moduleLoadDataEx
    var handle: OpaquePointer?
    try context.withCurrent { () throws(HewnError) in
      try context.driver.check(function, detail: request.errorLog) {
        $0(&handle, image, request.count, request.names, request.values)
      }
    }
    guard let handle else { throw HewnError(.device, "\(function.name) gave no module") }
    return (handle, request.infoLog)
  }
}
