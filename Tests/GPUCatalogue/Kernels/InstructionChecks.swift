import GPUDevices
import KernelIR

extension KernelChecks {
  /// Every instruction gives the bits that the emulator gives of the kernel as it was built, matrix products
  /// apart, whose order of additions differs.
  package static var instructions: [any KernelCheck] {
    InstructionCase.operations.map(InstructionCheck.init)
  }
}

private struct InstructionCheck: KernelCheck {
  let operation: Operation

  var name: String { "instructions/\(InstructionCase.name(of: operation))" }
  var target: Target { operation.oldestTarget }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let instruction = try InstructionCase(operation)
    let got = try instruction.outputs(on: device.device)
    let want = try instruction.emulatedOutputs(of: instruction.kernel.program)
    if let difference = instruction.difference(got, from: want) { findings.fail(difference) }
  }
}
