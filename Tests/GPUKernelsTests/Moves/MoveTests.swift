import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors
import Testing

/// Moves of vectors of 8 images.
struct MoveTests {
  @Test(arguments: Emulated.all(KernelChecks.moves))
  func `vectors come to lie where they belong`(check: Emulated) { check.expectNoFindings() }

  /// Sectors that a move reads and writes, for each that its bytes fill.
  private func sectorRatio(_ element: KernelElement, _ axes: [MoveAxis]) throws -> Double {
    let device = CheckedDevice(EmulatorDevice())
    let problem = try MoveProblem(element, axes: axes)
    let kernel = MoveKernel(problem)
    let vector = 8 * element.byteCount
    let input = try device.buffer([UInt8](repeating: 1, count: problem.inputCount * vector))
    let output = try device.allocate(byteCount: problem.outputCount * vector)
    try device.run(kernel, kernel.arguments(input: input, output: output))
    let total = try #require(device.device.lastReport).total
    return Double(total.globalSectors * 32) / Double(total.globalBytes)
  }

  @Test(arguments: KernelElement.allCases)
  func `copies access whole sectors`(element: KernelElement) throws {
    let axes = [
      MoveAxis(extent: 4, inputStride: 256, outputStride: 512),
      MoveAxis(extent: 256, inputStride: 1, outputStride: 1),
    ]
    #expect(try sectorRatio(element, axes) == 1)
  }

  @Test func `transposes waste half of a sector at most`() throws {
    let axes = [
      MoveAxis(extent: 64, inputStride: 1, outputStride: 64),
      MoveAxis(extent: 64, inputStride: 64, outputStride: 1),
    ]
    // Twice as many to read, none too many to write.
    #expect(try sectorRatio(.f16, axes) == 1.5)
    #expect(try sectorRatio(.f32, axes) == 1)
  }

  @Test func `axes collapse`() throws {
    let cases: [(name: String, axes: [MoveAxis])] = [
      (
        // A dense copy, in any order, with an axis of one place.
        "move_s_",
        [
          MoveAxis(extent: 7, inputStride: 1, outputStride: 1),
          MoveAxis(extent: 3, inputStride: 35, outputStride: 35),
          MoveAxis(extent: 1, inputStride: -9, outputStride: 4),
          MoveAxis(extent: 5, inputStride: 7, outputStride: 7),
        ]
      ),
      ("move_s_", [MoveAxis([9], inputStride: 3, outputStride: 0)]),
      // Indices at equal distances are a stride; others stay between the axes around them.
      ("move_s_", [MoveAxis([4, 2, 0], inputStride: 1, outputStride: 1)]),
      (
        "move_sts_",
        [
          MoveAxis(extent: 2, inputStride: 12, outputStride: 12),
          MoveAxis([0, 2, 1], inputStride: 4, outputStride: 4),
          MoveAxis(extent: 4, inputStride: 1, outputStride: 1),
        ]
      ),
      ("movefill_t_", [MoveAxis([nil, 0, 1], inputStride: 1, outputStride: 1)]),
      (
        // Neighbours of the output that are none of the input.
        "move_ss_",
        [
          MoveAxis(extent: 4, inputStride: 4, outputStride: 3),
          MoveAxis(extent: 3, inputStride: 1, outputStride: 1),
        ]
      ),
    ]
    for (name, axes) in cases {
      let kernel = MoveKernel(try MoveProblem(.f16, axes: axes))
      #expect(kernel.name.hasPrefix(name), "\(kernel.name), not \(name)…")
      #expect(kernel.tables.isEmpty == !name.drop { $0 != "_" }.contains("t"))
    }
    // A vector of f32 is an axis of two, which is one run with a dense axis.
    let dense = MoveAxis(extent: 7, inputStride: 1, outputStride: 1)
    #expect(MoveKernel(try MoveProblem(.f32, axes: [dense])).name.hasPrefix("move_s_"))
    let reversed = MoveAxis([2, 1, 0], inputStride: 1, outputStride: 1)
    #expect(MoveKernel(try MoveProblem(.f32, axes: [reversed])).name.hasPrefix("move_ss_"))
  }

  @Test func `moves that leave a tensor or write twice are errors`() throws {
    func axis(_ extent: Int, _ input: Int, _ output: Int) -> MoveAxis {
      MoveAxis(extent: extent, inputStride: input, outputStride: output)
    }
    let cases: [(axes: [MoveAxis], inputBase: Int, outputBase: Int)] = [
      ([axis(0, 1, 1)], 0, 0),
      ([MoveAxis([], inputStride: 1, outputStride: 1)], 0, 0),
      ([axis(3, -1, 1)], 1, 0),
      ([MoveAxis([0, -1, 5], inputStride: 1, outputStride: 1)], 0, 0),
      ([axis(3, 1, 1)], 0, -1),
      ([axis(3, 1, 0)], 0, 0),
      ([axis(3, 1, -1)], 0, 8),
      ([axis(3, 1, 2), axis(3, 1, 1)], 0, 0),
      ([axis(1 << 16, 1, 1 << 16), axis(1 << 16, 1, 1)], 0, 0),
      ([axis(1 << 40, 1, 1)], 0, 0),
      ([axis(2, .min, 1)], 0, 0),
      ([axis(2, 1, .max)], 0, 0),
      ([axis(1 << 30, 1 << 30, 1)], 0, 0),
      ([axis(1 << 10, 1, 1 << 30)], 0, 0),
      ([axis(1, 1, 1)], .max, 0),
    ]
    for (axes, inputBase, outputBase) in cases {
      #expect(throws: HewnError.self, "\(axes)") {
        try MoveProblem(.f32, axes: axes, inputBase: inputBase, outputBase: outputBase)
      }
    }
    #expect(try MoveProblem(.f32, axes: [axis(3, -1, 1)], inputBase: 2).inputCount == 3)
    #expect(try MoveProblem(.f32, axes: [axis(3, 2, 4)], outputBase: 5).outputCount == 14)
    let tooMany = (0..<9).map { axis(2, 1 << (2 * $0), 1 << $0) }
    #expect(throws: HewnError.self) { try MoveProblem(.f16, axes: tooMany) }
    #expect(try MoveProblem(.f16, axes: Array(tooMany.dropLast())).outputCount == 256)
  }

  @Test func `names tell kernels apart`() throws {
    let names = try MovesCatalogue.kernels().map(\.name)
    #expect(Set(names).count == names.count)
  }
}
