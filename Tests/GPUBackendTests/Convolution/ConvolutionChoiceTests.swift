import Emulator
import GPUBackend
import GPUKernels
import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

/// Which kernels convolutions become.
@Suite struct ConvolutionChoiceTests {
  /// The report of a convolution of 3×3.
  private func report(
    density: Double, images: Int = 32, size: Int = 28, channels: Int = 64,
    _ precision: Precision = .f32, _ engine: Engine = .sparse, on figures: GPUFigures
  ) throws -> LayerReport {
    var net = CaseGraph(seed: 3)
    let x = net.input([images, channels, size, size])
    let weights = net.constant([channels, channels, 3, 3], density: density)
    net.output(
      try net.add(
        Conv(kernel: [3, 3], padding: .explicit(begin: [1, 1], end: [1, 1])), [x, weights]))
    let backend = try GPUBackend(.emulator(figures, .fast))
    let plan = try backend.compileForGPU(
      net.graph, options: CompileOptions(engine: engine, threads: 1, precision: precision))
    return try #require(plan.layers.first { $0.op == "Conv" })
  }

  /// Of f32, few weights are multiplied one by one, and many on tensor cores where these are faster.
  @Test func leavesAndBlocks() throws {
    let cases: [(density: Double, GPUFigures, Precision, engine: String, kernel: String)] = [
      (0.03, .h100, .f32, "sparse", "leafconv"), (0.03, .a10, .f32, "sparse", "leafconv"),
      (1, .h100, .f32, "dense", "blocks"), (1, .a10, .f32, "dense", "leafconv"),
      (0.03, .h100, .f16, "sparse", "blocks"), (0.03, .h100, .tf32, "sparse", "blocks"),
    ]
    for (density, figures, precision, engine, kernel) in cases {
      let report = try report(density: density, precision, on: figures)
      let words: Comment = "\(density) on \(figures.name), \(precision): \(report)"
      #expect(report.engine == engine, words)
      #expect(report.kernel?.name.hasPrefix(kernel) == true, words)
    }
  }

  /// A report of leaves says what one of blocks does.
  @Test func leafReport() throws {
    let report = try report(density: 0.03, on: .h100)
    let kernel = try #require(report.kernel)
    let matrix = try #require(report.matrix)
    #expect(matrix.leaves > 0 && report.reason.contains("faster than dense"))
    #expect(kernel.blockCount > 0 && kernel.waves > 0 && kernel.stageCount == 2)
    #expect(kernel.sharedByteCount > 0 && kernel.sharedByteCount <= GPUFigures.h100.sharedByteLimit)
    #expect(kernel.tile.contains("·("))
    #expect(["instruction issue", "shared memory"].contains(kernel.limiter), "\(kernel)")
  }

  /// Predictions of the two are of the same kind: neither wins everywhere, and both grow with the work.
  @Test func predictions() throws {
    let few = try report(density: 0.03, on: .h100)
    let more = try report(density: 0.03, images: 64, on: .h100)
    let sparse = try #require(few.predictedSparseMilliseconds)
    #expect(try #require(more.predictedSparseMilliseconds) > 1.5 * sparse)
    #expect(try #require(few.predictedDenseMilliseconds) > sparse)
  }

  /// Layers that each kernel computes, few images and splits among them, give what the reference does.
  @Test func results() {
    for (name, channels, size, density) in [
      ("sparse", 24, 9, 0.05), ("deep and small", 96, 3, 0.1), ("dense", 24, 9, 1),
    ] {
      GPUHarness.expect(name, precisions: [.f32]) { net in
        let x = net.input([9, channels, size, size])
        let weights = net.constant([40, channels, 3, 3], density: density)
        let bias = net.constant([40])
        let conv = Conv(
          kernel: [3, 3], padding: .explicit(begin: [1, 1], end: [1, 1]), activation: .tanh)
        let y = try net.add(conv, [x, weights, bias])
        net.output(
          try net.add(Conv(kernel: [1, 1]), [y, net.constant([24, 40, 1, 1], density: 0.1)]))
      }
    }
  }
}
