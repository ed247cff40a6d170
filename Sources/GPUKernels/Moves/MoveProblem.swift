internal import KernelIR
package import Tensors

/// Vectors of 8 images, moved as they are:
///
///     out[outputBase + Σₐ iₐ · outputStrideₐ] = in[inputBase + Σₐ indexₐ(iₐ) · inputStrideₐ], or `fill`
///                                               where an index is outside
///
/// for all places i of the axes, of which the groups of images are one. Strides and bases count vectors, so
/// that input and output may be parts of larger tensors. Several problems with one output concatenate.
package struct MoveProblem: Hashable, Sendable {
  package let element: KernelElement
  /// The vectors that the input must have: one more than the last that is read.
  package let inputCount: Int
  /// Likewise of the output.
  package let outputCount: Int
  /// In parts of 16 bytes, as all that follows: a vector of f32 is an axis of two.
  let axes: CollapsedAxes
  let outputBase: Int
  let partCount: Int
  /// Two elements of 16 bits, or one of 32.
  let fill: UInt32

  /// The most axes that a kernel has.
  package static let axisLimit = 8

  /// - Parameter axes: in any order; that of their strides in the output counts.
  /// - Throws: `invalidArgument` without places, with more than 2³¹ − 2¹⁰ parts of 16 bytes, for vectors
  ///   before the start of a tensor, and for axes that do not nest in the output, as they may write a
  ///   vector twice; `unsupported` for more than ``axisLimit`` axes after collapsing.
  package init(
    _ element: KernelElement, axes: [MoveAxis], inputBase: Int = 0, outputBase: Int = 0,
    fill: Float = 0
  ) throws(HewnError) {
    self.element = element
    self.fill = element.word(of: fill)
    let partsPerVector = element.byteCount / 2
    for number in [inputBase, outputBase] + axes.flatMap(\.numbers) {
      guard number.magnitude <= KernelSize.limit else {
        throw HewnError(.invalidArgument, "a move cannot have a stride, base or index of \(number)")
      }
    }
    var parts = axes.map { $0.counting(partsPerVector: partsPerVector) }
    parts.append(MoveAxis(extent: partsPerVector, inputStride: 1, outputStride: 1))
    partCount = try KernelSize.count(parts.map(\.extent))

    self.outputBase = outputBase * partsPerVector
    let outputEnd = try Self.outputEnd(parts, base: self.outputBase)
    outputCount = outputEnd / partsPerVector
    let inputEnd = try Self.inputEnd(parts, base: inputBase * partsPerVector)
    inputCount = inputEnd / partsPerVector
    self.axes = CollapsedAxes(parts, inputBase: inputBase * partsPerVector)
    guard self.axes.axes.count <= Self.axisLimit else {
      throw HewnError(
        .unsupported,
        "a move of \(self.axes.axes.count) axes; split it into moves of at most \(Self.axisLimit)")
    }
  }

  /// One more than the last part that is written.
  private static func outputEnd(_ axes: [MoveAxis], base: Int) throws(HewnError) -> Int {
    var span = 1
    for axis in axes.sorted(by: { $0.outputStride < $1.outputStride }) where axis.extent > 1 {
      guard axis.outputStride >= span else {
        throw HewnError(
          .invalidArgument,
          "a move writes vectors twice: strides of \(axes.map(\.outputStride)) in the output do not "
            + "nest with extents of \(axes.map(\.extent))")
      }
      let (reach, overflows) = (axis.extent - 1).multipliedReportingOverflow(by: axis.outputStride)
      guard !overflows, reach <= KernelSize.limit - span else {
        throw HewnError(.invalidArgument, "a move beyond \(KernelSize.limit) parts of an output")
      }
      span += reach
    }
    guard base >= 0, base + span <= KernelSize.limit else {
      throw HewnError(.invalidArgument, "a move to \(base)..<\(base + span) of an output")
    }
    return base + span
  }

  /// One more than the last part that is read; 0 where nothing is.
  private static func inputEnd(_ axes: [MoveAxis], base: Int) throws(HewnError) -> Int {
    var (first, last) = (base, base)
    var readsNothing = false
    for axis in axes {
      guard let offsets = axis.inputOffsets else {
        readsNothing = true
        continue
      }
      guard offsets.lowerBound >= -KernelSize.limit, offsets.upperBound <= KernelSize.limit else {
        throw HewnError(.invalidArgument, "a move beyond \(KernelSize.limit) parts of an input")
      }
      first += offsets.lowerBound
      last += offsets.upperBound
    }
    if readsNothing { return 0 }
    guard first >= 0, last < KernelSize.limit else {
      throw HewnError(.invalidArgument, "a move from \(first)...\(last) of an input")
    }
    return last + 1
  }
}

extension MoveAxis {
  /// All that must be of 32 bits.
  fileprivate var numbers: [Int] {
    let indices =
      switch indices {
      case .all(let count): [count]
      case .some(let indices): indices.compactMap { $0 }
      }
    return [inputStride, outputStride] + indices
  }
}

extension KernelElement {
  /// 32 bits that consist of a number.
  fileprivate func word(of number: Float) -> UInt32 {
    switch self {
    case .f32: number.bitPattern
    case .f16: UInt32(Half.bits(of: number)) * 0x1_0001
    case .bf16: UInt32(Half.brainBits(of: number)) * 0x1_0001
    }
  }
}
