extension KernelVerifier {
  /// Copies have sizes and groups that exist.
  static func copies(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.compactMap { instruction in
      switch instruction.operation {
      case .asyncCopy(let byteCount) where ![4, 8, 16].contains(byteCount):
        Finding(instruction, "copies are of 4, 8 or 16 bytes")
      case .asyncCopyWait(let count) where count < 0, .warpgroupWait(let count) where count < 0:
        Finding(instruction, "\(count) groups cannot be pending")
      case .warpgroupWait(let count) where count > 7:
        Finding(instruction, "at most 7 groups can be pending")
      case .tensorCopy(let dimensionCount) where !(1...5).contains(dimensionCount):
        Finding(instruction, "tensors have 1 to 5 dimensions")
      default: nil
      }
    }
  }

  /// Matrix products have shapes that exist, and add to the registers that they write.
  static func matrices(_ kernel: Kernel) -> [Finding] {
    kernel.instructions.flatMap { instruction -> [Finding] in
      var findings: [Finding] = []
      func demand(_ holds: Bool, _ message: String) {
        if !holds { findings.append(Finding(instruction, message)) }
      }
      switch instruction.operation {
      case .loadMatrix(let count, _), .storeMatrix(let count, _):
        demand([1, 2, 4].contains(count), "1, 2 or 4 matrices are moved at a time")
      case .multiplyMatrices(let shape):
        demand(MatrixShape.dense.contains(shape), "there is no such shape")
      case .multiplySparseMatrices(let shape, let selector):
        demand(MatrixShape.sparse.contains(shape), "there is no such sparse shape")
        demand((0...3).contains(selector), "selectors are 0…3")
      case .multiplyWarpgroup(let shape):
        demand(
          (8...256).contains(shape.n) && shape.n % 8 == 0, "n is a multiple of 8 from 8 to 256")
        demand(
          shape.type != .tf32 || !(shape.transposesA || shape.transposesB),
          "tf32 matrices cannot be transposed")
        demand(
          !(shape.aInRegisters && shape.transposesA), "A in registers cannot be transposed")
        demand(
          Array(instruction.sources.suffix(shape.accumulatorCount))
            == instruction.results.map(Operand.register),
          "the sums that are read are not those that are written")
        demand(kernel.threadCount % 128 == 0, "a warpgroup has 128 threads")
      case .setMaxRegisters(let count, _):
        demand(
          (24...256).contains(count) && count % 8 == 0,
          "registers are a multiple of 8 from 24 to 256")
      default: break
      }
      return findings
    }
  }
}
