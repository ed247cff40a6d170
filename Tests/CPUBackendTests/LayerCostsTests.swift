import CPUBackend
import Covers
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// The costs of layers as values say what plans report.
@Suite struct LayerCostsTests {
  private static let same = Padding.explicit(begin: [1, 1], end: [1, 1])

  private struct Layer: CustomStringConvertible {
    var images = 1
    var channels = 8
    var extent = 9
    var filters = 12
    var density = 0.3
    var op = Conv(kernel: [3, 3], padding: LayerCostsTests.same)
    /// Filters without any weight.
    var emptyRows: Set<Int> = []

    var description: String {
      "\(images)×\(channels)×\(extent)², \(filters) filters, density \(density),"
        + " \(emptyRows.count) empty, \(op)"
    }

    func graph(seed: UInt64) throws -> Graph {
      var net = CaseGraph(seed: seed)
      let x = net.input([images, channels, extent, extent])
      let shape = Shape([filters, channels / op.groups] + op.kernel)
      var values = Tensor.random(shape, zeros: 1 - density, seed: seed).floats()
      let taps = values.count / filters
      for row in emptyRows {
        for index in row * taps..<(row + 1) * taps { values[index] = 0 }
      }
      let weights = net.constant(Tensor(shape, values))
      net.output(try net.add(op, [x, weights, net.constant([filters])]))
      return net.graph
    }
  }

  private static let layers: [Layer] = {
    var layers: [Layer] = []
    for images in [1, 3, 4, 8, 16, 24] {
      layers += [
        Layer(images: images),
        Layer(images: images, filters: 13, density: 0.7),
        Layer(images: images, filters: 1, density: 0.5),
        Layer(images: images, filters: 14, emptyRows: [0, 5, 6, 7, 13]),
        Layer(images: images, filters: 4, emptyRows: [0, 1, 2, 3]),
        Layer(images: images, filters: 10, density: 1),
        Layer(images: images, extent: 10, op: Conv(kernel: [3, 3], strides: [2, 2])),
        Layer(images: images, filters: 12, op: Conv(kernel: [3, 3], padding: same, groups: 2)),
        Layer(images: images, filters: 20, density: 0.2, op: Conv(kernel: [1, 1])),
        Layer(images: images, channels: 32, extent: 5, op: Conv(kernel: [1, 1], strides: [2, 2])),
        Layer(
          images: images, op: Conv(kernel: [3, 3], dilations: [2, 2], activation: .relu)),
        // Several chunks of taps.
        Layer(images: images, channels: 256, extent: 14, filters: 24, density: 0.1),
        Layer(images: images, channels: 256, extent: 14, filters: 23, density: 0.6),
        Layer(
          images: images, channels: 128, extent: 28, filters: 17, emptyRows: [3]),
      ]
    }
    return layers
  }()

  private static let threadCounts = [1, 2, 8]

  /// Runs every graph with all instruction sets.
  private func expect(
    _ graphs: [(name: String, Graph)], threadCounts: [Int] = threadCounts,
    nodesByImage: Int? = nil, least: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var (failures, comparedCount) = ([String](), 0)
    for isa in InstructionSet.available {
      var backend = try CPUBackend(
        instructionSet: isa, costs: .builtIn(for: isa), evaluate: Reference.evaluate)
      backend.nodesByImage = nodesByImage
      for (name, graph) in graphs {
        for threads in threadCounts {
          let found = try LayerCostsCase(
            graph: graph, backend: backend, options: CompileOptions(threads: threads)
          ).failures()
          failures += found.failures.map { "\(isa.rawValue), \(threads) threads, \(name): \($0)" }
          comparedCount += found.comparedCount
        }
      }
    }
    let listed = failures.prefix(20).joined(separator: "\n")
    #expect(
      failures.isEmpty, "\(failures.count) failures:\n\(listed)", sourceLocation: sourceLocation)
    #expect(
      comparedCount >= least * InstructionSet.available.count * threadCounts.count,
      "too few layers were compared", sourceLocation: sourceLocation)
  }

  @Test func convolutions() throws {
    try expect(
      try Self.layers.enumerated().map { ($1.description, try $1.graph(seed: UInt64($0))) },
      least: Self.layers.count { $0.density < 1 })
  }

  @Test func convolutionsThatRunImageByImage() throws {
    let layers = Self.layers.filter { $0.images > 1 }
    try expect(
      try layers.enumerated().map { ($1.description, try $1.graph(seed: UInt64($0))) },
      // Three threads share three images, and not four.
      threadCounts: [1, 2, 3], nodesByImage: .max, least: layers.count { $0.density < 1 })
  }

  /// A part of the graph in the front, the rest for the batch, with a residual there.
  @Test func networks() throws {
    var net = CaseGraph(seed: 7)
    let x = net.input([8, 3, 12, 12])
    let a = try net.conv(x, filters: 8, Conv(kernel: [3, 3], padding: Self.same))
    let b = try net.conv(a, filters: 8, Conv(kernel: [3, 3], padding: Self.same))
    let c = try net.conv(
      b, filters: 8, Conv(kernel: [3, 3], padding: Self.same, addsResidual: true), residual: a)
    let pooled = try net.add(Flatten(), [try net.add(GlobalAveragePool(), [c])])
    net.output(
      try net.add(Gemm(), [pooled, net.constant([8, 10], density: 0.4), net.constant([10])]))
    for nodesByImage in [0, 1, 2, 3, .max] {
      try expect([("network", net.graph)], nodesByImage: nodesByImage, least: 4)
    }
  }

  @Test func products() throws {
    var graphs: [(String, Graph)] = []
    for images in [1, 2, 8, 16, 33, 70] {
      for (taps, rows) in [(24, 17), (300, 64), (4097, 9), (5, 300)] {
        for op in [Gemm(), Gemm(alpha: 0.5, transposesB: true)] {
          var net = CaseGraph(seed: UInt64(graphs.count))
          let x = net.input([images, taps])
          let weights = net.constant(
            op.transposesB ? [rows, taps] : [taps, rows], density: 0.3)
          net.output(try net.add(op, [x, weights, net.constant([rows])]))
          graphs.append(("\(images) images, \(taps) taps, \(rows) rows, \(op)", net.graph))
        }
      }
    }
    for shape: Shape in [[1, 24], [5, 24], [2, 3, 24], [2, 1, 4, 24], [3, 16, 24]] {
      var net = CaseGraph(seed: UInt64(graphs.count))
      let x = net.input(shape)
      net.output(try net.add(MatMul(), [x, net.constant([24, 19], density: 0.2)]))
      graphs.append(("MatMul of \(shape)", net.graph))
    }
    try expect(graphs, least: graphs.count)
  }

  /// Products take leaves alone.
  @Test func productsHaveNoHeights() throws {
    var net = CaseGraph(seed: 1)
    let x = net.input([4, 24])
    net.output(try net.add(Gemm(), [x, net.constant([24, 16], density: 0.5)]))
    let costs = try CPUBackend(evaluate: Reference.evaluate)
      .layerCosts(of: net.graph, options: CompileOptions(threads: 1))
    #expect(costs.count == 1)
    #expect(costs[0]?.covers.heights.isEmpty == true)
    #expect(costs[0]?.floor.floor == 0)
  }

  /// Nodes that take no covers have no costs; a layer without zeros has.
  @Test func otherNodesAreMissing() throws {
    var net = CaseGraph(seed: 2)
    let x = net.input([1, 8, 6, 6])
    let full = try net.conv(x, filters: 8, Conv(kernel: [3, 3], padding: Self.same), density: 1)
    let depthwise = try net.conv(
      full, filters: 8, Conv(kernel: [3, 3], padding: Self.same, groups: 8))
    let pooled = try net.add(GlobalAveragePool(), [depthwise])
    let transposed = try net.add(
      ConvTranspose(kernel: [2, 2], strides: [2, 2]),
      [depthwise, net.constant([8, 4, 2, 2], density: 0.3)])
    let flat = try net.add(Flatten(), [pooled])
    let square = try net.add(
      MatMul(), [try net.add(Transpose(permutation: [1, 0]), [flat]), flat])
    let volume = try net.conv(
      net.input([1, 2, 3, 4, 4]), filters: 2, Conv(kernel: [1, 1, 1]), density: 0.5)
    let left = try net.add(MatMul(), [net.constant([3, 8], density: 0.5), square])
    net.output(transposed, left, volume)
    let costs = try CPUBackend(evaluate: Reference.evaluate)
      .layerCosts(of: net.graph, options: CompileOptions(threads: 1))
    #expect(costs.keys.sorted() == [0])
  }

  /// More images of a batch take more time, and threads share no work of covers.
  @Test func unit() throws {
    func costs(images: Int, threads: Int) throws -> LayerCosts {
      let graph = try Layer(images: images).graph(seed: 3)
      return try #require(
        try CPUBackend(evaluate: Reference.evaluate)
          .layerCosts(of: graph, options: CompileOptions(threads: threads))[0])
    }
    let one = try costs(images: 1, threads: 1)
    let many = try costs(images: 64, threads: 1)
    #expect(many.covers.leaf > one.covers.leaf)
    #expect(many.denseTime > one.denseTime)
    let shared = try costs(images: 1, threads: 4)
    #expect(shared.covers == one.covers)
    #expect(shared.floor.fixed > one.floor.fixed)
  }
}
