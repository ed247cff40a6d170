package import Graphs
package import Tensors

/// A node whose weights may be changed: a convolution, or a product with a constant matrix on the right.
///
/// Its weights are one filter matrix for each convolution group, of ``rows`` filters × ``taps`` taps; taps
/// are in the order channel, kernel row, kernel column, as backends have them. Filter i of a group has
/// the output
///
///     y = wᵢ·x + bᵢ
///
/// at each *position*: a pixel of an image, or a row of a product. That is before an activation, a
/// residual and whatever else the node adds. Products that are scaled (alpha of `Gemm`) are taken to scale
/// their inputs, so that weights are those of the file.
///
/// A BatchNormalization that alone reads the outputs scales each of them. Filters are then taken with that
/// scale, and errors are those of what the network goes on with: wᵢ and bᵢ are ``rowScales`` times those
/// of the file.
package struct PrunableLayer: Sendable {
  /// Where a layer has its biases.
  package enum Bias: Hashable, Sendable {
    /// In a constant that this node alone reads.
    case constant(ValueID)
    /// It has none; the means of the BatchNormalization that follows are their negatives.
    case mean(ValueID)
    /// It has none, and may get some.
    case absent
    /// They stay as they are, for this reason.
    case fixed(String)

    var isMean: Bool { if case .mean = self { true } else { false } }
  }

  /// How the weights lie in their tensor.
  enum Form: Hashable, Sendable {
    /// [M, C / groups, kernel…]: row after row.
    case filters
    /// [K, M], or [K] for a single filter: tap after tap.
    case taps
  }

  /// The position of the node in the graph.
  package let node: Int
  /// The node as errors name it.
  package let label: String
  /// The value that the filters read.
  package let input: ValueID
  /// The constant that holds the weights.
  package let weights: ValueID
  package private(set) var bias: Bias
  /// The number of convolution groups; 1 for products.
  package let groupCount: Int
  /// M, the filters of a group.
  package let rows: Int
  /// K, the taps of a filter.
  package let taps: Int
  let form: Form
  /// What biases in the file are multiplied by: beta of `Gemm`.
  let biasScale: Float
  /// What follows scales the output of each filter by, over all groups, but for the sign; none is zero.
  /// Empty where nothing does.
  package let rowScales: [Float]
  package let window: InputWindow
  /// What the outputs go through next; `nil` where that is nothing to make up for.
  package private(set) var path: OutputPath?

  /// The number of positions in all images that a run of the graph takes.
  package var positionCount: Int { window.positionCount }

  /// What statistics of the layer in a changed network are made of: its input, and what is added to its
  /// outputs.
  var observed: [ValueID] { [input] + (path?.addend.map { [$0.value] } ?? []) }

  /// The taps whose inputs' correlations are kept.
  package var blocks: TapBlocks {
    TapBlocks(channels: window.channelCount, tapsPerChannel: window.tapsPerChannel)
  }

  /// Random numbers of this layer's own.
  package func generator(seed: UInt64) -> SplitMix64 {
    SplitMix64(seed: seed ^ (UInt64(node) &* 0xd1b5_4a32_d192_ed03))
  }

  package var mayChangeBias: Bool {
    if case .fixed = bias { false } else { true }
  }

  /// The same layer, whose biases stay as they are.
  package func keepingBias(because reason: String) -> PrunableLayer {
    var layer = self
    // Without the means the filters' outputs are not all that the clamp reads.
    if bias.isMean { layer.path = nil }
    layer.bias = .fixed(reason)
    return layer
  }
}
