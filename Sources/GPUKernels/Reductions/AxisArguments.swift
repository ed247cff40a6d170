package import KernelIR

/// The parameter struct of kernels along an axis.
package struct AxisArguments: BitwiseCopyable, Sendable {
  /// [outer, axis, inner], aligned to 16 bytes.
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  var outer: UInt32
  var axis: UInt32
  var inner: Divisor
  /// Of ``AxisForm/columns``: columns of a block, and blocks beside each other.
  var width: Divisor
  var tiles: Divisor
  /// Groups of threads with the same columns, a power of two.
  var groups: UInt32
  /// Of kernels for parts of the axis: elements of a part, and parts.
  var partLength: UInt32
  var partCount: UInt32

  /// - Parameter partLength: elements of the axis that a block takes; all where nil.
  init(_ range: AxisRange, partLength: Int? = nil, input: UInt64, output: UInt64) {
    self.input = DeviceAddress(input)
    self.output = DeviceAddress(output)
    outer = UInt32(range.outer)
    axis = UInt32(range.axis)
    inner = Divisor(range.inner)
    let tile = ColumnTile.width(range)
    width = Divisor(tile)
    tiles = Divisor(range.inner.dividedRoundingUp(by: tile))
    groups = UInt32(ColumnTile.groupCount(width: tile))
    self.partLength = UInt32(partLength ?? range.axis)
    partCount = UInt32(partLength.map(range.axis.dividedRoundingUp) ?? 1)
  }
}

extension AxisForm {
  func grid(_ range: AxisRange) -> Grid {
    switch self {
    case .threads: Grid(range.outputCount.dividedRoundingUp(by: Self.threadCount))
    case .warps: Grid(range.outer.dividedRoundingUp(by: Self.threadCount / 32))
    case .blocks: Grid(range.outer)
    case .columns:
      Grid(range.outer * range.inner.dividedRoundingUp(by: ColumnTile.width(range)))
    }
  }
}
