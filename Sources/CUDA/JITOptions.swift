/// How PTX is compiled.
package struct JITOptions: Hashable, Sendable {
  /// 0…4, as `ptxas -O`.
  package var optimizationLevel: Int
  /// Whether profilers find the lines of the PTX text.
  package var generatesLineInfo: Bool

  package init(optimizationLevel: Int = 4, generatesLineInfo: Bool = false) {
    self.optimizationLevel = optimizationLevel
    self.generatesLineInfo = generatesLineInfo
  }
}

/// Options in the form of the driver, with memory for what its compiler says.
///
/// The driver writes to this memory until the call ends, or until the link state is destroyed.
struct JITRequest: ~Copyable {
  private static let logByteCount = 1 << 15

  let count: UInt32
  let names: UnsafeMutablePointer<Int32>
  let values: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let info: UnsafeMutablePointer<CChar>
  private let errors: UnsafeMutablePointer<CChar>

  /// - Parameter options: `nil` for machine code, which is not compiled.
  init(_ options: JITOptions?) {
    info = .allocate(capacity: Self.logByteCount)
    errors = .allocate(capacity: Self.logByteCount)
    info.initialize(repeating: 0, count: Self.logByteCount)
    errors.initialize(repeating: 0, count: Self.logByteCount)
    // Numbers travel in place of pointers. The last byte of the logs stays 0.
    func number(_ value: Int) -> UnsafeMutableRawPointer? {
      UnsafeMutableRawPointer(bitPattern: value)
    }
    var list: [(name: Int32, value: UnsafeMutableRawPointer?)] = [
      (JITOption.infoLogBuffer, UnsafeMutableRawPointer(info)),
      (JITOption.infoLogByteCount, number(Self.logByteCount - 1)),
      (JITOption.errorLogBuffer, UnsafeMutableRawPointer(errors)),
      (JITOption.errorLogByteCount, number(Self.logByteCount - 1)),
    ]
    if let options {
      list.append((JITOption.logVerbose, number(1)))
      // The driver's own choices are not named, as it refuses some options in some calls.
      if options.optimizationLevel != JITOptions().optimizationLevel {
        list.append((JITOption.optimizationLevel, number(options.optimizationLevel)))
      }
      if options.generatesLineInfo { list.append((JITOption.generateLineInfo, number(1))) }
    }
    count = UInt32(list.count)
    names = .allocate(capacity: list.count)
    values = .allocate(capacity: list.count)
    names.initialize(from: list.map(\.name), count: list.count)
    values.initialize(from: list.map(\.value), count: list.count)
  }

  deinit {
    names.deallocate()
    values.deallocate()
    info.deallocate()
    errors.deallocate()
  }

  /// Registers, spills and warnings of the compiler.
  var infoLog: String { String(cString: info) }

  /// What the compiler says when it fails; `nil` when it says nothing.
  var errorLog: String? { errors.pointee == 0 ? nil : String(cString: errors) }
}
