import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct WinogradTests {
  /// Maps smaller than a tile, of one tile, and with every remainder of one.
  @Test func extents() throws {
    var cases: [BackendCase] = []
    var random = SplitMix64(seed: 1)
    for height in Array(1...9) + [13, 28] {
      for width in Array(1...9) + [13, 27, 28] {
        let spec = ConvSpec(
          channels: random.pick([1, 3, 16, 17]), extents: [height, width],
          filters: random.pick([1, 5, 6, 7]), density: 1,
          activation: random.pick([.identity, .relu]), addsResidual: random.below(2) == 0)
        cases.append(try spec.makeCase(seed: random.next()))
      }
    }
    BackendHarness.expect(cases)
  }

  /// Wide maps, whose rows of tiles take several vectors, and channels beyond a pass of filters.
  @Test func large() throws {
    let specs = [
      ConvSpec(channels: 3, extents: [5, 150], filters: 4, density: 1),
      ConvSpec(channels: 5, extents: [70, 67], filters: 7, density: 1, addsResidual: true),
      ConvSpec(channels: 64, extents: [14, 14], filters: 64, density: 1, activation: .relu),
      ConvSpec(channels: 17, extents: [28, 28], filters: 130, density: 1),
      ConvSpec(images: 3, channels: 16, extents: [7, 7], filters: 65, density: 1),
      ConvSpec(images: 5, channels: 4, extents: [2, 3], filters: 3, density: 1),
    ]
    BackendHarness.expect(
      try specs.enumerated().map { try $1.makeCase(seed: UInt64(100 + $0)) })
  }

  /// Every amount of padding on every side, and none.
  @Test func padding() throws {
    let padding: [([Int], [Int])] = [
      ([0, 0], [0, 0]), ([1, 0], [0, 1]), ([0, 1], [1, 0]), ([2, 2], [2, 2]), ([0, 3], [2, 0]),
      ([4, 1], [0, 5]), ([7, 7], [7, 7]), ([0, 0], [9, 9]),
    ]
    let cases = try padding.enumerated().flatMap { index, pads in
      try [[5, 6], [3, 3], [9, 17]].map { extents in
        try ConvSpec(
          channels: 3, extents: extents, filters: 5,
          padding: .explicit(begin: pads.0, end: pads.1), density: 1
        ).makeCase(seed: UInt64(index))
      }
    }
    BackendHarness.expect(cases)
  }

  /// Activations, with and without residuals, groups, and a missing bias.
  @Test func epilogues() throws {
    let activations: [Activation] = [
      .relu, .clip(lower: 0.25, upper: 0.5), .clip(lower: -1, upper: -0.5), .hardSwish, .sigmoid,
      .softplus,
    ]
    let base = ConvSpec(channels: 12, extents: [6, 9], filters: 12, density: 1)
    let specs = activations.flatMap { activation in
      [1, 3].flatMap { groups in
        [false, true].map { addsResidual in
          base.with {
            ($0.activation, $0.groups, $0.addsResidual) = (activation, groups, addsResidual)
            $0.hasBias = addsResidual
          }
        }
      }
    }
    BackendHarness.expect(try specs.enumerated().map { try $1.makeCase(seed: UInt64($0)) })
  }
}

extension SplitMix64 {
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
