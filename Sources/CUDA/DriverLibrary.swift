internal import Glibc
internal import Tensors

/// The shared library of the driver.
///
/// It stays loaded until the process ends: the driver has threads of its own. `Sendable`, as
/// its handle never changes.
struct DriverLibrary: @unchecked Sendable {
  let path: String
  private let handle: UnsafeMutableRawPointer

  /// Opens the library.
  ///
  /// - Throws: `unsupported` when there is none.
  init(path: String) throws(HewnError) {
    self.path = path
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      let cause = dlerror().map { String(cString: $0) } ?? "dlopen says no more"
      throw HewnError(
        .unsupported,
        "the CUDA driver cannot be loaded (\(cause)): install NVIDIA's driver for Linux, or set"
          + " \(Driver.variable) to the path of its libcuda.so.1; without an NVIDIA GPU, use the CPU"
      )
    }
    self.handle = handle
  }

  /// - Throws: `unsupported`, naming the symbol, when the library lacks it.
  func function<Call>(_ name: String) throws(HewnError) -> DriverFunction<Call> {
    guard let function: DriverFunction<Call> = optionalFunction(name) else {
      throw HewnError(
        .unsupported,
        "the CUDA driver \(path) has no function \(name): install NVIDIA's driver"
          + " \(Driver.oldestRelease) or newer, or correct \(Driver.variable) if it is set")
    }
    return function
  }

  func optionalFunction<Call>(_ name: String) -> DriverFunction<Call>? {
    dlsym(handle, name).map {
      DriverFunction(name: name, call: unsafeBitCast($0, to: Call.self))
    }
  }
}
