import Graphs
import Tensors
import TestSupport
import Testing

/// Type inference against the catalogue of cases.
@Suite struct OutputTypesTests {
  static let cases =
    convolutionCases + transposedConvolutionCases + poolCases + reductionCases + elementwiseCases
    + logicCases
    + matrixCases + normalizationCases + movementCases + reshapingCases + indexingCases
    + generationCases
    + rearrangingCases + samplingCases

  @Test func everyCaseGivesItsTypesOrItsError() {
    for item in Self.cases {
      if let violation = item.violation() { Issue.record("\(violation)") }
    }
  }

  @Test func everyOperatorHasAcceptedAndFailingCases() {
    for type in OperatorCatalog.types {
      var (accepted, failing) = (0, 0)
      for item in Self.cases where Swift.type(of: item.op) == type {
        if case .types = item.expectation { accepted += 1 } else { failing += 1 }
      }
      #expect(accepted > 0, "\(type) has no case that succeeds")
      #expect(failing > 0, "\(type) has no case that fails")
    }
  }

  /// Windows with extreme attributes over inputs that otherwise fit.
  @Test(arguments: 0..<8 as Range<UInt64>) func hostileWindowsNeverTrap(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var accepted = 0
    for _ in 0..<5_000 {
      let (op, inputs) = hostileWindow(&generator)
      guard let outputs = try? op.outputTypes(for: inputs) else { continue }
      accepted += 1
      let count = op.operationCount(inputs: inputs.map { $0?.type }, outputs: outputs)
      #expect(count.flops >= 0 && count.bytes >= 0, "seed \(seed): \(op) \(inputs)")
    }
    #expect(accepted > 100, "seed \(seed): too few cases reach the arithmetic")
  }

  /// Inputs left out, of every odd rank, or full of extreme numbers give types or an error.
  @Test(arguments: 0..<16 as Range<UInt64>) func hostileNumbersNeverTrap(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let op = hostileOperator(&generator)
      let inputs = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
        hostileOperand(&generator)
      }
      guard let outputs = try? op.outputTypes(for: inputs) else { continue }
      let count = op.operationCount(inputs: inputs.map { $0?.type }, outputs: outputs)
      #expect(count.flops >= 0 && count.bytes >= 0, "seed \(seed): \(op) \(inputs)")
      for index in outputs.indices {
        guard let known = op.knownOutput(index, for: inputs) else { continue }
        #expect(known.type == outputs[index], "seed \(seed): \(op) \(inputs)")
      }
    }
  }
}

private let extremes = [
  Int.min, Int.min + 1, -(1 << 40), -9, -3, -2, -1, 0, 1, 1, 1, 2, 2, 3, 4, 8, 1 << 20, 1 << 31,
  1 << 40, 1 << 62, Int.max - 1, Int.max,
]

private func extreme(_ generator: inout SplitMix64) -> Int {
  extremes.randomElement(using: &generator) ?? 0
}

private func extremeList(_ generator: inout SplitMix64, upTo count: Int = 4) -> [Int] {
  (0..<Int.random(in: 0...count, using: &generator)).map { _ in extreme(&generator) }
}

private func hostileOperand(_ generator: inout SplitMix64) -> Operand? {
  switch Int.random(in: 0..<8, using: &generator) {
  case 0: return nil
  case 1, 2: return list(extremeList(&generator, upTo: 8))
  case 3:
    let scales: [Float] = [0, -1, .nan, .infinity, 1e30, 1e-30, 0.5, 1, 2]
    let count = Int.random(in: 0...4, using: &generator)
    return Operand(
      Tensor([count], (0..<count).map { _ in scales.randomElement(using: &generator) ?? 1 }))
  default:
    let element = ElementType.allCases.randomElement(using: &generator) ?? .float32
    let isCommon = Bool.random(using: &generator)
    let extents = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
      [0, 1, 1, 1, 2, 3, 4, 1 << 13, 1 << 20, 1 << 40].randomElement(using: &generator) ?? 1
    }
    guard let shape = try? Shape(checking: extents) else { return nil }
    return Operand(type: TensorType(isCommon ? .float32 : element, shape))
  }
}

/// A window operator whose lists have the right lengths, and inputs of the right ranks.
private func hostileWindow(
  _ generator: inout SplitMix64
) -> (op: any Operator, inputs: [Operand?]) {
  func pick(_ values: Int...) -> Int { values.randomElement(using: &generator) ?? 1 }
  func attribute() -> [Int] {
    (0..<2).map { _ in pick(1, 1, 1, 1, 2, 2, 3, 5, 1000, 1 << 20, 1 << 20 + 1, .max, -1) }
  }
  func pad() -> [Int] { (0..<2).map { _ in pick(0, 0, 0, 1, 1, 2, 1000, 1 << 20, .max) } }
  func padding() -> Padding {
    [.explicit(begin: pad(), end: pad()), .sameUpper, .sameLower, .valid]
      .randomElement(using: &generator) ?? .valid
  }
  let kernel = [pick(1, 2, 3, 1 << 20), pick(1, 2, 3)]
  let x = floats(pick(1, 1, 2), 4, pick(1, 2, 7, 1000, 1 << 20, 1 << 30), pick(1, 3, 8))
  switch pick(0, 1, 2) {
  case 0:
    let op = Conv(strides: attribute(), dilations: attribute(), padding: padding())
    return (op, [x, floats(pick(1, 6), 4, kernel[0], kernel[1])])
  case 1:
    let op = ConvTranspose(
      strides: attribute(), dilations: attribute(), padding: padding(),
      outputPadding: [pick(0, 0, 1, 1 << 20), 0],
      outputShape: pick(0, 0, 1) == 0 ? nil : attribute())
    return (op, [x, floats(4, pick(1, 6), kernel[0], kernel[1])])
  default:
    let window = PoolingWindow(
      kernel: kernel, strides: attribute(), dilations: attribute(), padding: padding(),
      roundsUp: pick(0, 1) == 0)
    return (MaxPool(window), [x])
  }
}

private func hostileOperator(_ generator: inout SplitMix64) -> any Operator {
  func number() -> Int { extreme(&generator) }
  func numbers() -> [Int] { extremeList(&generator) }
  func flag() -> Bool { Bool.random(using: &generator) }
  func padding() -> Padding {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: .sameUpper
    case 1: .sameLower
    case 2: .valid
    default: .explicit(begin: numbers(), end: numbers())
    }
  }
  func window() -> PoolingWindow {
    PoolingWindow(
      kernel: numbers(), strides: numbers(), dilations: numbers(), padding: padding(),
      roundsUp: flag())
  }
  switch Int.random(in: 0..<34, using: &generator) {
  case 0, 1:
    return Conv(
      strides: numbers(), dilations: numbers(), padding: padding(), groups: number(),
      addsResidual: flag())
  case 2, 3:
    return ConvTranspose(
      strides: numbers(), dilations: numbers(), padding: padding(), outputPadding: numbers(),
      outputShape: flag() ? numbers() : nil, groups: number())
  case 4: return MaxPool(window())
  case 5: return AveragePool(window())
  case 6: return Reduce(.max, keepsDimensions: flag())
  case 7: return Binary(.add)
  case 8: return Gemm(transposesA: flag(), transposesB: flag())
  case 9: return MatMul()
  case 10: return LRN(size: number())
  case 11: return Softmax(axis: number(), flattens: flag())
  case 12: return Concat(axis: number())
  case 13: return Split(axis: number(), outputCount: number())
  case 14: return Slice()
  case 15: return Pad(mode: flag() ? .constant : .reflect)
  case 16: return Resize(mode: .cubic, axes: flag() ? numbers() : nil)
  case 17: return flag() ? Transpose(permutation: numbers()) : Flatten(axis: number())
  case 18: return Reshape(allowsZero: flag())
  case 19: return flag() ? Squeeze() : Unsqueeze()
  case 20: return flag() ? Gather(axis: number()) : Expand()
  case 21: return flag() ? GatherElements(axis: number()) : GatherND(batchAxes: number())
  case 22: return flag() ? ScatterElements(axis: number()) : ScatterND()
  case 23: return flag() ? TensorScatter(axis: number()) : RangeOf()
  case 24: return flag() ? OneHot(axis: number()) : EyeLike(diagonal: number())
  case 25: return flag() ? NonZero() : Unique(axis: flag() ? number() : nil)
  case 26: return flag() ? Tile() : CenterCropPad(axes: flag() ? numbers() : nil)
  case 27: return flag() ? Compress(axis: flag() ? number() : nil) : Trilu()
  case 28:
    return flag()
      ? SpaceToDepth(blockSize: number())
      : Col2Im(strides: numbers(), dilations: numbers(), pads: numbers())
  case 29: return flag() ? GridSample() : AffineGrid()
  case 30: return NonMaxSuppression()
  case 31: return flag() ? Det() : Einsum(flag() ? "...i,...i" : "ijkl,jkmm")
  case 32:
    return flag()
      ? RoiAlign(outputHeight: number(), outputWidth: number(), samplingRatio: number())
      : DeformConv(
        Conv(strides: numbers(), dilations: numbers(), padding: padding(), groups: number()),
        offsetGroups: number())
  default:
    return flag()
      ? DepthToSpace(blockSize: number()) : ShapeOf(start: number(), end: flag() ? number() : nil)
  }
}
