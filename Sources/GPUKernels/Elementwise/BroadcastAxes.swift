internal import Tensors

/// The axes of a pointwise operation, collapsed: those of extent 1 are gone, and neighbours along which
/// the same inputs repeat are one.
struct BroadcastAxes: Hashable, Sendable {
  /// Outermost first; at least one.
  private(set) var extents: [Int]
  /// By axis: the inputs that have one element along it, as bits.
  private(set) var repeating: [UInt32]

  /// - Parameters:
  ///   - shape: the output's.
  ///   - inputs: shapes that broadcast to it as NumPy's do, aligned at their last axes.
  init(_ shape: [Int], inputs: [[Int]]) throws(HewnError) {
    extents = []
    repeating = []
    for (axis, extent) in shape.enumerated() {
      var mask: UInt32 = 0
      for (number, input) in inputs.enumerated() {
        let position = axis - shape.count + input.count
        let own = position < 0 ? 1 : input[position]
        guard own == extent || own == 1 else {
          throw HewnError(.invalidArgument, "input \(number) of \(input) is not \(shape)")
        }
        if own == 1 { mask |= 1 << UInt32(number) }
      }
      if extent == 1 { continue }
      if repeating.last == mask {
        extents[extents.count - 1] *= extent
      } else {
        extents.append(extent)
        repeating.append(mask)
      }
    }
    for (number, input) in inputs.enumerated() {
      guard input.count <= shape.count || input.dropLast(shape.count).allSatisfy({ $0 == 1 }) else {
        throw HewnError(.invalidArgument, "input \(number) of \(input) is not \(shape)")
      }
    }
    if extents.isEmpty {
      extents = [1]
      repeating = [0]
    }
  }

  func repeats(_ input: Int, along axis: Int) -> Bool { repeating[axis] >> UInt32(input) & 1 != 0 }

  /// Elements of an input from one place of an axis to the next; 0 where it repeats.
  func stride(of input: Int, along axis: Int) -> Int {
    if repeats(input, along: axis) { return 0 }
    return (axis + 1..<extents.count).reduce(1) {
      repeats(input, along: $1) ? $0 : $0 * extents[$1]
    }
  }
}
