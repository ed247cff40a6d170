import Graphs
import Tensors
import TestSupport
import Testing

/// Transposed convolutions as graphs of one node, on every instruction set and engine.
@Suite struct ConvolutionTransposeTests {
  private struct Spec {
    var images = 1
    var channels = 6
    var extents = [5, 7]
    /// Of one group.
    var filters = 7
    var op = ConvTranspose(kernel: [3, 3])
    var density = 0.4
    var hasBias = true

    func makeCase(seed: UInt64) throws -> BackendCase {
      var net = CaseGraph(seed: seed)
      let x = net.input(Shape([images, channels] + extents))
      let weights = net.constant(Shape([channels, filters] + op.kernel), density: density)
      let bias = hasBias ? net.constant([filters * op.groups]) : nil
      net.output(try net.add(op, [x, weights, bias]))
      return BackendCase(
        "seed \(seed), \(images)×\(channels)×\(extents), \(filters) filters, density \(density),"
          + " \(op)", net)
    }
  }

  private func expect(_ specs: [Spec], sourceLocation: SourceLocation = #_sourceLocation) {
    do {
      let cases = try specs.enumerated().map { try $1.makeCase(seed: UInt64($0)) }
      BackendHarness.expect(cases, sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test func stridesAndKernels() {
    var specs: [Spec] = []
    for strides in [[1, 1], [2, 2], [3, 3], [1, 2], [3, 1]] {
      for kernel in [[1, 1], [2, 2], [3, 3], [4, 4], [5, 2]] {
        for pads in [0, 1, 2] where pads < kernel.min() ?? 0 || strides != [1, 1] {
          var spec = Spec()
          spec.op = ConvTranspose(
            kernel: kernel, strides: strides,
            padding: .explicit(begin: [pads, pads], end: [pads, pads]))
          specs.append(spec)
        }
      }
    }
    expect(specs)
  }

  @Test func attributes() {
    let none = Padding.explicit(begin: [0, 0], end: [0, 0])
    let ops = [
      ConvTranspose(
        kernel: [3, 3], strides: [2, 2], padding: .explicit(begin: [1, 1], end: [1, 1]),
        outputPadding: [1, 1]),
      ConvTranspose(kernel: [3, 3], strides: [3, 3], padding: none, outputPadding: [2, 1]),
      ConvTranspose(
        kernel: [3, 3], strides: [2, 3], padding: .explicit(begin: [0, 2], end: [1, 0])),
      ConvTranspose(kernel: [3, 3], dilations: [2, 3], padding: none),
      ConvTranspose(kernel: [3, 2], strides: [2, 2], dilations: [3, 2], padding: none),
      ConvTranspose(kernel: [3, 3], strides: [2, 2], padding: .sameUpper),
      ConvTranspose(kernel: [3, 3], strides: [2, 2], padding: .sameLower),
      // Outputs that no tap reaches hold the bias.
      ConvTranspose(kernel: [3, 3], strides: [2, 2], outputShape: [20, 23]),
      ConvTranspose(kernel: [1, 1], strides: [3, 3], padding: none, outputPadding: [2, 2]),
      ConvTranspose(kernel: [2, 2], strides: [2, 2], padding: none, groups: 2),
      ConvTranspose(kernel: [3, 3], strides: [2, 2], padding: none, groups: 6),
      ConvTranspose(kernel: [3, 3], padding: none, groups: 3, activation: .relu),
      ConvTranspose(kernel: [4, 4], strides: [2, 2], padding: none, activation: .silu),
    ]
    var specs: [Spec] = []
    for op in ops {
      for density in [0, 0.1, 1] {
        for images in [1, 2] {
          var spec = Spec()
          (spec.op, spec.density, spec.images) = (op, density, images)
          spec.hasBias = density > 0
          if op.groups == 6 { spec.filters = 1 }
          specs.append(spec)
        }
      }
    }
    expect(specs)
  }

  @Test func extents() {
    var specs: [Spec] = []
    for extents in [[1, 1], [1, 7], [13, 5], [20, 20]] {
      for strides in [[1, 1], [2, 2], [3, 3]] {
        var spec = Spec()
        spec.extents = extents
        spec.op = ConvTranspose(kernel: [3, 3], strides: strides)
        specs.append(spec)
      }
    }
    for strides in [[1], [2], [3]] {
      var line = Spec()
      line.extents = [17]
      line.op = ConvTranspose(kernel: [4], strides: strides)
      specs.append(line)
    }
    expect(specs)
  }
}
