internal import KernelIR

/// A thread's share of a window's outputs: `rows` neighbours of a column, each a vector of 8 images.
/// Neighbouring threads have neighbouring columns, so that warps access runs of memory.
struct WindowStrip {
  /// The output's.
  let channel: Value<U32>
  /// Whether the thread has outputs.
  let isActive: Value<Predicate>
  private let firstRow: Value<U32>
  private let column: Value<U32>
  private let builder: KernelBuilder
  private let arguments: KernelArguments<WindowArguments>
  private let window: LanesWindow
  private let element: KernelElement

  /// Threads of a block.
  static let threadCount = 256

  init(
    _ k: KernelBuilder, _ a: KernelArguments<WindowArguments>, _ window: LanesWindow,
    _ element: KernelElement, rows: Int
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
    self.element = element
  }

  /// Where taps of the strip's outputs stand, `columns` to the right of the first output's first tap.
  ///
  /// Positions before the input's start wrap around, and so lie beyond its end.
  struct TapColumn {
    let x: Value<U32>
    let firstY: Value<U32>
    /// The first tap's vector in the tensor. It wraps around too, and back where rows below are inside.
    private let first: Value<U32>
    private let arguments: KernelArguments<WindowArguments>
    private let builder: KernelBuilder
    private let element: KernelElement

    fileprivate init(
      _ strip: WindowStrip, channel: Value<U32>, y: Value<U32>, x: Value<U32>
    ) {
      let a = strip.arguments
      self.x = x
      firstY = y
      first = multiplyAdd(
        strip.builder.blockIndex.y, a.inputGroupStride,
        multiplyAdd(multiplyAdd(channel, a.inputHeight, y), a.inputWidth, x))
      arguments = a
      builder = strip.builder
      element = strip.element
    }

    func isInside(row: Value<U32>) -> Value<Predicate> {
      firstY + row < arguments.inputHeight && x < arguments.inputWidth
    }

    /// The vector `row` rows below the first tap, in registers of a type; `outside` where that is no element.
    func load<T: KernelFloat>(
      as type: T.Type, row: Value<U32>, outside: Double
    ) -> [Value<T>] {
      let byteCount = element.lanesByteCount
      let count = byteCount / GlobalPointer<T>.stride
      let vector = builder.variables(count, T.self, initially: Value(outside))
      builder.if(isInside(row: row)) {
        let place = first + row * arguments.inputWidth
        let source = arguments.input.advanced(by: place, rowsOf: Value<U32>(byteCount))
        let loaded = stride(from: 0, to: count, by: 4).flatMap {
          source.cast(to: T.self).advanced(by: $0).loadVector(4)
        }
        for (variable, value) in zip(vector, loaded) { variable.value = value }
      }
      return vector.map(\.value)
    }

    /// The same, as numbers.
    func load(row: Value<U32>, outside: Double) -> [Value<F32>] {
      switch element {
      case .f32: load(as: F32.self, row: row, outside: outside)
      case .f16: load(as: F16x2.self, row: row, outside: outside).flatMap(\.floats)
      case .bf16: load(as: BF16x2.self, row: row, outside: outside).flatMap(\.floatList)
      }
    }
  }

  func taps(column: Value<U32>) -> TapColumn {
    TapColumn(
      self,
      channel: window.multiplier == 1 ? channel : arguments.multiplier.divide(channel).quotient,
      y: firstRow * Value<U32>(window.stride.vertical) - arguments.paddingTop,
      x: self.column * Value<U32>(window.stride.horizontal) - arguments.paddingLeft + column)
  }

  /// Stores the vector that `body` makes of the strip's output `index`, if there is such a row.
  ///
  /// - Parameter body: gets the output's vector within its group of images.
  func store(index: Int, _ body: (_ place: Value<U32>) -> [Value<F32>]) {
    withOutput(index) { target, place in
      ElementPointer(target, element).store(body(place))
    }
  }

  /// Stores a vector that has the elements' type already.
  func store<T: KernelFloat>(index: Int, packed values: [Value<T>]) {
    withOutput(index) { target, _ in
      for start in stride(from: 0, to: values.count, by: 4) {
        target.cast(to: T.self).advanced(by: start)
          .storeVector(Array(values[start..<(start + 4)]))
      }
    }
  }

  private func withOutput(
    _ index: Int, _ body: (_ target: GlobalPointer<U32>, _ place: Value<U32>) -> Void
  ) {
    let row = firstRow + Value<U32>(index)
    builder.if(row < arguments.outputHeight) {
      let line = multiplyAdd(channel, arguments.outputHeight, row)
      let place = multiplyAdd(line, arguments.outputWidth.divisor, column)
      let vector = multiplyAdd(builder.blockIndex.y, arguments.outputGroupStride, place)
      body(
        arguments.output.advanced(by: vector, rowsOf: Value<U32>(element.lanesByteCount)), place)
    }
  }
}
