import GPUDevices
import KernelIR

/// All that is checked of a device, the device itself first.
package struct Catalogue<Device: GPUDevice> {
  private let device: CheckedDevice<Device>
  package let entries: [Entry]

  package struct Entry {
    package let name: String
    let target: Target
    let findings: () -> Findings
  }

  /// What came of a check.
  package enum Outcome: Sendable {
    case passed
    /// With what is wrong.
    case failed([String])
    /// The device lacks what the check needs.
    case skipped(String)
  }

  package init(_ device: Device) {
    let checked = CheckedDevice(device)
    self.device = checked
    let ofDevice = DeviceCatalogue(device).checks.map { check in
      Entry(name: "device/\(check.name)", target: .sm80) {
        var findings = Findings()
        do { try check.run(&findings) } catch { findings.fail("\(error)") }
        return findings
      }
    }
    let ofKernels = KernelChecks.all.map { check in
      Entry(name: check.name, target: check.target) { check.findings(on: checked) }
    }
    entries = ofDevice + ofKernels
  }

  package func outcome(of entry: Entry) -> Outcome {
    let properties = device.device.properties
    guard entry.target.runs(onComputeCapability: properties.computeCapability) else {
      return .skipped("\(properties.name) does not run kernels for \(entry.target.rawValue)")
    }
    let failures = entry.findings().failures
    return failures.isEmpty ? .passed : .failed(failures)
  }
}
