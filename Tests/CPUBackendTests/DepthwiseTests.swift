import Graphs
import Tensors
import TestSupport
import Testing

/// Depthwise convolutions: rows of three and five taps, other windows, both strides.
@Suite struct DepthwiseTests {
  @Test func extents() throws {
    var cases: [BackendCase] = []
    var random = SplitMix64(seed: 3)
    for stride in [1, 2] {
      for kernel in [[3, 3], [5, 5], [1, 3], [3, 1], [2, 6], [7, 7]] {
        for extents in [
          [1, 1], [2, 9], [5, 4], [7, 7], [9, 15], [8, 33], [14, 14], [30, 64],
        ] {
          let pad = kernel.map { $0 / 2 }
          guard zip(extents, kernel).allSatisfy({ $0 + 2 * ($1 / 2) >= $1 }) else { continue }
          let spec = ConvSpec(
            images: 1 + random.below(2), channels: 5, extents: extents, filters: 5, kernel: kernel,
            strides: [stride, stride], padding: .explicit(begin: pad, end: pad), groups: 5,
            density: 1,
            activation: random.pick([
              .identity, .relu, .clip(lower: 0.25, upper: 0.5), .hardSwish, .sigmoid,
            ]))
          cases.append(try spec.makeCase(seed: random.next()))
        }
      }
    }
    BackendHarness.expect(cases)
  }

  /// Padding on one side, dilation, several filters for each channel.
  @Test func windows() throws {
    let base = ConvSpec(
      channels: 4, extents: [11, 21], filters: 4, strides: [2, 2], groups: 4, density: 1)
    let specs = [1, 2].flatMap { stride in
      [
        base.with { $0.padding = .explicit(begin: [0, 0], end: [1, 1]) },
        base.with { $0.padding = .explicit(begin: [2, 2], end: [0, 1]) },
        base.with { $0.padding = .explicit(begin: [0, 0], end: [0, 0]) },
        base.with {
          ($0.dilations, $0.padding) = ([2, 2], .explicit(begin: [2, 2], end: [2, 2]))
        },
        base.with {
          ($0.dilations, $0.padding) = ([3, 1], .explicit(begin: [3, 1], end: [3, 1]))
        },
        base.with { $0.filters = 12 },
      ].map { $0.with { $0.strides = [stride, stride] } }
    }
    BackendHarness.expect(try specs.enumerated().map { try $1.makeCase(seed: UInt64($0)) })
  }
}
