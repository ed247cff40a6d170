import GPUCatalogue
import GPUDevices
import Testing

/// A check of the catalogue on the emulator, with all detectors on.
struct Emulated: Sendable, CustomTestStringConvertible {
  let check: any KernelCheck

  static func all(_ checks: [any KernelCheck]) -> [Emulated] { checks.map(Emulated.init) }

  var testDescription: String { check.name }

  func expectNoFindings(sourceLocation: SourceLocation = #_sourceLocation) {
    for failure in check.findings(on: CheckedDevice(EmulatorDevice())).failures {
      Issue.record("\(check.name): \(failure)", sourceLocation: sourceLocation)
    }
  }
}
