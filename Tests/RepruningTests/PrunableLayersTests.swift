import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct PrunableLayersTests {
  @Test func everyOtherLayerHasItsReason() throws {
    let cases: [(String, (inout CaseGraph) throws -> ValueID)] = [
      (
        "its weights are computed at run time",
        { try $0.add(Conv(), [$0.input([1, 2, 4, 4]), $0.input([3, 2, 1, 1])]) }
      ),
      (
        "its input is constant",
        { try $0.add(Conv(), [$0.constant([1, 2, 4, 4]), $0.constant([3, 2, 1, 1])]) }
      ),
      (
        "its weights are the result of Mul \"node0\"",
        { network in
          let weights = try network.add(
            Binary(.multiply), [network.constant([3, 2, 1, 1]), network.constant([1])])
          network.graph[weights].constant = .random([3, 2, 1, 1], seed: 1)
          return try network.add(Conv(), [network.input([1, 2, 4, 4]), weights])
        }
      ),
      (
        "its weights are read elsewhere too",
        { network in
          let weights = network.constant([2, 2, 1, 1])
          let y = try network.add(Conv(), [network.input([1, 2, 4, 4]), weights])
          return try network.add(Binary(.add), [y, weights])
        }
      ),
      (
        "its weights are read elsewhere too",
        { network in
          let weights = network.constant([2, 2, 1, 1])
          network.output(weights)
          return try network.add(Conv(), [network.input([1, 2, 4, 4]), weights])
        }
      ),
      (
        "it is depthwise: each filter reads one channel",
        {
          try $0.add(Conv(groups: 2), [$0.input([1, 2, 4, 4]), $0.constant([4, 1, 1, 1])])
        }
      ),
      (
        "it has 3 spatial axes; at most 2 are pruned",
        { try $0.add(Conv(), [$0.input([1, 2, 4, 4, 4]), $0.constant([3, 2, 1, 1, 1])]) }
      ),
      (
        "its weights are float64",
        { network in
          let double = network.input(Tensor([1, 1, 1, 1], [1.0]))
          return try network.add(Conv(), [double, network.constant(Tensor([1, 1, 1, 1], [2.0]))])
        }
      ),
      (
        "it has no outputs",
        { try $0.add(Conv(), [$0.input([0, 2, 4, 4]), $0.constant([3, 2, 1, 1])]) }
      ),
      (
        "it has no weights",
        { try $0.add(Gemm(), [$0.input([2, 0]), $0.constant([0, 3])]) }
      ),
      (
        "its weights are multiplied by 0",
        { try $0.add(Gemm(alpha: 0), [$0.input([2, 3]), $0.constant([3, 3])]) }
      ),
      (
        "its weights are on the left",
        { try $0.add(MatMul(), [$0.constant([2, 3]), $0.input([3, 3])]) }
      ),
      (
        "its weights are computed at run time",
        { try $0.add(MatMul(), [$0.input([2, 3]), $0.input([3, 3])]) }
      ),
      (
        "its weights are 2 matrices",
        { try $0.add(MatMul(), [$0.input([2, 2, 3]), $0.constant([2, 3, 3])]) }
      ),
      (
        "transposed convolutions are not pruned",
        { try $0.add(ConvTranspose(), [$0.input([1, 2, 4, 4]), $0.constant([2, 3, 1, 1])]) }
      ),
      (
        "products of tensors are not pruned",
        { try $0.add(Einsum("ij,jk->ik"), [$0.input([2, 3]), $0.constant([3, 3])]) }
      ),
    ]
    for (reason, make) in cases {
      var network = CaseGraph(seed: 1)
      network.output(try make(&network))
      try network.graph.verify()
      let found = try PrunableLayers(network.graph)
      #expect(found.layers.isEmpty, "\(reason)")
      #expect(found.exceptions.map(\.reason).contains(reason), "\(reason): \(found.exceptions)")
      for exception in found.exceptions {
        #expect(network.graph.nodes[exception.node].label == exception.label)
      }
    }
  }

  @Test func everyNodeWithWeightsIsNamedOnce() throws {
    var network = CaseGraph(seed: 2)
    let x = network.input([1, 4, 6, 6])
    let y = try network.conv(x, filters: 4, Conv(kernel: [3, 3], groups: 4))
    let z = try network.add(Unary(.activation(.relu)), [y])
    let u = try network.conv(z, filters: 3, Conv(kernel: [2, 2], groups: 1))
    let v = try network.add(Flatten(), [u])
    network.output(try network.add(Gemm(), [v, network.constant([27, 2])]))
    let found = try PrunableLayers(network.graph)
    #expect(found.layers.map(\.node) == [2, 4])
    #expect(found.exceptions.map(\.node) == [0])
    #expect(found.layers.map(\.rows) == [3, 2])
    #expect(found.layers.map(\.taps) == [16, 27])
    #expect(found.layers.map(\.label) == ["Conv \"node2\"", "Gemm \"node4\""])
    #expect(found.layers[1].bias == .absent)
  }

  @Test func biasesThatMayNotChangeHaveTheirReason() throws {
    let cases: [(String?, (inout CaseGraph) throws -> ValueID)] = [
      (nil, { try $0.conv($0.input([1, 2, 4, 4]), filters: 3, Conv(kernel: [1, 1])) }),
      (nil, { try $0.add(Gemm(), [$0.input([2, 3]), $0.constant([3, 1]), $0.constant([1])]) }),
      (
        "C is a single number",
        { try $0.add(Gemm(), [$0.input([2, 3]), $0.constant([3, 4]), $0.constant([1])]) }
      ),
      (
        nil,
        { try $0.add(Gemm(), [$0.input([2, 3]), $0.constant([3, 4]), $0.constant([1, 4])]) }
      ),
      (
        "C is no row",
        { try $0.add(Gemm(), [$0.input([2, 3]), $0.constant([3, 4]), $0.constant([2, 1])]) }
      ),
      (
        "C is no row",
        { try $0.add(Gemm(), [$0.input([2, 3]), $0.constant([3, 4]), $0.constant([2, 4])]) }
      ),
      (
        "the bias is multiplied by 0",
        { try $0.add(Gemm(beta: 0), [$0.input([2, 3]), $0.constant([3, 4]), $0.constant([4])]) }
      ),
      (
        "the bias is multiplied by 0",
        { try $0.add(Gemm(beta: 0), [$0.input([2, 3]), $0.constant([3, 4])]) }
      ),
      (
        "the bias is computed at run time",
        { try $0.add(Gemm(), [$0.input([2, 3]), $0.constant([3, 4]), $0.input([4])]) }
      ),
      (
        "the bias is read elsewhere too",
        { network in
          let bias = network.constant([4])
          let y = try network.add(
            Gemm(), [network.input([2, 3]), network.constant([3, 4]), bias])
          return try network.add(Binary(.add), [y, bias])
        }
      ),
      (
        "a MatMul has no bias",
        { try $0.add(MatMul(), [$0.input([2, 3]), $0.constant([3, 4])]) }
      ),
    ]
    for (reason, make) in cases {
      var network = CaseGraph(seed: 3)
      network.output(try make(&network))
      let layer = try #require(try PrunableLayers(network.graph).layers.first)
      #expect(layer.mayChangeBias == (reason == nil))
      if let reason { #expect(layer.bias == .fixed(reason)) }
    }
  }

  @Test func weightsThatAreNoNumbersAreRefused() throws {
    var network = CaseGraph(seed: 4)
    let weights = network.constant(Tensor([1, 2], [Float.nan, 1]))
    network.output(try network.add(Gemm(transposesB: true), [network.input([2, 2]), weights]))
    let layer = try #require(try PrunableLayers(network.graph).layers.first)
    #expect {
      try layer.filterWeights(in: network.graph)
    } throws: {
      ($0 as? HewnError)?.code == .invalidFile && "\($0)".contains("Gemm \"node0\"")
    }
  }
}
