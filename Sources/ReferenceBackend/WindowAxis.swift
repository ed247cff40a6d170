internal import Graphs

/// One spatial axis of a window operator.
struct WindowAxis {
  var kernel = 1
  var stride = 1
  var dilation = 1
  var padBegin = 0
  var padEnd = 0
  var input = 1
  var output = 1

  /// The axes of a geometry, rows first; a single axis becomes columns under one row.
  static func rowsAndColumns(_ geometry: WindowGeometry) -> (WindowAxis, WindowAxis) {
    let axes = geometry.kernel.indices.map { axis in
      WindowAxis(
        kernel: geometry.kernel[axis], stride: geometry.strides[axis],
        dilation: geometry.dilations[axis], padBegin: geometry.padBegin[axis],
        padEnd: geometry.padEnd[axis], input: geometry.inputExtents[axis],
        output: geometry.outputExtents[axis])
    }
    return axes.count == 1 ? (WindowAxis(), axes[0]) : (axes[0], axes[1])
  }

  /// Where a tap of a sliding window stands; what lies outside `0..<input` is padding or beyond.
  func position(output: Int, tap: Int) -> Int { output * stride + tap * dilation - padBegin }

  /// Where a tap of a transposed convolution adds to; may lie outside `0..<output`.
  func target(input: Int, tap: Int) -> Int { input * stride + tap * dilation - padBegin }

  /// Whether a position holds an element.
  func isInside(_ position: Int) -> Bool { position >= 0 && position < input }

  /// Whether a position holds an element or padding.
  func isPadded(_ position: Int) -> Bool { position >= -padBegin && position < input + padEnd }

  /// The outputs that read an element through a tap.
  func outputs(insideAt tap: Int) -> Range<Int> {
    let inside = (0..<output).filter { isInside(position(output: $0, tap: tap)) }
    guard let first = inside.first else { return 0..<0 }
    // Positions grow with outputs, so that no output lies between two inside without being inside.
    return first..<first + inside.count
  }
}
