internal import KernelIR

/// The places along the axis that a block takes: all, or those of the part that grid y says.
struct AxisPart {
  let start: Value<U32>
  let end: Value<U32>
  /// The part and how many there are; nil where it is the whole.
  private let number: (index: Value<U32>, count: Value<U32>)?

  init(_ k: KernelBuilder, _ a: KernelArguments<AxisArguments>, isWhole: Bool) {
    if isWhole {
      (start, end, number) = (0, a.axis, nil)
    } else {
      let index = k.blockIndex.y
      start = index * a.partLength
      end = min(start + a.partLength, a.axis)
      number = (index, a.partCount)
    }
  }

  /// The part's row among the results [outer, parts, inner] of all parts.
  func row(of outer: Value<U32>) -> Value<U32> {
    number.map { multiplyAdd(outer, $0.count, $0.index) } ?? outer
  }
}
