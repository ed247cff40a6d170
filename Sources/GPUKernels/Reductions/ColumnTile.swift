internal import KernelIR

/// A block's share of [outer, axis, inner]: up to 32 neighbouring columns of one outer index, whose rows
/// the block's groups take in turns. Warps read whole rows of the tile.
struct ColumnTile {
  /// The columns of a tile.
  static func width(_ range: AxisRange) -> Int { min(range.inner, 32) }

  /// The groups of a block, a power of two.
  static func groupCount(width: Int) -> Int {
    1 << (Int.bitWidth - 1 - (AxisForm.threadCount / width).leadingZeroBitCount)
  }

  /// The thread's group; those beyond the last have nothing to do.
  let group: Value<U32>
  let isActive: Value<Predicate>
  /// The element of the thread's column in row 0.
  let origin: Value<U32>
  /// The column's place among the outputs.
  let output: Value<U32>
  private let builder: KernelBuilder
  private let arguments: KernelArguments<AxisArguments>
  private let part: AxisPart

  /// - Parameter part: the rows that the block takes.
  init(_ k: KernelBuilder, _ a: KernelArguments<AxisArguments>, _ part: AxisPart) {
    let (group, column) = a.width.divide(k.threadIndex)
    let (outer, tile) = a.tiles.divide(k.blockIndex.x)
    let inner = multiplyAdd(tile, a.width.divisor, column)
    self.group = group
    isActive = group < a.groups && inner < a.inner.divisor
    origin = multiplyAdd(outer * a.axis, a.inner.divisor, inner)
    output = multiplyAdd(part.row(of: outer), a.inner.divisor, inner)
    builder = k
    arguments = a
    self.part = part
  }

  /// Runs `body` for each row of the part that is the thread's group's, with the element's place.
  func forEachRow(_ body: (Value<U32>) -> Void) {
    builder.if(isActive) {
      builder.loop(from: part.start + group, to: part.end, by: arguments.groups) { row in
        body(multiplyAdd(row, arguments.inner.divisor, origin))
      }
    }
  }

  /// The state of all groups in group 0, by a tree: the order does not depend on time.
  ///
  /// All threads of the block call it; `shared` holds a state of each.
  func combine(
    _ state: StateVariables, through shared: [SharedPointer<F32>],
    _ combine: ([Value<F32>], [Value<F32>]) -> [Value<F32>]
  ) {
    let k = builder
    func publish() {
      for (pointer, value) in zip(shared, state.values) { pointer[k.threadIndex] = value }
    }
    publish()
    k.barrier()
    let step = k.variable(U32.self, "step", initially: arguments.groups >> 1)
    k.loop(while: { step.value > 0 }) {
      k.if(group < step.value) {
        let other = multiplyAdd(step.value, arguments.width.divisor, k.threadIndex)
        state.values = combine(state.values, shared.map { $0[other] })
        publish()
      }
      k.barrier()
      step.value = step.value >> 1
    }
  }
}
