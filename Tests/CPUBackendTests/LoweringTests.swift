import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// An operator that no backend knows.
private struct Unheard: Operator {
  var name: String { "Unheard" }
  func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    inputs.compactMap { $0?.type }
  }
}

/// What lowering refuses, and how it says so.
@Suite struct LoweringTests {
  private func expectError(
    _ code: HewnError.Code, node: String?, mentions words: String...,
    sourceLocation: SourceLocation = #_sourceLocation, _ build: (inout CaseGraph) throws -> Void
  ) {
    var net = CaseGraph(seed: 1)
    do {
      try build(&net)
    } catch {
      Issue.record("the graph: \(error)", sourceLocation: sourceLocation)
      return
    }
    for engine in Engine.allCases {
      let error = #expect(throws: HewnError.self, sourceLocation: sourceLocation) {
        try CPUBackend(evaluate: Reference.evaluate)
          .compile(net.graph, options: CompileOptions(engine: engine, threads: 2)).makeSession()
      }
      #expect(error?.code == code, "\(error?.description ?? "")", sourceLocation: sourceLocation)
      #expect(error?.node == node, "\(error?.description ?? "")", sourceLocation: sourceLocation)
      for word in words {
        #expect(
          error?.message.contains(word) == true, "\(error?.message ?? "")",
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test func unknownOperator() {
    expectError(.unsupported, node: "Unheard \"node0\"", mentions: "Unheard") { net in
      net.output(try net.add(Unheard(), [net.input([1, 2])]))
    }
  }

  @Test(arguments: [ElementType.int64, .int32, .bool, .float64])
  func runtimeValuesOfOtherTypes(element: ElementType) {
    expectError(.unsupported, node: "Unheard \"node0\"", mentions: "Unheard") { net in
      let x = net.graph.addInput("x", TensorType(element, [2]))
      net.output(try net.add(Unheard(), [x]))
    }
  }

  @Test func weightsThatAreNoNumbers() {
    for value in [Float.nan, .infinity, -.infinity] {
      let weights = Tensor([2, 1, 1, 1], [1, value])
      expectError(.invalidFile, node: "Conv \"node0\"", mentions: "weight") { net in
        let (x, w) = (net.input([1, 1, 4, 4]), net.constant(weights))
        net.output(try net.add(Conv(kernel: [1, 1]), [x, w]))
      }
      expectError(.invalidFile, node: "Gemm \"node0\"", mentions: "weight") { net in
        let (x, w) = (net.input([1, 1]), net.constant(weights.reshaped([1, 2])))
        net.output(try net.add(Gemm(), [x, w]))
      }
    }
  }

  /// Attributes that no memory could hold end in an error, not in a trap or a hang.
  @Test func hugeLayouts() {
    let huge = 1 << 20
    expectError(.outOfMemory, node: nil) { net in
      let pads = Padding.explicit(begin: [huge / 4, huge / 4], end: [0, 0])
      net.output(
        try net.conv(net.input([1, 1, 4, 4]), filters: 1, Conv(kernel: [1, 1], padding: pads)))
    }
    expectError(.outOfMemory, node: nil) { net in
      let op = Conv(kernel: [1, 1], strides: [huge, huge])
      net.output(try net.conv(net.input([1, 1, 4, 4]), filters: 1, op))
    }
    expectError(.outOfMemory, node: nil) { net in
      let w = net.constant([1, 1, 1, 1])
      let op = ConvTranspose(kernel: [1, 1], strides: [huge, huge])
      net.output(try net.add(op, [net.input([1, 1, 1, 1]), w]))
    }
    expectError(.outOfMemory, node: nil) { net in
      let w = net.constant([1, 1, 1, 1])
      let op = ConvTranspose(kernel: [1, 1], strides: [1, 1], outputShape: [huge, huge])
      net.output(try net.add(op, [net.input([1, 1, 1, 1]), w]))
    }
  }

  /// Offsets of taps that do not fit into 32 bits end in an error; on most machines the planes do
  /// before.
  @Test(arguments: [1, 2])
  func farTaps(groups: Int) throws {
    let far = 1 << 15
    var net = CaseGraph(seed: 1)
    let op = Conv(
      kernel: [3, 3], dilations: [far, 1], padding: .explicit(begin: [far, 1], end: [far, 1]),
      groups: groups)
    net.output(try net.conv(net.input([1, groups, 4, 80_000]), filters: groups, op))
    let error = #expect(throws: HewnError.self) {
      try CPUBackend(evaluate: Reference.evaluate)
        .compile(net.graph, options: CompileOptions(threads: 2))
    }
    let text = error?.description ?? ""
    if error?.code == .outOfMemory {
      #expect(text.hasPrefix("activations would take"), "\(text)")
    } else {
      #expect(error?.code == .unsupported && error?.node == "Conv \"node0\"", "\(text)")
      #expect(text.contains("2^31"), "\(text)")
    }
  }

  /// Nodes in a transposed convolution's output phases that no tap reaches cost nothing to speak of.
  @Test func wideStrideOfALongKernel() throws {
    var net = CaseGraph(seed: 1)
    let w = net.constant([1, 1, 1 << 14])
    let op = ConvTranspose(kernel: [1 << 14], strides: [1 << 14])
    net.output(try net.add(op, [net.input([1, 1, 2]), w]))
    _ = try CPUBackend(evaluate: Reference.evaluate)
      .compile(net.graph, options: CompileOptions(threads: 1))
  }

  /// A value whose elements are known needs no step, whatever produces it.
  @Test func knownValues() throws {
    var net = CaseGraph(seed: 1)
    let x = net.input([1, 2, 4, 4])
    let shape = try net.add(ShapeOf(), [x])
    net.output(try net.add(Flatten(), [x]), shape)
    let session = try CPUBackend(evaluate: Reference.evaluate)
      .compile(net.graph, options: CompileOptions(threads: 1)).makeSession()
    let got = try session.run(net.inputs, outputCount: 2)
    #expect(got[1].elements(as: Int64.self) == [1, 2, 4, 4])
  }
}
