internal import KernelIR

/// A thread's share of a window's outputs: `rows` neighbours of a column, each a vector of 8 images.
/// Neighbouring threads have neighbouring columns, so that warps access runs of memory.
struct WindowStrip {
  let channel: Value<U32>
  /// Whether the thread has outputs.
  let isActive: Value<Predicate>
  private let firstRow: Value<U32>
  private let column: Value<U32>
  private let builder: KernelBuilder
  private let arguments: KernelArguments<WindowArguments>
  private let window: LanesWindow

  /// Threads of a block.
  static let threadCount = 256

  init(
    _ k: KernelBuilder, _ a: KernelArguments<WindowArguments>, _ window: LanesWindow, rows: Int
  ) {
    let thread = k.blockIndex.x * Value<U32>(Self.threadCount) + k.threadIndex
    let (above, column) = a.outputWidth.divide(thread)
    let (channel, strip) = a.strips.divide(above)
    self.channel = channel
    self.column = column
    firstRow = strip * Value<U32>(rows)
    isActive = channel < a.channels
    builder = k
    arguments = a
    self.window = window
  }

  /// The plane's number in the tensor.
  private var plane: Value<U32> {
    multiplyAdd(builder.blockIndex.y, arguments.channels, channel)
  }

  /// Where taps of the strip's outputs stand, `columns` to the right of the first output's first tap.
  ///
  /// Positions before the input's start wrap around, and so lie beyond its end.
  struct TapColumn {
    let x: Value<U32>
    let firstY: Value<U32>
    /// The first tap's pixel in the tensor. It wraps around too, and back where rows below are inside.
    private let first: Value<U32>
    private let arguments: KernelArguments<WindowArguments>
    private let builder: KernelBuilder

    fileprivate init(
      _ k: KernelBuilder, _ a: KernelArguments<WindowArguments>, plane: Value<U32>,
      y: Value<U32>, x: Value<U32>
    ) {
      self.x = x
      firstY = y
      first = multiplyAdd(multiplyAdd(plane, a.inputHeight, y), a.inputWidth, x)
      arguments = a
      builder = k
    }

    func isInside(row: Value<U32>) -> Value<Predicate> {
      firstY + row < arguments.inputHeight && x < arguments.inputWidth
    }

    /// The vector `row` rows below the first tap; `outside` where that is no element.
    func load(row: Value<U32>, outside: Double) -> [Value<F16x2>] {
      let vector = builder.variables(4, F16x2.self, initially: Value(outside))
      builder.if(isInside(row: row)) {
        let pixel = first + row * arguments.inputWidth
        let source = arguments.input.advanced(by: pixel, rowsOf: 16)
        for (variable, value) in zip(vector, source.loadVector(4)) { variable.value = value }
      }
      return vector.map(\.value)
    }
  }

  func taps(column: Value<U32>) -> TapColumn {
    TapColumn(
      builder, arguments, plane: plane,
      y: firstRow * Value<U32>(window.stride.vertical) - arguments.paddingTop,
      x: self.column * Value<U32>(window.stride.horizontal) - arguments.paddingLeft + column)
  }

  /// Stores the vector of the strip's output `index`, if there is such a row.
  func store(_ vector: [Value<F16x2>], index: Int) {
    let row = firstRow + Value<U32>(index)
    builder.if(row < arguments.outputHeight) {
      let line = multiplyAdd(plane, arguments.outputHeight, row)
      let pixel = multiplyAdd(line, arguments.outputWidth.divisor, column)
      arguments.output.advanced(by: pixel * 4).storeVector(vector)
    }
  }
}
