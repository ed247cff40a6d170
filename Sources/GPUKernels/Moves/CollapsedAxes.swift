/// The axes of a move as its kernel sees them: by falling strides in the output, so that neighbouring threads
/// write neighbours; those of extent 1 are gone; and neighbours that are one run on both sides are one.
struct CollapsedAxes: Hashable, Sendable {
  struct Axis: Hashable, Sendable {
    var extent: Int
    var offsets: Offsets
    var outputStride: Int
  }

  /// An axis's offsets in the input, by place.
  enum Offsets: Hashable, Sendable {
    /// i · stride
    case stride(Int)
    /// The first is the axis's least, 0, or ``outside``.
    case table([UInt32])

    /// What stands in tables for places outside of the input.
    static let outside = UInt32.max
  }

  /// Outermost first; at least one.
  private(set) var axes: [Axis] = []
  /// The offset in the input that all vectors have in common.
  private(set) var inputBase: Int

  /// - Precondition: offsets fit in 32 bits.
  init(_ axes: [MoveAxis], inputBase: Int) {
    self.inputBase = inputBase
    for axis in axes.sorted(by: { $0.outputStride > $1.outputStride }) {
      let (base, offsets) = axis.collapsedOffsets
      self.inputBase += base
      append(Axis(extent: axis.extent, offsets: offsets, outputStride: axis.outputStride))
    }
    if self.axes.isEmpty { self.axes = [Axis(extent: 1, offsets: .stride(0), outputStride: 1)] }
  }

  private mutating func append(_ axis: Axis) {
    guard case .stride(let stride) = axis.offsets else {
      axes.append(axis)
      return
    }
    if axis.extent == 1 { return }
    if let outer = axes.last, outer.offsets == .stride(stride * axis.extent),
      outer.outputStride == axis.outputStride * axis.extent
    {
      axes[axes.count - 1] = axis
      axes[axes.count - 1].extent *= outer.extent
    } else {
      axes.append(axis)
    }
  }

  /// Whether some places are outside of the input.
  var fills: Bool {
    axes.contains { axis in
      if case .table(let table) = axis.offsets { table.contains(Offsets.outside) } else { false }
    }
  }
}

extension MoveAxis {
  /// Offsets in the input without what all have in common. Indices at equal distances need no table.
  fileprivate var collapsedOffsets: (base: Int, offsets: CollapsedAxes.Offsets) {
    guard case .some(let indices) = indices else { return (0, .stride(inputStride)) }
    let first = indices.first.flatMap { $0 }
    if let first, let step = step(of: indices) {
      return (first * inputStride, .stride(step * inputStride))
    }
    let base = inputOffsets?.lowerBound ?? 0
    let table = indices.map { index in
      index.map { UInt32($0 * inputStride - base) } ?? CollapsedAxes.Offsets.outside
    }
    return (base, .table(table))
  }

  /// What indices differ by from one place to the next, where that is the same everywhere.
  private func step(of indices: [Int?]) -> Int? {
    let inside = indices.compactMap { $0 }
    guard inside.count == indices.count else { return nil }
    let steps = Set(zip(inside.dropFirst(), inside).map { $0 - $1 })
    return steps.count > 1 ? nil : steps.first ?? 0
  }
}
