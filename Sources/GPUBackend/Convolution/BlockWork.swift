package import Covers
package import GPUKernels
internal import Graphs
internal import Tensors

/// A convolution on blocks that a node asks for: where its tensors lie, and what it multiplies them with.
package struct BlockWork {
  /// Some rows and what they read.
  package struct Branch: Sendable {
    package var taps: [BlockTap]
    /// Filters × taps.
    package var weights: FilterWeights
    /// The output channel of filter 0.
    package var firstRow: Int
    /// The zeros that stand for channels of other groups, and are no weights.
    var foreignCount = 0

    package init(
      taps: [BlockTap], weights: FilterWeights, firstRow: Int, foreignCount: Int = 0
    ) {
      self.taps = taps
      self.weights = weights
      self.firstRow = firstRow
      self.foreignCount = foreignCount
    }

    /// All channels of a single pixel.
    static func product(_ weights: FilterWeights) -> Branch {
      let taps = (0..<weights.matrix.taps).map { BlockTap(channel: $0, y: 0, x: 0) }
      return Branch(taps: taps, weights: weights, firstRow: 0)
    }
  }

  /// The rows of the least segment.
  static let leastRows = 16

  var imageGroups: Int
  var input: LanesGeometry
  var inputMemory: GPUMemory
  var output: LanesGeometry
  var outputMemory: GPUMemory
  var residual: LanesGeometry?
  var residualMemory: GPUMemory?
  var stride = Spatial(1, 1)
  var activation: Activation
  var branches: [Branch] = []

  init(
    input: GPUTensor, output: GPUTensor, residual: GPUTensor? = nil, activation: Activation
  ) {
    imageGroups = output.groups
    self.input = input.lanesGeometry
    inputMemory = input.memory
    self.output = output.lanesGeometry
    outputMemory = output.memory
    self.residual = residual?.lanesGeometry
    residualMemory = residual?.memory
    self.activation = activation
  }

  /// - Precondition: the kernel knows the activation, or another one applies it.
  var problem: BlockProblem {
    BlockProblem(
      imageGroups: imageGroups, input: input, output: output, residual: residual, stride: stride,
      activation: BlockActivation(activation) ?? .identity)
  }
}

extension BlockActivation {
  /// `nil` for a function that takes a kernel of its own.
  init?(_ activation: Activation) {
    switch activation {
    case .identity: self = .identity
    case .relu: self = .clip(lower: 0, upper: .infinity)
    case .clip(let lower, let upper): self = .clip(lower: lower, upper: upper)
    case .leakyRelu(let slope): self = .leakyRelu(slope: slope)
    case .silu: self = .silu
    case .hardSwish: self = .hardSwish
    case .sigmoid: self = .sigmoid
    default: return nil
    }
  }
}
