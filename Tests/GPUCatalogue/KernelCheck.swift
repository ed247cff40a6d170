import GPUDevices
import KernelIR

/// A case that kernels are tried with, on any device.
package protocol KernelCheck: Sendable {
  /// Unlike all others; the topic comes first.
  var name: String { get }
  /// The oldest GPUs that have what the kernels need.
  var target: Target { get }
  /// Runs kernels and notes what is wrong with their results.
  func run<Device: GPUDevice>(on device: CheckedDevice<Device>, _ findings: inout Findings) throws
}

extension KernelCheck {
  package var target: Target { .sm80 }

  /// What a device does wrong, errors and damaged memory included.
  package func findings<Device: GPUDevice>(on device: CheckedDevice<Device>) -> Findings {
    var findings = Findings()
    do {
      try run(on: device, &findings)
      try device.checkGuards(&findings)
    } catch {
      findings.fail("\(error)")
    }
    device.removeBuffers()
    return findings
  }
}

/// The checks of kernels by topic.
package enum KernelChecks {
  package static var all: [any KernelCheck] {
    [
      instructions, functions, pointwise, reductions, softmaxes, layouts, moves, depthwise, pools,
      resizes, normalizations, localResponses, products, blocks, warpgroupBlocks, leaves,
    ].flatMap { $0 }
  }
}
