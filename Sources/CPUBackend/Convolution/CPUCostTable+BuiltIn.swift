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
    isa: "avx2", machine: "AMD EPYC, family 25 model 1",
    tap: [
      [],
      [0.000, 1.342, 1.355, 1.342, 1.581, 1.896, 2.030, 2.449, 2.965, 3.146, 3.372, 3.806, 3.675],
      [0.000, 1.357, 1.367, 1.326, 1.422, 1.711, 2.641],
      [0.000, 1.319, 1.710, 1.504],
      [0.000, 1.320, 1.369],
      [0.000, 1.775, 2.353],
      [0.000, 1.900, 1.978],
      [],
      [0.000, 1.614],
    ],
    block: [
      [],
      [0.000, 4.045, 3.697, 4.413, 5.186, 4.711, 5.923, 5.676, 5.065, 6.671, 6.282, 6.307, 9.206],
      [0.000, 3.398, 3.479, 4.156, 5.565, 7.504, 6.343],
      [0.000, 3.373, 4.202, 4.414],
      [0.000, 3.308, 4.419],
      [0.000, 4.045, 5.691],
      [0.000, 4.379, 4.333],
      [],
      [0.000, 5.024],
    ],
    finish: 0.872, part: 452.875,
    panel: 0.731, gatheredLeaf: 0.153,
    matrix: .avx2)
  package static let portable = CPUCostTable(
    isa: "portable", machine: "AMD EPYC, family 25 model 1",
    tap: [
      [],
      [0.000, 0.999, 1.013, 1.034, 1.221, 1.478, 1.652, 1.930, 2.091, 2.474, 2.718, 2.941, 3.067],
      [0.000, 1.022, 1.209, 1.539, 2.143, 2.408, 2.726],
      [0.000, 1.076, 1.660, 2.077],
      [0.000, 1.347, 2.074],
      [0.000, 1.654, 2.475],
      [0.000, 1.947, 3.105],
      [],
      [0.000, 2.596],
    ],
    block: [
      [],
      [0.000, 2.812, 2.802, 2.838, 2.474, 2.879, 3.888, 4.071, 4.671, 3.999, 4.479, 4.499, 5.515],
      [0.000, 2.687, 1.793, 3.231, 2.408, 4.651, 4.591],
      [0.000, 2.414, 2.586, 4.383],
      [0.000, 2.383, 4.085],
      [0.000, 2.974, 4.514],
      [0.000, 3.222, 3.379],
      [],
      [0.000, 3.510],
    ],
    finish: 1.181, part: 342.984,
    panel: 0.436, gatheredLeaf: 0.218,
    matrix: .portable)

  /// No processor with AVX-512 was at hand to measure: the times of AVX2, whose vectors have half
  /// the lanes.
  package static let avx512: CPUCostTable = {
    var table = avx2
    table.isa = "avx512"
    table.machine = "not measured; avx2 on \(avx2.machine)"
    table.panel = 1.521
    table.gatheredLeaf = 0.149
    table.matrix = .avx512
    return table
  }()
}
