import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Convolutions by leaves, and direct ones.
  package static var leaves: [any KernelCheck] {
    LeafCase.all.map { LeafCheck(test: $0, isDirect: false) }
      + LeafCase.all.filter { $0.tiling == nil }.map { LeafCheck(test: $0, isDirect: true) }
      + [LeafSpecialsCheck()]
  }
}

/// A sparse convolution is what its definition says.
private struct LeafCheck: KernelCheck {
  let test: LeafCase
  let isDirect: Bool

  var name: String { "leaves/\(isDirect ? "direct, " : "")\(test)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    var random = SplitMix64(seed: 53)
    let problem = test.problem
    let x = random.floats(problem.input.elementCount(groups: test.imageGroups))
    let residual = random.floats(
      problem.residual.map { $0.elementCount(groups: test.imageGroups) } ?? 0)
    let output = try device.output(
      .f32, count: problem.output.elementCount(groups: test.imageGroups))
    let buffers = LeafCase.Tensors(
      input: try device.buffer(x), output: output,
      residual: residual.isEmpty ? 0 : try device.buffer(residual))
    if isDirect {
      try device.convolveDirectly(test, buffers)
    } else {
      try device.convolve(test, buffers)
    }
    let got = try device.read(
      Float.self, count: problem.output.elementCount(groups: test.imageGroups), from: output)
    var isWritten = [Bool](repeating: false, count: got.count)
    var worst: String?
    let bias = test.bias()
    test.forEachOutput(x) { sum, magnitude, place in
      let added =
        residual.isEmpty ? 0 : residual[place.index(in: problem.residual ?? problem.output)]
      let before = sum + Double(bias[place.row]) + Double(added)
      let want = test.activation.reference(before)
      // Each addition may lose half a unit of the last place; functions have slopes up to 1.1.
      let scale = magnitude + Double(bias[place.row].magnitude) + Double(added.magnitude)
      let tolerance = scale * Double(test.tapCount + 8) * 0x1p-24 + want.magnitude * 0x1p-21
      let index = place.index(in: problem.output)
      isWritten[index] = true
      if !((Double(got[index]) - want).magnitude <= tolerance), worst == nil {
        worst = "\(place) is \(got[index]), not \(want) ± \(tolerance)"
      }
    }
    if let worst { findings.fail(worst) }
    // Between the output's pixels lies what nobody may write.
    let touched = zip(got, isWritten).contains { $0.bitPattern != 0xffff_ffff && !$1 }
    findings.expect(
      device.device.detectsMemoryFaults || !touched, "something between the pixels was written")
  }
}

/// What weights that are zero would multiply does not matter, nor what lies in the lanes of missing images.
private struct LeafSpecialsCheck: KernelCheck {
  var name: String { "leaves/special numbers" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let test = LeafCase().with {
      $0.channels = 9
      $0.filters = 9
      $0.zeros = 0.9
      $0.covering = .leaves
    }
    let (weights, problem) = (test.weights(), test.problem)
    var random = SplitMix64(seed: 54)
    // Image 7 is NaN. One input pixel is infinite, which only rows with a weight there may see.
    var x = random.floats(problem.input.elementCount(groups: 1))
    for index in x.indices where index % 8 == 7 { x[index] = .nan }
    let place = 8 * (4 * 49 + 3 * 7 + 3)
    x[place] = .infinity
    let output = try device.output(.f32, count: problem.output.elementCount(groups: 1))
    let buffers = LeafCase.Tensors(input: try device.buffer(x), output: output, residual: 0)
    try device.convolve(test, buffers)
    let got = try device.read(
      Float.self, count: problem.output.elementCount(groups: 1), from: output)
    for m in 0..<test.filters {
      for p in 0..<7 {
        for q in 0..<7 {
          let vector = got[8 * (m * 49 + p * 7 + q)..<8 * (m * 49 + p * 7 + q) + 8]
          let (r, s) = (3 - p + 1, 3 - q + 1)
          let sees =
            (0..<3).contains(r) && (0..<3).contains(s)
            && weights[((m * 9 + 4) * 3 + r) * 3 + s] != 0
          findings.expect(
            vector.dropFirst().prefix(6).allSatisfy(\.isFinite)
              && (vector.first?.isFinite == !sees), "row \(m), pixel (\(p), \(q)): \(vector)")
        }
      }
    }
  }
}

extension LeafCase {
  /// The addresses of a convolution's tensors.
  package struct Tensors {
    package var input: UInt64
    package var output: UInt64
    /// 0 without one.
    package var residual: UInt64

    package init(input: UInt64, output: UInt64, residual: UInt64) {
      (self.input, self.output, self.residual) = (input, output, residual)
    }
  }
}

extension CheckedDevice {
  /// Runs the kernel for leaves; returns what was packed.
  @discardableResult package func convolve(
    _ test: LeafCase, _ tensors: LeafCase.Tensors, figures: GPUFigures = .a10
  ) throws -> LeafLayer {
    let (problem, branches) = (test.problem, try test.branches())
    let tiling = try test.tiling(branches, on: figures)
    let layer = try LeafLayer(problem, branches, tiling)
    let kernel = LeafKernel(layer)
    // Nothing is read of tables without elements, but addresses are wanted.
    func table(_ words: [UInt32]) throws -> UInt64 { try buffer(words.isEmpty ? [0] : words) }
    let tables = BlockTables(
      work: try table(layer.work), chunks: try table(layer.chunks),
      channels: try table(layer.channels), packets: try table(layer.packets),
      rows: try table(layer.rows), bias: try buffer(layer.bias))
    let residual = tensors.residual == 0 ? nil : tensors.residual
    let splits = tiling.splitCount
    guard splits > 1 else {
      try run(
        kernel,
        kernel.arguments(
          layer, tables, input: tensors.input, output: tensors.output, residual: residual))
      return layer
    }
    let sums = try allocate(byteCount: problem.sumsByteCount(splits: splits))
    try run(kernel, kernel.arguments(layer, tables, input: tensors.input, output: sums))
    let finish = BlockFinishKernel(
      problem, .f32, positionCount: layer.rows.count, splitCount: splits)
    try run(
      finish, finish.arguments(tables, sums: sums, output: tensors.output, residual: residual))
    return layer
  }

  package func convolveDirectly(_ test: LeafCase, _ tensors: LeafCase.Tensors) throws {
    let layer = try DirectLayer(test.problem, test.branches())
    let kernel = DirectKernel(test.problem)
    func table(_ words: [UInt32]) throws -> UInt64 { try buffer(words.isEmpty ? [0] : words) }
    try run(
      kernel,
      kernel.arguments(
        input: tensors.input, output: tensors.output, residual: tensors.residual,
        rowStarts: try table(layer.rowStarts), entries: try table(layer.entries),
        taps: try table(layer.taps), bias: try buffer(layer.bias)))
  }
}
