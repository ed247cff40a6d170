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

  /// A position of the input. Those before its start have wrapped around, and are beyond its end.
  struct Position {
    let y: Value<U32>
    let x: Value<U32>
    let isInside: Value<Predicate>
  }

  /// The position `row` and `column` from where the first tap of the first output stands.
  func position(row: Value<U32>, column: Value<U32>) -> Position {
    let y = firstRow * Value<U32>(window.stride.vertical) - arguments.paddingTop + row
    let x = self.column * Value<U32>(window.stride.horizontal) - arguments.paddingLeft + column
    return Position(
      y: y, x: x, isInside: y < arguments.inputHeight && x < arguments.inputWidth)
  }

  /// The vector at a position; `outside` where that is none.
  func load(_ position: Position, outside: Double) -> [Value<F16x2>] {
    let vector = builder.variables(4, F16x2.self, initially: Value(outside))
    let row = multiplyAdd(plane, arguments.inputHeight, position.y)
    let pixel = multiplyAdd(row, arguments.inputWidth, position.x)
    builder.if(position.isInside) {
      let loaded = arguments.input.advanced(by: pixel * 4).loadVector(4)
      for (variable, value) in zip(vector, loaded) { variable.value = value }
    }
    return vector.map(\.value)
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
