import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct InputWindowTests {
  @Test(arguments: ConvCase.all) func columnsOfConvolutionsAreThoseOfTheDefinition(
    _ convCase: ConvCase
  ) throws {
    var network = CaseGraph(seed: 5)
    let x = network.input(Shape(convCase.input))
    network.output(try network.conv(x, filters: convCase.filters, convCase.op, density: 0.7))
    let graph = network.graph
    let layer = try #require(try PrunableLayers(graph).layers.first)
    let want = (0..<convCase.groups).map { group in
      convCase.naive(
        network.inputs[0], weights: constant(1, of: graph), bias: constant(2, of: graph),
        group: group)
    }
    try expect(layer, network, computes: want)
  }

  @Test func columnsOfProductsAreThoseOfTheDefinition() throws {
    for (transposesA, transposesB) in [(false, false), (true, false), (false, true), (true, true)] {
      for alpha in [1, 0.5] as [Float] {
        var network = CaseGraph(seed: 6)
        let a = network.input(transposesA ? [5, 4] : [4, 5])
        let b = network.constant(transposesB ? [3, 5] : [5, 3], density: 0.7)
        let c = network.constant([3])
        let op = Gemm(
          alpha: alpha, beta: 2, transposesA: transposesA, transposesB: transposesB)
        network.output(try network.add(op, [a, b, c]))
        let aValues = network.inputs[0].doubles()
        let bValues = constant(1, of: network.graph).doubles()
        let rows = (0..<4).map { row in
          (0..<5).map { Double(alpha) * aValues[transposesA ? $0 * 4 + row : row * 5 + $0] }
        }
        let want = NaiveLayer(
          rows: rows, filters: 3, bias: constant(2, of: network.graph).doubles().map { 2 * $0 }
        ) { bValues[transposesB ? $0 * 5 + $1 : $1 * 3 + $0] }
        let layer = try #require(try PrunableLayers(network.graph).layers.first)
        try expect(layer, network, computes: [want])
      }
    }
  }

  @Test func everyMatrixOfABatchIsRead() throws {
    for (a, b) in [([2, 3, 4, 5], [5, 3]), ([4, 5], [5, 3]), ([5], [5, 3]), ([3, 5], [5])] {
      var network = CaseGraph(seed: 7)
      let x = network.input(Shape(a))
      network.output(try network.add(MatMul(), [x, network.constant(Shape(b))]))
      let values = network.inputs[0].doubles()
      let weights = constant(1, of: network.graph).doubles()
      let filters = b.count == 1 ? 1 : 3
      let rows = stride(from: 0, to: values.count, by: 5).map { Array(values[$0..<$0 + 5]) }
      let want = NaiveLayer(rows: rows, filters: filters, bias: nil) { weights[$1 * filters + $0] }
      let layer = try #require(try PrunableLayers(network.graph).layers.first)
      try expect(layer, network, computes: [want])
    }
  }

  /// Gathers positions in another order and in two pieces, and compares with the definition and with
  /// what the reference gives for the node.
  private func expect(
    _ layer: PrunableLayer, _ network: CaseGraph, computes want: [NaiveLayer]
  ) throws {
    let window = layer.window
    let count = window.positionCount
    let reference = try ReferenceBackend().compile(
      network.graph, options: CompileOptions(threads: 1)
    ).makeSession().run(network.inputs, outputCount: 1)[0]
    let weights = try layer.filterWeights(in: network.graph)
    #expect(want.count == layer.groupCount)
    #expect(want[0].x.first?.count == count)
    let order = Array((0..<count).reversed())
    for (name, parts) in partLoops {
      for (group, naive) in want.enumerated() {
        #expect(naive.x.count == layer.taps)
        var columns = [Float](repeating: .nan, count: layer.taps * count)
        for piece in [order[..<(count / 3)], order[(count / 3)...]] {
          let offsets = window.offsets(of: piece)
          columns.withUnsafeMutableBufferPointer { columns in
            guard let base = columns.baseAddress else { return }
            window.gather(
              network.inputs[0], group: group, offsets: offsets, positionCount: piece.count,
              to: base + piece.startIndex, stride: count, parts: parts)
          }
        }
        let wanted = naive.x.flatMap { row in order.map { Float(row[$0]) } }
        #expect(columns == wanted, "group \(group), \(name)")
        let outputs = LayerOutputs(weights[group]).outputs(
          of: columns, stride: count, count: count, parts: parts)
        let values = reference.elements(as: Float.self)
        for row in 0..<layer.rows {
          for (index, position) in order.enumerated() {
            let got = Double(outputs[row * count + index])
            let exact = naive.y[row][position]
            // Rounded once to single precision.
            let scale = abs(exact) + 1e-7
            #expect(
              isClose(got, exact, 1e-7, scale: scale), "\(row), \(position): \(got), \(exact)")
            // The reference's place of the filter's output: pixels of an image, or columns of a row.
            let place =
              network.graph.nodes[0].op is Conv
              ? place(layer, group: group, row: row, position: position, network)
              : position * layer.rows + row
            #expect(isClose(Double(values[place]), got, 2e-7, scale: scale))
          }
        }
      }
    }
  }

  private func place(
    _ layer: PrunableLayer, group: Int, row: Int, position: Int, _ network: CaseGraph
  ) -> Int {
    let pixels = layer.positionCount / network.inputs[0].shape[0]
    let filter = group * layer.rows + row
    return (position / pixels * layer.groupCount * layer.rows + filter) * pixels + position % pixels
  }

  /// The constant that the graph's first node reads at an input.
  private func constant(_ input: Int, of graph: Graph) -> Tensor {
    let id = graph.nodes[0].inputs[input]
    return id.flatMap { graph[$0].constant } ?? Tensor(scalar: Float.nan)
  }
}
