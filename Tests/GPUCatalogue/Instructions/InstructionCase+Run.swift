import Emulator
import GPUDevices
import KernelIR

extension InstructionCase {
  /// The cells of all results, as a device computes them.
  package func outputs(on device: some GPUDevice) throws -> [UInt64] {
    let kernel = try device.load(kernel)
    let source = try device.buffer(of: inputs)
    let target = try device.buffer(of: [UInt64](repeating: 0, count: outputCellCount))
    try device.launch(
      kernel, grid: Grid(Self.blockCount),
      arguments: Arguments(inputs: source.address, outputs: target.address))
    return try device.values(of: target, as: UInt64.self)
  }

  /// The cells of all results, as the emulator computes them of a program.
  package func emulatedOutputs(of program: Program) throws -> [UInt64] {
    let memory = GlobalMemory()
    let source = try memory.allocate(inputs)
    let target = try memory.allocate([UInt64](repeating: 0, count: outputCellCount))
    _ = try Emulator.run(
      EmulatedProgram(program),
      Launch(
        grid: (Self.blockCount, 1, 1), sharedByteCount: kernel.sharedByteCount,
        struct: Arguments(inputs: source, outputs: target)),
      memory: memory)
    return try memory.read(UInt64.self, count: outputCellCount, from: target)
  }

  /// The first cell in which two results differ, in words; `nil` where none does.
  ///
  /// Sums of matrix products may differ by 2⁻¹⁸ of the sum of the products' magnitudes, which is at most
  /// 4 + k: tensor cores add products in groups, and truncate within them.
  package func difference(_ got: [UInt64], from want: [UInt64]) -> String? {
    guard got.count == want.count else { return "\(got.count) cells in place of \(want.count)" }
    for (index, (got, want)) in zip(got, want).enumerated() where got != want {
      if let bound = productBound {
        let (x, y) = (
          Float(bitPattern: UInt32(truncatingIfNeeded: got)),
          Float(bitPattern: UInt32(truncatingIfNeeded: want))
        )
        if (x - y).magnitude <= bound { continue }
      }
      let (operand, thread) = index.quotientAndRemainder(dividingBy: Self.cellCount)
      let operands = stride(from: thread, to: inputs.count, by: Self.cellCount).map {
        "0x" + String(inputs[$0], radix: 16)
      }
      return "result \(operand) of thread \(thread) is 0x\(String(got, radix: 16)) in place of "
        + "0x\(String(want, radix: 16)); its operands are \(operands.joined(separator: ", "))"
    }
    return nil
  }

  private var productBound: Float? {
    switch operation {
    case .multiplyMatrices(let shape), .multiplySparseMatrices(let shape, _):
      Float(4 + shape.k) * 0x1p-18
    default: nil
    }
  }
}
