internal import Glibc
package import Tensors

/// NVIDIA's driver, loaded and initialized.
package final class Driver: Sendable {
  /// The environment variable that names another driver library than `libcuda.so.1`.
  package static let variable = "HEWN_CUDA_DRIVER"
  /// The first release for Linux whose CUDA version is ``oldestVersion``.
  package static let oldestRelease = "555"
  /// The first CUDA version that knows PTX 8.5, as `cuDriverGetVersion` counts.
  package static let oldestVersion = 12_050

  let functions: DriverFunctions
  /// The newest CUDA version that the driver supports: 1000 × major + 10 × minor.
  package let version: Int
  /// Where it was loaded from.
  package let path: String
  /// Its release, as `570.86.15`; empty where the system does not tell it.
  package let release: String

  /// Loads the driver.
  ///
  /// - Parameter path: the library; else what the environment variable `HEWN_CUDA_DRIVER` names,
  ///   else `libcuda.so.1` wherever the dynamic linker finds it.
  /// - Throws: `unsupported` when there is no driver, it is too old or lacks a function, or there is
  ///   no GPU; `device` when it fails to start.
  package init(path: String? = nil) throws(HewnError) {
    let library = try DriverLibrary(path: path ?? Self.path(environment: Environment.value))
    version = try Self.version(of: library)
    functions = try DriverFunctions(in: library)
    self.path = library.path
    let text = (try? Files.read("/sys/module/nvidia/version", limit: 1 << 12)) ?? []
    release = String(decoding: text.prefix { $0 > 0x20 }, as: UTF8.self)
    let result = functions.initialize.call(0)
    if result != DriverResult.success { throw error(result, in: functions.initialize.name) }
  }

  /// The library that is loaded unless the caller names one.
  package static func path(environment: (String) -> String?) -> String {
    environment(variable) ?? "libcuda.so.1"
  }

  /// The version comes first: an old driver lacks functions, and its age is the better message.
  private static func version(of library: DriverLibrary) throws(HewnError) -> Int {
    let function: DriverFunction<@convention(c) (DriverFunctions.IntegerOut?) -> Int32> =
      try library.function("cuDriverGetVersion")
    var version: Int32 = 0
    let result = function.call(&version)
    guard result == DriverResult.success else {
      throw HewnError(.device, "\(function.name) of \(library.path) failed with error \(result)")
    }
    guard version >= oldestVersion else {
      throw HewnError(
        .unsupported,
        "the CUDA driver supports CUDA \(text(of: Int(version))), and"
          + " \(text(of: oldestVersion)) is needed: install NVIDIA's driver \(oldestRelease) or newer"
      )
    }
    return Int(version)
  }

  /// A version as people write it: `12.5`.
  package static func text(of version: Int) -> String {
    "\(version / 1000).\(version % 1000 / 10)"
  }

  /// The number of GPUs, those that Hewn does not support included.
  package func deviceCount() throws(HewnError) -> Int {
    var count: Int32 = 0
    try check(functions.deviceGetCount) { $0(&count) }
    return Int(count)
  }
}

/// The environment of the process.
enum Environment {
  /// The value of a variable; `nil` when it is missing or empty.
  static func value(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
