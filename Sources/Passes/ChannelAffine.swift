package import Graphs
internal import Tensors

/// y = scale · x + shift with one scale and one shift for each channel, in double precision.
struct ChannelAffine {
  var scale: [Double]
  var shift: [Double]

  /// A normalization with fixed statistics:
  /// scale = gain / √(variance + epsilon), shift = bias − mean · scale.
  ///
  /// - Precondition: the four lists are equally long.
  init(gain: [Double], bias: [Double], mean: [Double], variance: [Double], epsilon: Double) {
    scale = zip(gain, variance).map { $0 / ($1 + epsilon).squareRoot() }
    shift = zip(bias, zip(mean, scale)).map { $0 - $1.0 * $1.1 }
  }

  /// `x ∘ constant`, or `constant ∘ x` where `isReversed`; `nil` for what is no affine function of
  /// x.
  init?(_ kind: Binary.Kind, by constant: [Double], isReversed: Bool) {
    let ones = [Double](repeating: 1, count: constant.count)
    let zeros = [Double](repeating: 0, count: constant.count)
    switch kind {
    case .add: (scale, shift) = (ones, constant)
    case .subtract:
      (scale, shift) = isReversed ? (ones.map { -$0 }, constant) : (ones, constant.map { -$0 })
    case .multiply: (scale, shift) = (constant, zeros)
    case .divide:
      guard !isReversed else { return nil }
      (scale, shift) = (constant.map { 1 / $0 }, zeros)
    case .maximum, .minimum, .power: return nil
    }
  }

  var isFinite: Bool { (scale + shift).allSatisfy(\.isFinite) }

  /// Folds the function into the operator before it.
  ///
  /// The operator's output channels, axis 1 of its output, must be as many as the function's. The
  /// new weights and biases are computed in double precision and rounded once; a weight of zero
  /// stays the zero it is, bit for bit.
  ///
  /// - Parameters:
  ///   - value: the output of the operator, which `node` reads.
  ///   - node: the node that the function stands for.
  func folded(into value: ValueID, at node: Int, in view: GraphView) throws -> Rewrite {
    guard let producer = view.producer(of: value),
      let op = view.node(producer).op as? any ChannelwiseOperator
    else { return .blocked("no convolution before it") }
    let before = view.node(producer)
    guard view.hasOneUse(value) else { return .blocked("its input is used elsewhere") }
    guard op.activation == .identity else {
      return .blocked("\(before.label) has an activation already")
    }
    guard (op as? Conv)?.addsResidual != true else {
      return .blocked("\(before.label) adds a residual already")
    }
    guard let weights = view.constant(producer, 1), let weightID = view.input(producer, 1) else {
      return .blocked("the weights of \(before.label) are not constant")
    }
    guard weights.type.isComputable else {
      return .blocked("the weights of \(before.label) are \(weights.element.rawValue)")
    }
    guard isFinite else { return .blocked("its constants are not finite") }
    let biasID = view.input(producer, 2)
    let channels = scale.count
    var bias = [Double](repeating: 0, count: channels)
    if let biasID {
      guard let constant = view.constant(biasID) else {
        return .blocked("the bias of \(before.label) is not constant")
      }
      let given = constant.doubles()
      let isRow = constant.shape.dimensions.dropLast().allSatisfy { $0 == 1 }
      guard isRow, given.count == channels || given.count == 1 else {
        return .blocked("the addend of \(before.label) differs between rows")
      }
      bias = given.count == channels ? given : bias.map { _ in given[0] }
    }

    let channelOf = op.outputChannel(weights: weights.shape, channels: channels)
    let newWeights = try weights.mapped(to: weights.shape) { weight, index in
      weight(index) == 0 ? weight(index) : weight(index) * scale[channelOf(index)]
    }
    let newBias = try weights.mapped(to: [channels]) { _, channel in
      bias[channel] * op.biasFactor * scale[channel] + shift[channel]
    }

    var patch = Patch("into \(before.label)", in: view, absorbing: [producer])
    let newWeightID = patch.addConstant(view[weightID].name, newWeights)
    let newBiasID = patch.addConstant(
      biasID.map { view[$0].name } ?? "\(before.name).bias", newBias)
    try patch.replaceNode(
      node, with: op.withPlainBias, [before.inputs[0], newWeightID, newBiasID], name: before.name)
    return .patch(patch)
  }
}

/// An operator that multiplies by constant weights and adds a bias for each output channel.
protocol ChannelwiseOperator: ActivatingOperator {
  /// The output channel that each weight, by row-major index, contributes to.
  func outputChannel(weights: Shape, channels: Int) -> (Int) -> Int
  /// What the bias is multiplied by before it is added.
  var biasFactor: Double { get }
  /// The operator with that factor 1.
  var withPlainBias: Self { get }
}

extension ChannelwiseOperator {
  var biasFactor: Double { 1 }
  var withPlainBias: Self { self }
}

extension Conv: ChannelwiseOperator {
  func outputChannel(weights: Shape, channels: Int) -> (Int) -> Int {
    let filterSize = weights.elementCount / channels
    return { $0 / filterSize }
  }
}

extension ConvTranspose: ChannelwiseOperator {
  func outputChannel(weights: Shape, channels: Int) -> (Int) -> Int {
    let kernelSize = weights.dimensions[2...].reduce(1, *)
    let (inputsPerGroup, outputsPerGroup) = (weights[0] / groups, weights[1])
    return { index in
      let row = index / kernelSize
      let group = row / outputsPerGroup / inputsPerGroup
      return group * outputsPerGroup + row % outputsPerGroup
    }
  }
}

extension Gemm: ChannelwiseOperator {
  func outputChannel(weights: Shape, channels: Int) -> (Int) -> Int {
    transposesB ? { $0 / weights[1] } : { $0 % channels }
  }

  var biasFactor: Double { Double(beta) }

  var withPlainBias: Gemm {
    var gemm = self
    gemm.beta = 1
    return gemm
  }
}
