internal import Graphs

/// One spatial axis of a window operator.
struct WindowAxis {
  let kernel: Int
  let stride: Int
  let dilation: Int
  let padBegin: Int
  let padEnd: Int
  let input: Int
  let output: Int

  /// The axes of a geometry, rows first; a single axis becomes columns under one row.
  static func rowsAndColumns(_ geometry: WindowGeometry) -> (WindowAxis, WindowAxis) {
    let window = geometry.rowsAndColumns
    return (WindowAxis(window, axis: 0), WindowAxis(window, axis: 1))
  }

  private init(_ window: WindowGeometry, axis: Int) {
    kernel = window.kernel[axis]
    stride = window.strides[axis]
    dilation = window.dilations[axis]
    padBegin = window.padBegin[axis]
    padEnd = window.padEnd[axis]
    input = window.inputExtents[axis]
    output = window.outputExtents[axis]
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
