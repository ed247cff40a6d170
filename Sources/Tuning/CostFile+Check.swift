internal import CPUBackend
internal import CPUKernels
internal import Tensors

extension CostFile {
  /// Nanoseconds that the smallest piece of work may take: beyond them no processor is.
  private static let times = 1e-4...1e6
  /// The longest text that is shown.
  private static let greatestTextLength = 200

  /// Checks that the table has an entry for each kernel, and numbers that can be times.
  ///
  /// - Throws: `invalidFile` with the entry; as ``InstructionSet/kernelSet()``.
  func check(for set: InstructionSet) throws(HewnError) {
    let kernels = try set.kernelSet()
    for (name, text) in [("machine", table.machine), ("date", date), ("kernels", self.kernels)] {
      guard !text.isEmpty, text.utf8.count <= Self.greatestTextLength,
        text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
      else { throw HewnError(.invalidFile, "its \(name) is no text of one line") }
    }
    let widths = kernels.accumulate.map(\.count)
    // A tap cannot be free; a block's start may be lost in the noise.
    try check("tap", table.tap, widths, Self.times)
    try check("unalignedTap", table.unalignedTap, widths, Self.times)
    try check("block", table.block, widths, 0...Self.times.upperBound)
    for (name, time) in [
      ("finish", table.finish), ("part", table.part), ("panel", table.panel),
      ("gatheredLeaf", table.gatheredLeaf), ("winograd.weights", table.winograd.weights),
    ] { try check(name, time, Self.times) }
    try check(
      "winograd.product", [table.winograd.product], [kernels.productVectors + 1], Self.times)
    guard table.winograd.transforms.map(\.tile) == kernels.winograd.map(\.tile) else {
      throw HewnError(.invalidFile, "its winograd.transforms are not those of the kernels")
    }
    let matrix = table.matrix
    try check("matrix.leaf", [matrix.leaf], [kernels.leaves.count], Self.times)
    // A row's start may be lost in the noise.
    try check(
      "matrix.leafRow", [matrix.leafRow], [kernels.leaves.count], 0...Self.times.upperBound)
    try check("matrix.panel", [matrix.panel], [kernels.matrixPanel.count], Self.times)
    try check("matrix.transposedFloat", matrix.transposedFloat, Self.times)
    for transform in table.winograd.transforms {
      try check("winograd.transforms.input", transform.input, Self.times)
      try check("winograd.transforms.output", transform.output, Self.times)
    }
  }

  /// Checks a row of times for each of `widths`; entry 0 of each is unused.
  private func check(
    _ name: String, _ rows: [[Double]], _ widths: [Int], _ range: ClosedRange<Double>
  ) throws(HewnError) {
    guard rows.map(\.count) == widths else {
      throw HewnError(.invalidFile, "its \(name) has not one entry for each kernel")
    }
    for row in rows {
      for (vectors, time) in row.enumerated() {
        try check(name, time, vectors == 0 ? 0...0 : range)
      }
    }
  }

  private func check(
    _ name: String, _ time: Double, _ range: ClosedRange<Double>
  ) throws(HewnError) {
    guard range.contains(time) else {
      throw HewnError(.invalidFile, "\(time) is no time for its \(name)")
    }
  }
}
