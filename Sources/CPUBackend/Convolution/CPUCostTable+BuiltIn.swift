extension CPUCostTable {
  /// The table for an instruction set, measured by `KernelCosts` on the machine that it names.
  package static func builtIn(for set: InstructionSet) -> CPUCostTable {
    switch set {
    case .portable: portable
    case .avx2: avx2
    case .avx512: avx512
    }
  }

  package static let avx2 = CPUCostTable(
    isa: "avx2", machine: "placeholder",
    tap: [
      [], [0, 1.27, 1.28, 1.28, 1.28, 1.4, 1.4, 1.5, 1.7, 1.9, 2.0, 2.15, 2.3],
      [0, 1.3, 1.3, 1.3, 1.3, 1.6, 1.9], [0, 1.3, 1.35, 1.5], [0, 1.3, 1.32], [0, 1.3, 1.65],
      [0, 1.3, 1.96], [], [0, 1.5],
    ],
    block: [
      [], [0, 3, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8], [0, 4, 5, 6, 7, 8, 9], [0, 4, 5, 6],
      [0, 5, 6], [0, 6, 8], [0, 7, 9], [], [0, 8],
    ],
    finish: 0.6, line: 0.7, part: 200, panel: 0.5, gatheredLeaf: 0.6)
  package static let portable = scaled(avx2, isa: "portable", by: 4)
  package static let avx512 = scaled(avx2, isa: "avx512", by: 1)

  private static func scaled(_ table: CPUCostTable, isa: String, by factor: Double) -> CPUCostTable
  {
    CPUCostTable(
      isa: isa, machine: table.machine, tap: table.tap.map { $0.map { $0 * factor } },
      block: table.block.map { $0.map { $0 * factor } }, finish: table.finish * factor,
      line: table.line, part: table.part, panel: table.panel * factor,
      gatheredLeaf: table.gatheredLeaf)
  }
}
