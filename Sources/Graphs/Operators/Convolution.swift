/// How a window operator pads its spatial axes.
package enum Padding: Hashable, Sendable, Codable {
  /// Zeros before and after each spatial axis; may differ.
  case explicit(begin: [Int], end: [Int])
  /// Output extent ⌈input / stride⌉, an odd zero at the end.
  case sameUpper
  /// Output extent ⌈input / stride⌉, an odd zero at the start.
  case sameLower
  /// No padding.
  case valid
}

/// Convolution, with what fusion adds: Y = activation(W ∗ X + B + residual).
///
/// Inputs: X [N, C, spatial…], W [M, C/groups, kernel…], B [M] (optional), and, when
/// `addsResidual`, a tensor of Y's shape as the fourth.
package struct Conv: Operator, Hashable {
  /// Kernel extents; empty where the file leaves them to W.
  package var kernel: [Int]
  /// Empty means 1 along every axis.
  package var strides: [Int]
  /// Empty means 1 along every axis.
  package var dilations: [Int]
  package var padding: Padding
  package var groups: Int
  package var activation: Activation
  package var addsResidual: Bool

  package var name: String { "Conv" }

  package init(
    kernel: [Int] = [], strides: [Int] = [], dilations: [Int] = [],
    padding: Padding = .valid, groups: Int = 1, activation: Activation = .identity,
    addsResidual: Bool = false
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.groups = groups
    self.activation = activation
    self.addsResidual = addsResidual
  }
}

/// Transposed convolution, Y = activation(Wᵀ ∗ X + B).
///
/// Inputs: X [N, C, spatial…], W [C, M/groups, kernel…], B [M] (optional).
package struct ConvTranspose: Operator, Hashable {
  package var kernel: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var padding: Padding
  package var outputPadding: [Int]
  /// Output extents that override the padding, where given.
  package var outputShape: [Int]?
  package var groups: Int
  package var activation: Activation

  package var name: String { "ConvTranspose" }

  package init(
    kernel: [Int] = [], strides: [Int] = [], dilations: [Int] = [],
    padding: Padding = .valid, outputPadding: [Int] = [], outputShape: [Int]? = nil,
    groups: Int = 1, activation: Activation = .identity
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.outputPadding = outputPadding
    self.outputShape = outputShape
    self.groups = groups
    self.activation = activation
  }
}

/// Convolution whose taps are moved: each stands, at each output, on its place plus an offset, read
/// linearly between pixels (0 outside) and multiplied by a mask. The offset group of a channel is
/// ⌊channel · offsetGroups / C⌋.
///
/// Inputs: X [N, C, spatial…], W [M, C/groups, kernel…], offset [N, offsetGroups · taps · axes,
/// output…], B [M] (optional), mask [N, offsetGroups · taps, output…] (optional).
package struct DeformConv: Operator, Hashable {
  /// The convolution that it is where all offsets are 0 and all of the mask is 1.
  package var convolution: Conv
  package var offsetGroups: Int
  package var name: String { "DeformConv" }

  package init(_ convolution: Conv = Conv(), offsetGroups: Int = 1) {
    self.convolution = convolution
    self.offsetGroups = offsetGroups
  }
}
