import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

/// Tensors that are parts of others.
@Suite struct JoinTests {
  private func expect(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ build: @escaping (_ net: inout CaseGraph, _ images: Int) throws -> Void
  ) {
    GPUHarness.expect(
      [3, 9].map { images in OperatorCase("\(name), \(images)") { try build(&$0, images) } },
      sourceLocation: sourceLocation)
  }

  @Test func axes() {
    for (axis, other) in [(1, [4, 2, 3]), (2, [2, 5, 3]), (-1, [2, 2, 1])] {
      expect("axis \(axis)") { net, images in
        let parts = [net.coarseInput([images, 2, 2, 3]), net.coarseInput(Shape([images] + other))]
        net.output(try net.add(Concat(axis: axis), parts))
      }
    }
    expect("rows") { net, images in
      net.output(
        try net.add(
          Concat(axis: 1), [net.coarseInput([images, 2]), net.coarseInput([images, 3])]))
    }
    expect("a single part") { net, images in
      net.output(try net.add(Concat(axis: 1), [net.coarseInput([images, 2])]))
    }
  }

  @Test func constants() {
    for axis in [1, 2] {
      expect("axis \(axis)") { net, images in
        let x = try net.add(Unary(.negate), [net.coarseInput([images, 2, 2])])
        let parts = [net.constant([images, 2, 2]), x, net.constant([images, 2, 2])]
        net.output(try net.add(Concat(axis: axis), parts))
      }
    }
  }

  /// What every kind of kernel writes into a larger tensor.
  @Test func parts() {
    expect("kernels") { net, images in
      let x = net.input([images, 4, 4, 4])
      let same = Padding.explicit(begin: [1, 1], end: [1, 1])
      let window = PoolingWindow(kernel: [3, 3], padding: same)
      let scales = net.constant(Tensor([4], [Float(1), 1, 2, 2]))
      let small = try net.add(MaxPool(PoolingWindow(kernel: [2, 2], strides: [2, 2])), [x])
      let rows = net.constant([16, 16])
      let flat = try net.add(Reshape(), [x, net.constant(integers: [0, 4, 16])])
      let product = try net.add(MatMul(), [flat, rows])
      let parts = [
        try net.conv(x, filters: 16, Conv(kernel: [3, 3], padding: same)),
        try net.conv(x, filters: 5, Conv(kernel: [1, 1], activation: .mish)),
        try net.conv(x, filters: 4, Conv(kernel: [3, 3], padding: same, groups: 4)),
        try net.conv(
          x, filters: 4, Conv(kernel: [3, 3], padding: same, groups: 4, activation: .tanh)),
        try net.add(
          ConvTranspose(kernel: [2, 2], strides: [2, 2]),
          [small, net.constant([4, 3, 2, 2]), net.constant([3])]),
        try net.add(MaxPool(window), [x]),
        try net.add(AveragePool(window), [x]),
        try net.add(Unary(.activation(.tanh)), [x]),
        try net.add(Resize(mode: .linear), [small, nil, scales]),
        try net.add(Resize(mode: .nearest), [small, nil, scales]),
        try net.add(Transpose(permutation: [0, 1, 3, 2]), [x]),
        try net.add(Softmax(axis: 1), [x]),
        try net.add(LRN(size: 3), [x]),
        try net.add(Reshape(), [product, net.constant(integers: [0, 4, 4, 4])]),
        x,
      ]
      net.output(try net.add(Concat(axis: 1), parts))
    }
  }

  @Test func nested() {
    expect("blocks as in DenseNet") { net, images in
      var x = try net.add(Unary(.negate), [net.input([images, 4, 2, 3])])
      for _ in 0..<3 {
        let y = try net.conv(
          x, filters: 3, Conv(kernel: [3, 3], padding: .sameUpper, activation: .relu))
        x = try net.add(Concat(axis: 1), [x, y])
      }
      net.output(x)
    }
    expect("parts that others read") { net, images in
      let x = try net.add(Unary(.negate), [net.coarseInput([images, 2, 2])])
      let y = try net.add(Unary(.absolute), [x])
      let inner = try net.add(Concat(axis: 1), [x, y])
      let z = try net.add(Unary(.activation(.relu)), [inner])
      let outer = try net.add(Concat(axis: 1), [z, inner, x])
      net.output(outer, inner, y)
      net.output(try net.add(Reduce(.sum), [y, net.constant(integers: [1])]))
    }
  }

  @Test func shared() {
    expect("one value in two places of two tensors") { net, images in
      let x = try net.add(Unary(.negate), [net.coarseInput([images, 2, 2])])
      let y = try net.add(Unary(.absolute), [x])
      net.output(try net.add(Concat(axis: 1), [x, y, x]))
      net.output(try net.add(Concat(axis: 1), [y, y]))
      net.output(try net.add(Concat(axis: 2), [y, x]))
    }
    expect("views of parts") { net, images in
      let x = try net.add(Unary(.negate), [net.coarseInput([images, 4, 2])])
      let halves = try net.graph.addNode(Split(axis: 1, outputCount: 2), [x], name: "split")
      let swapped = try net.add(Concat(axis: 1), [halves[1], halves[0], x])
      let y = try net.add(
        Slice(), [swapped] + [[1], [7], [1]].map { net.constant(integers: $0) })
      net.output(swapped, y)
      net.output(try net.add(Unary(.activation(.tanh)), [halves[1]]))
    }
    expect("parts of a part") { net, images in
      let x = net.coarseInput([images, 6, 2])
      let (a, b) = (net.constant(integers: [1, 5]), net.constant(integers: [2, 3]))
      let outer = try net.graph.addNode(Split(axis: 1, outputCount: 2), [x, a], name: "outer")
      let inner = try net.graph.addNode(
        Split(axis: 1, outputCount: 2), [outer[1], b], name: "inner")
      net.output(inner[1])
      net.output(try net.add(Concat(axis: 1), [inner[1], outer[0], inner[0]]))
      net.output(try net.add(Binary(.add), [inner[0], inner[0]]))
    }
  }

  @Test func split() {
    for (axis, extents) in [(1, [6, 2, 3]), (2, [2, 5, 3]), (-1, [2, 2, 4]), (1, [6])] {
      expect("axis \(axis) of \(extents)") { net, images in
        let x = net.coarseInput(Shape([images] + extents))
        net.graph.outputs += try net.graph.addNode(
          Split(axis: axis, outputCount: 2), [x], name: "split")
      }
    }
  }

  /// Channels whose groups lie apart, as every kind of kernel reads them.
  @Test func readsParts() {
    expect("kernels") { net, images in
      let whole = net.input([images, 8, 4, 4])
      let x = try net.graph.addNode(Split(axis: 1, outputCount: 2), [whole], name: "split")[1]
      let same = Padding.explicit(begin: [1, 1], end: [1, 1])
      let window = PoolingWindow(kernel: [3, 3], padding: same)
      let scales = net.constant(Tensor([4], [Float(1), 1, 2, 2]))
      let four = net.constant([4])
      net.output(
        try net.conv(
          x, filters: 4, Conv(kernel: [3, 3], padding: same, addsResidual: true), residual: x),
        try net.conv(
          x, filters: 4, Conv(kernel: [3, 3], padding: same, groups: 4, addsResidual: true),
          residual: x),
        try net.add(
          ConvTranspose(kernel: [2, 2], strides: [2, 2]), [x, net.constant([4, 3, 2, 2])]),
        try net.add(MaxPool(window), [x]), try net.add(GlobalAveragePool(), [x]),
        try net.add(Unary(.negate), [x]), try net.add(Resize(mode: .linear), [x, nil, scales]),
        try net.add(Resize(mode: .nearest), [x, nil, scales]),
        try net.add(Transpose(permutation: [0, 3, 2, 1]), [x]), try net.add(Softmax(axis: 1), [x]),
        try net.add(LRN(size: 3), [x]), try net.add(InstanceNormalization(), [x, four, four]),
        try net.add(Reduce(.sum), [x, net.constant(integers: [1, 3])]),
        try net.add(MatMul(), [x, net.constant([4, 3])]),
        try net.add(Gemm(), [try net.add(Flatten(), [x]), net.constant([64, 16])]), x)
    }
  }
}
