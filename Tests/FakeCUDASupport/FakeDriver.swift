internal import CUDA
internal import Glibc
package import Tensors

/// A driver without a GPU: a copy of `libFakeCUDA.so`, so that each has its own state.
///
/// It keeps memory on the host, notes calls and launches, and counts what was not given back. Its one
/// kernel that does something is `increment`, which adds 1 to the 32-bit word at its first argument.
package final class FakeDriver: Sendable {
  /// A folder of its own, deleted with the value.
  package let folder: String
  package let path: String

  /// PTX that its compiler takes; kernels name the size of their parameters in brackets.
  package static func ptx(kernels: [(name: String, parameterByteCount: Int)]) -> String {
    let entries = kernels.map {
      ".visible .entry \($0.name)(.param .b8 a[\($0.parameterByteCount)])"
    }
    return ([".version 8.5", ".target sm_80"] + entries).joined(separator: "\n") + "\n"
  }

  /// - Parameter symbol: one that the library shall lack.
  package init(without symbol: String? = nil) throws(HewnError) {
    guard let executable = realpath("/proc/self/exe", nil) else {
      throw HewnError(.io, "the tests do not find themselves")
    }
    defer { free(executable) }
    let builds = String(cString: executable).split(separator: "/").dropLast().joined(separator: "/")
    var library = try Files.read("/\(builds)/libFakeCUDA.so")
    if let symbol {
      // The hash of the name in the symbol table stays, and no longer leads to it.
      let name = [0] + Array(symbol.utf8) + [0]
      guard let range = library.firstRange(of: name) else {
        throw HewnError(.invalidArgument, "libFakeCUDA.so has no symbol \(symbol)")
      }
      library[range.lowerBound + 1] = UInt8(ascii: "x")
    }
    folder = "/tmp/hewn-fake-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    path = "\(folder)/libcuda.so.1"
    try CacheFolder.make(folder)
    try Files.write([library], to: path)
  }

  deinit {
    let names = (try? Self.names(in: folder)) ?? []
    for name in names { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  /// The names of files in a folder.
  package static func names(in folder: String) throws(HewnError) -> [String] {
    guard let directory = opendir(folder) else { throw HewnError(.io, "cannot list \(folder)") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A function of the fake driver's.
  private func function<Call>(_ name: String, _ type: Call.Type) -> Call? {
    dlopen(path, RTLD_NOW | RTLD_LOCAL).flatMap { dlsym($0, name) }.map {
      unsafeBitCast($0, to: type)
    }
  }

  package func setVersion(_ version: Int32) {
    function("fakeSetVersion", (@convention(c) (Int32) -> Void).self)?(version)
  }

  package func setDeviceCount(_ count: Int32) {
    function("fakeSetDeviceCount", (@convention(c) (Int32) -> Void).self)?(count)
  }

  /// - Parameter attribute: the number of a `CUdevice_attribute`.
  package func setAttribute(_ attribute: Int32, _ value: Int32) {
    function("fakeSetAttribute", (@convention(c) (Int32, Int32) -> Void).self)?(attribute, value)
  }

  package func setMemory(_ byteCount: Int) {
    function("fakeSetMemory", (@convention(c) (Int) -> Void).self)?(byteCount)
  }

  /// Lets calls of a function fail, `times` times, after `count` that succeed.
  package func fail(
    _ name: String, after count: Int32 = 0, times: Int32 = .max, with error: Int32
  ) {
    let fail = function(
      "fakeFail", (@convention(c) (UnsafePointer<CChar>?, Int32, Int32, Int32) -> Void).self)
    name.withCString { fail?($0, count, times, error) }
  }

  /// The functions called, in order.
  package var calls: [String] { report(0) }
  /// The launches, with grid, threads, shared memory and arguments.
  package var launches: [String] { report(1) }
  /// What a driver would not have said, such as releasing things in the wrong order.
  package var faults: [String] { report(2) }
  /// The kinds of things that nobody has given back.
  package var remains: [String] { report(3) }

  private func report(_ topic: Int32) -> [String] {
    typealias Report = @convention(c) (Int32, UnsafeMutablePointer<CChar>?, Int) -> Int
    guard let report = function("fakeReport", Report.self) else { return ["no fake driver"] }
    var text = [CChar](repeating: 0, count: report(topic, nil, 0))
    _ = report(topic, &text, text.count)
    return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }
}
