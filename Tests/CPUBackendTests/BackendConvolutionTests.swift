import Graphs
import Tensors
import TestSupport
import Testing

/// One convolution, as a row of a table.
struct ConvSpec: Sendable {
  var images = 1
  var channels = 8
  /// One or two extents.
  var extents = [8, 8]
  var filters = 16
  var kernel = [3, 3]
  var strides: [Int] = []
  var dilations: [Int] = []
  var padding = Padding.explicit(begin: [1, 1], end: [1, 1])
  var groups = 1
  /// Of the weights that are not zero.
  var density = 0.3
  /// Zeroes every third filter and every fourth weight of the rest.
  var hasEmptyRows = false
  var hasBias = true
  var activation = Activation.identity
  var addsResidual = false

  func with(_ change: (inout ConvSpec) -> Void) -> ConvSpec {
    var copy = self
    change(&copy)
    return copy
  }

  var description: String {
    "\(images)×\(channels)×\(extents) kernel \(kernel), \(filters) filters, strides \(strides),"
      + " dilations \(dilations), \(padding), groups \(groups), density \(density),"
      + " bias \(hasBias), \(activation), residual \(addsResidual), empty rows \(hasEmptyRows)"
  }

  /// The graph of the convolution alone.
  func makeCase(seed: UInt64) throws -> BackendCase {
    var net = CaseGraph(seed: seed)
    let x = net.input(Shape([images, channels] + extents))
    let weights = net.constant(weights(seed: seed &+ 1))
    let bias = hasBias ? net.constant([filters]) : nil
    let op = Conv(
      kernel: kernel, strides: strides, dilations: dilations, padding: padding, groups: groups,
      activation: activation, addsResidual: addsResidual)
    var inputs = [x, weights, bias]
    if addsResidual {
      var plain = op
      plain.addsResidual = false
      let operands = inputs.map { $0.map { Operand(net.graph[$0]) } }
      let shape = try plain.outputTypes(for: operands)[0].shape
      inputs.append(net.input(shape))
    }
    net.output(try net.add(op, inputs))
    // Errors are those of the sums, which bounds make smaller.
    let isBounded = if case .clip = activation { true } else { false }
    return BackendCase(
      "seed \(seed), \(description)", net,
      tolerance: .relativeToLargest(isBounded ? 3e-5 : 1e-5))
  }

  private func weights(seed: UInt64) -> Tensor {
    let shape = Shape([filters, channels / groups] + kernel)
    let random = Tensor.random(shape, zeros: 1 - density, seed: seed)
    guard hasEmptyRows else { return random }
    let taps = shape.elementCount / filters
    var values = random.elements(as: Float.self)
    for index in values.indices where index / taps % 3 == 1 || index % taps % 4 == 1 {
      values[index] = 0
    }
    return Tensor(shape, values)
  }
}

/// Convolutions as graphs of one node, on every instruction set and engine.
@Suite struct BackendConvolutionTests {
  private let base = ConvSpec()

  private func expect(_ specs: [ConvSpec], sourceLocation: SourceLocation = #_sourceLocation) {
    do {
      let cases = try specs.enumerated().map { try $1.makeCase(seed: UInt64($0)) }
      BackendHarness.expect(cases, sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test func kernels() {
    let none = Padding.valid
    expect([
      base.with { ($0.kernel, $0.padding) = ([1, 1], none) },
      base.with { ($0.kernel, $0.padding) = ([3, 3], none) },
      base.with { ($0.kernel, $0.padding) = ([5, 5], .explicit(begin: [2, 2], end: [2, 2])) },
      base.with {
        ($0.kernel, $0.strides, $0.channels, $0.extents) = ([7, 7], [2, 2], 3, [32, 32])
        $0.padding = .explicit(begin: [3, 3], end: [3, 3])
      },
      base.with {
        ($0.kernel, $0.strides, $0.channels, $0.extents) = ([11, 11], [4, 4], 3, [56, 56])
        $0.padding = .explicit(begin: [2, 2], end: [2, 2])
      },
      base.with { ($0.kernel, $0.padding) = ([1, 5], .explicit(begin: [0, 2], end: [0, 2])) },
      base.with { ($0.kernel, $0.padding) = ([5, 1], .explicit(begin: [2, 0], end: [2, 0])) },
      base.with { ($0.kernel, $0.padding) = ([2, 2], none) },
      base.with { ($0.kernel, $0.padding) = ([8, 8], none) },
      // Larger than the input, and reaching over it on both sides.
      base.with {
        ($0.kernel, $0.extents) = ([9, 9], [3, 2])
        $0.padding = .explicit(begin: [4, 4], end: [4, 4])
      },
      base.with {
        ($0.kernel, $0.extents) = ([3, 3], [1, 1])
        $0.padding = .explicit(begin: [7, 5], end: [2, 9])
      },
      base.with { ($0.kernel, $0.extents, $0.padding) = ([1, 250], [1, 300], none) },
    ])
  }

  @Test func oneAxis() {
    let line = base.with {
      ($0.extents, $0.kernel, $0.padding) = ([37], [3], .explicit(begin: [1], end: [1]))
    }
    expect([
      line, line.with { $0.images = 3 }, line.with { ($0.kernel, $0.padding) = ([1], .valid) },
      line.with { $0.strides = [2] }, line.with { $0.strides = [3] },
      line.with { ($0.dilations, $0.padding) = ([4], .sameUpper) },
      line.with { ($0.groups, $0.density) = (8, 1) },
      line.with { ($0.groups, $0.strides, $0.activation) = (8, [2], .relu) },
      line.with { ($0.addsResidual, $0.activation) = (true, .relu) },
      line.with { ($0.extents, $0.padding) = ([1], .sameLower) },
    ])
  }

  @Test func stridesAndDilations() {
    expect(
      [[1, 2], [2, 1], [2, 2], [3, 3], [2, 3], [5, 4]].flatMap { strides in
        [[13, 5], [8, 8], [7, 7], [1, 7]].map { extents in
          base.with { ($0.strides, $0.extents) = (strides, extents) }
        }
      }
        + [[2, 2], [1, 3], [4, 1]].flatMap { dilations in
          [[1, 1], [2, 2], [3, 1]].map { strides in
            base.with {
              ($0.dilations, $0.strides, $0.extents) = (dilations, strides, [13, 11])
              $0.padding = .explicit(begin: [3, 3], end: [3, 3])
            }
          }
        })
  }

  @Test func padding() {
    let pads: [Padding] = [
      .explicit(begin: [0, 1], end: [2, 0]), .explicit(begin: [2, 0], end: [0, 1]),
      .explicit(begin: [0, 0], end: [5, 5]), .explicit(begin: [5, 5], end: [0, 0]),
      .sameUpper, .sameLower, .valid,
    ]
    expect(
      pads.flatMap { padding in
        [[1, 1], [2, 2], [3, 2]].flatMap { strides in
          [[3, 3], [4, 2]].map { kernel in
            base.with {
              ($0.padding, $0.strides, $0.kernel, $0.extents) = (padding, strides, kernel, [9, 7])
            }
          }
        }
      })
  }

  @Test func groups() {
    var specs: [ConvSpec] = []
    for strides in [[1, 1], [2, 2], [3, 3], [1, 2]] {
      for extents in [[8, 8], [7, 5], [1, 1], [1, 40], [40, 1]] {
        for (groups, channels, filters) in [
          (2, 8, 16), (4, 12, 4), (3, 6, 21), (7, 7, 7), (6, 6, 12), (5, 5, 15), (16, 16, 16),
        ] {
          specs.append(
            base.with {
              ($0.strides, $0.extents, $0.density) = (strides, extents, 1)
              ($0.groups, $0.channels, $0.filters) = (groups, channels, filters)
            })
        }
      }
    }
    expect(specs)
  }

  @Test func depthwise() {
    let depthwise = base.with { ($0.groups, $0.channels, $0.filters) = (8, 8, 8) }
    var specs: [ConvSpec] = []
    for strides in [[1, 1], [2, 2]] {
      for activation in [Activation.relu, .clip(lower: 0.1, upper: 0.4), .silu] {
        specs += [
          depthwise.with { ($0.strides, $0.activation) = (strides, activation) },
          depthwise.with {
            ($0.strides, $0.activation, $0.addsResidual) = (strides, activation, true)
          },
          depthwise.with {
            ($0.strides, $0.activation, $0.kernel) = (strides, activation, [5, 5])
            ($0.padding, $0.dilations, $0.images) = (.sameUpper, [2, 3], 3)
          },
          depthwise.with {
            ($0.strides, $0.activation, $0.kernel) = (strides, activation, [2, 7])
            ($0.padding, $0.density, $0.extents) = (.valid, 0, [13, 29])
          },
        ]
      }
    }
    expect(specs)
  }

  @Test func channelCounts() {
    let counts = [1, 3, 5, 6, 7, 8, 13, 16, 17, 31, 64]
    expect(
      counts.flatMap { count in
        [
          base.with { ($0.channels, $0.extents) = (count, [7, 7]) },
          base.with { ($0.filters, $0.extents) = (count, [7, 7]) },
          base.with {
            ($0.channels, $0.filters, $0.kernel) = (count, count, [1, 1])
            ($0.padding, $0.extents, $0.density) = (.valid, [5, 6], 1)
          },
        ]
      })
  }

  @Test func extentsAndImages() {
    let extents = [
      [1, 1], [1, 7], [7, 7], [8, 8], [13, 5], [32, 32], [56, 56], [1, 300], [300, 1],
    ]
    expect(
      extents.flatMap { extents in
        [1, 2, 3, 8].filter { extents != [56, 56] || $0 < 3 }.map { images in
          base.with {
            ($0.extents, $0.images, $0.channels, $0.filters) = (extents, images, 5, 7)
          }
        }
      })
  }

  @Test func densities() {
    expect(
      [0, 0.01, 0.1, 0.5, 1].flatMap { density in
        [[1, 1], [3, 3]].flatMap { kernel in
          [false, true].flatMap { empty in
            [1, 2].map { groups in
              base.with {
                ($0.density, $0.kernel, $0.hasEmptyRows) = (density, kernel, empty)
                ($0.channels, $0.filters, $0.extents, $0.groups) = (32, 38, [9, 9], groups)
                $0.hasBias = !empty
              }
            }
          }
        }
      })
  }

  static let activations: [Activation] = [
    .identity, .relu, .leakyRelu(slope: 0.1), .clip(lower: -0.25, upper: 0.5),
    .clip(lower: 0, upper: 6), .clip(lower: 1, upper: -1), .sigmoid,
    .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .silu, .tanh,
  ]

  @Test(arguments: [0.2, 1])
  func activationsAndResiduals(density: Double) {
    expect(
      Self.activations.flatMap { activation in
        [false, true].flatMap { residual in
          [[1, 1], [2, 2]].map { strides in
            base.with {
              ($0.activation, $0.addsResidual, $0.strides) = (activation, residual, strides)
              ($0.extents, $0.images, $0.density) = ([9, 7], 2, density)
            }
          }
        }
      })
  }

  @Test func emptyBatch() {
    expect([
      base.with { $0.images = 0 }, base.with { ($0.images, $0.addsResidual) = (0, true) },
      base.with { ($0.images, $0.groups, $0.strides) = (0, 8, [2, 2]) },
    ])
  }

  /// Random rows of the table.
  @Test(arguments: 0..<10 as Range<UInt64>)
  func random(block: UInt64) {
    expect((0..<16).map { Self.random(seed: block * 16 + $0) })
  }

  private static func random(seed: UInt64) -> ConvSpec {
    var source = CaseGraph(seed: seed &+ 0xc0)
    var spec = ConvSpec()
    spec.images = source.pick([1, 1, 2, 3])
    spec.extents = [1 + source.below(20), 1 + source.below(20)]
    spec.groups = source.pick([1, 1, 1, 2, 3])
    spec.channels = spec.groups * (1 + source.below(20))
    spec.filters = spec.groups * (1 + source.below(40))
    if source.below(5) == 0 {
      spec.groups = spec.channels
      spec.filters = spec.channels * (1 + source.below(2))
    }
    spec.kernel = [1 + source.below(5), 1 + source.below(5)]
    spec.strides = source.pick([[1, 1], [1, 1], [2, 2], [1, 2], [3, 3]])
    spec.dilations = source.pick([[1, 1], [1, 1], [2, 1], [3, 3]])
    let reach = zip(spec.kernel, spec.dilations).map { ($0 - 1) * $1 }
    spec.padding = source.pick([
      .sameUpper, .sameLower, .explicit(begin: reach, end: reach),
      .explicit(begin: reach, end: [0, 0]), .explicit(begin: [0, 0], end: reach),
    ])
    spec.density = source.pick([0.03, 0.1, 0.3, 1])
    spec.hasEmptyRows = source.below(3) == 0
    spec.hasBias = source.below(3) > 0
    spec.activation = source.pick(activations)
    spec.addsResidual = source.below(3) == 0
    return spec
  }
}
