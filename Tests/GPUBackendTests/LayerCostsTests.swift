import Covers
import Emulator
import GPUBackend
import GPUKernels
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// The costs of layers as values say what the planner predicts.
@Suite struct LayerCostsTests {
  private struct Layer: CustomStringConvertible {
    var images = 32
    var channels = 64
    var filters = 64
    var extent = 28
    var op = Conv(kernel: [3, 3], padding: .sameUpper)
    var emptyRows: Range<Int> = 0..<0

    var description: String {
      "\(images)×\(channels)×\(extent)², \(filters) filters, \(emptyRows.count) empty, \(op)"
    }

    /// - Parameters:
    ///   - density: the share of the pairs of `rows` rows and a tap that have weights.
    func graph(density: Double, rows: Int = 1, seed: UInt64 = 1) throws -> Graph {
      var net = CaseGraph(seed: seed)
      let x = net.input([images, channels, extent, extent])
      let shape = Shape([filters, channels / op.groups] + op.kernel)
      var values = Tensor.random(shape, seed: seed).floats()
      let taps = values.count / filters
      let keeps = Tensor.random(
        [(filters + rows - 1) / rows, taps], zeros: 1 - density, seed: seed + 1
      ).floats()
      for index in values.indices {
        let row = index / taps
        if emptyRows.contains(row) || keeps[row / rows * taps + index % taps] == 0 {
          values[index] = 0
        }
      }
      let inputs = [x, net.constant(Tensor(shape, values)), net.constant([filters])]
      net.output(try net.add(op, inputs))
      return net.graph
    }
  }

  private static let pointwise = Conv(kernel: [1, 1])
  private static let large = Conv(kernel: [7, 7], strides: [2, 2], padding: .sameUpper)

  private static let layers: [Layer] = [
    Layer(), Layer(images: 1), Layer(images: 100), Layer(extent: 56), Layer(op: pointwise),
    Layer(op: Conv(kernel: [3, 3], strides: [2, 2], padding: .sameUpper)),
    Layer(op: Conv(kernel: [3, 3], padding: .sameUpper, groups: 2)),
    // Groups of few rows share a band of 16.
    Layer(op: Conv(kernel: [3, 3], padding: .sameUpper, groups: 16)),
    Layer(channels: 3, extent: 64, op: large),
    Layer(filters: 128, extent: 14), Layer(channels: 128, filters: 128, op: pointwise),
    Layer(filters: 128, extent: 14, emptyRows: 40..<110),
    Layer(channels: 256, filters: 256, extent: 7),
    Layer(channels: 16, filters: 24, extent: 32), Layer(filters: 80),
    // Rows beyond whole bands: one, two row groups, as many as there can be.
    Layer(filters: 1), Layer(filters: 65), Layer(filters: 10), Layer(channels: 32, filters: 31),
  ]

  private func expect(
    _ comparisons: [LayerCostsCase.Comparison], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let far = comparisons.filter(\.isFar)
    let plain = comparisons.filter(\.isPlain)
    let closeCount = plain.count { $0.isClose }
    let listed = far.prefix(20).map(\.description).joined(separator: "\n")
    #expect(far.isEmpty, "\(far.count) are far:\n\(listed)", sourceLocation: sourceLocation)
    #expect(
      !plain.isEmpty && Double(closeCount) >= 0.95 * Double(plain.count),
      "\(closeCount) of \(plain.count) are close", sourceLocation: sourceLocation)
  }

  @Test(arguments: [Precision.f16, .f32])
  func convolutions(precision: Precision) throws {
    for figures in [GPUFigures.h200, .a100] {
      try convolutions(on: figures, precision)
    }
  }

  private func convolutions(on figures: GPUFigures, _ precision: Precision) throws {
    var all: [LayerCostsCase.Comparison] = []
    for layer in Self.layers {
      for density in [0.1, 0.4, 1] {
        let found = try LayerCostsCase(
          layer.graph(density: density), on: figures, precision
        ).comparisons()
        #expect(found.count == 1, "\(layer)")
        all += found
      }
    }
    #expect(precision == .f16 || Set(all.map(\.isByLeaves)).count == 2, "one kind of kernels")
    expect(all)
  }

  /// The costs of a layer that is not pruned yet say what it takes when it is.
  @Test(arguments: [Precision.f16, .f32])
  func pruning(precision: Precision) throws {
    var all: [LayerCostsCase.Comparison] = []
    for layer in Self.layers where layer.emptyRows.isEmpty {
      let full = try LayerCostsCase(layer.graph(density: 1), on: .h200, precision)
      for rows in [16, 64] {
        for density in [0.15, 0.3, 0.6] {
          all += try full.comparisons(pruned: layer.graph(density: density, rows: rows))
        }
      }
    }
    expect(all)
  }

  @Test func products() throws {
    var all: [LayerCostsCase.Comparison] = []
    for precision in Precision.allCases {
      for (shape, rows): (Shape, Int) in [
        ([1, 512], 1000), ([32, 512], 1000), ([64, 1024], 512), ([8, 49, 256], 256),
        ([16, 2, 20, 128], 64),
      ] {
        var net = CaseGraph(seed: 3)
        let x = net.input(shape)
        let taps = shape[shape.rank - 1]
        let weights = net.constant([taps, rows], density: 0.3)
        net.output(
          try shape.rank == 2
            ? net.add(Gemm(), [x, weights, net.constant([rows])]) : net.add(MatMul(), [x, weights]))
        all += try LayerCostsCase(net.graph, on: .h200, precision).comparisons()
      }
    }
    #expect(all.count == 5 * Precision.allCases.count)
    expect(all)
  }

  /// Dense times are those that a plan reports; nodes whose weights are not covered are missing.
  @Test(arguments: [Precision.f16, .f32])
  func networks(precision: Precision) throws {
    let same = Padding.explicit(begin: [1, 1], end: [1, 1])
    var net = CaseGraph(seed: 5)
    let x = net.input([8, 8, 6, 6])
    let a = try net.conv(x, filters: 16, Conv(kernel: [3, 3], padding: same))
    let b = try net.conv(
      a, filters: 16, Conv(kernel: [3, 3], padding: same, addsResidual: true), residual: a)
    let depthwise = try net.conv(
      b, filters: 16, Conv(kernel: [3, 3], padding: same, groups: 16))
    let transposed = try net.add(
      ConvTranspose(kernel: [2, 2], strides: [2, 2]),
      [depthwise, net.constant([16, 4, 2, 2], density: 0.3)])
    let flat = try net.add(Flatten(), [try net.add(GlobalAveragePool(), [depthwise])])
    let product = try net.add(
      Gemm(), [flat, net.constant([16, 20], density: 0.4), net.constant([20])])
    net.output(transposed, product)
    let test = try LayerCostsCase(net.graph, on: .h200, precision)
    let costs = try test.backend.layerCosts(of: net.graph, options: test.options)
    let covered = net.graph.nodes.indices.filter {
      ["node0", "node1", "node6"].contains(net.graph.nodes[$0].name)
    }
    #expect(costs.keys.sorted() == covered)
    let plan = try test.backend.compileForGPU(net.graph, options: test.options)
    for index in covered {
      let costs = try #require(costs[index])
      let report = try #require(
        plan.layers.first { $0.name == net.graph.nodes[index].name })
      let dense = 1e6 * (try #require(report.predictedDenseMilliseconds))
      #expect(abs(costs.denseTime - dense) <= 1e-9 * dense, "\(report.name)")
      #expect(costs.floor.floor > 0 && costs.floor.floor <= 1.01 * costs.denseTime)
    }
  }

  /// A layer of few weights takes the time of its memory traffic and its launch.
  @Test func floors() throws {
    let layer = Layer(images: 64, channels: 16, filters: 16, extent: 128, op: Self.pointwise)
    let test = try LayerCostsCase(layer.graph(density: 1), on: .h200, .f16)
    let costs = try #require(
      try test.backend.layerCosts(of: test.graph, options: test.options)[0])
    let bytes = Double(64 * 128 * 128 * (16 + 16) * 2)
    let traffic = 1e9 * bytes / GPUFigures.h200.memoryBandwidth
    #expect(costs.floor.floor > traffic + 1e9 * GPUFigures.h200.launchSeconds)
    #expect(costs.floor.floor < 1.5 * traffic + 1e4)
    #expect(costs.floor.time(covers: 0) == costs.floor.floor)
  }
}
