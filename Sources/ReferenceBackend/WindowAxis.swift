internal import Graphs

/// One spatial axis of a window operator: tap r of slot i stands on position
/// i · stride + r · dilation − padBegin.
///
/// Slots are outputs and positions inputs where a window slides over its input; in a transposed
/// convolution it is the other way round.
struct WindowAxis {
  let kernel: Int
  let stride: Int
  let dilation: Int
  let padBegin: Int
  let padEnd: Int
  let slots: Int
  let positions: Int

  /// The axes of a window that slides over its input.
  static func sliding(_ geometry: WindowGeometry) -> [WindowAxis] {
    geometry.kernel.indices.map {
      WindowAxis(
        geometry, $0, slots: geometry.outputExtents[$0], positions: geometry.inputExtents[$0])
    }
  }

  /// The axes of a transposed convolution.
  static func transposed(_ geometry: WindowGeometry) -> [WindowAxis] {
    geometry.kernel.indices.map {
      WindowAxis(
        geometry, $0, slots: geometry.inputExtents[$0], positions: geometry.outputExtents[$0])
    }
  }

  private init(_ geometry: WindowGeometry, _ axis: Int, slots: Int, positions: Int) {
    kernel = geometry.kernel[axis]
    stride = geometry.strides[axis]
    dilation = geometry.dilations[axis]
    padBegin = geometry.padBegin[axis]
    padEnd = geometry.padEnd[axis]
    self.slots = slots
    self.positions = positions
  }

  func position(slot: Int, tap: Int) -> Int { slot * stride + tap * dilation - padBegin }

  /// The positions in `0..<positions` that a slot's taps stand on.
  func positionsInside(slot: Int) -> [Int] {
    taps(of: slot, on: 0..<positions).map { position(slot: slot, tap: $0) }
  }

  /// How many of a slot's taps stand on positions or padding.
  func paddedCount(slot: Int) -> Int { taps(of: slot, on: -padBegin..<positions + padEnd).count }

  /// The taps of a slot that stand in a range.
  private func taps(of slot: Int, on range: Range<Int>) -> Range<Int> {
    let start = position(slot: slot, tap: 0)
    let before = max(0, range.lowerBound - start)
    let first = (before + dilation - 1) / dilation
    let end = start >= range.upperBound ? 0 : (range.upperBound - 1 - start) / dilation + 1
    return first < min(kernel, end) ? first..<min(kernel, end) : 0..<0
  }

  /// The slots from which a tap stands on a position in `0..<positions`.
  func slotsInside(tap: Int) -> Range<Int> {
    let start = position(slot: 0, tap: tap)
    let first = start >= 0 ? 0 : (stride - 1 - start) / stride
    let end = start >= positions ? 0 : min(slots, (positions - 1 - start) / stride + 1)
    return first < end ? first..<end : 0..<0
  }
}

/// All pairs of a slot and a tap that stand on a position, for any number of axes, as runs of slots
/// along the last axis.
struct WindowRuns {
  private let axes: [WindowAxis]
  /// The slots inside, by axis and tap.
  private let slots: [[Range<Int>]]

  init(_ axes: [WindowAxis]) {
    self.axes = axes
    slots = axes.map { axis in (0..<axis.kernel).map(axis.slotsInside) }
  }

  /// What the position moves from one slot of a run to the next.
  var stride: Int { axes[axes.count - 1].stride }

  /// Calls `body` with the tap, the first slot, its position, and the number of slots of every run;
  /// taps, slots and positions counted in row-major order.
  func forEach(_ body: (_ tap: Int, _ slot: Int, _ position: Int, _ count: Int) -> Void) {
    visit(axis: 0, tap: 0, slot: 0, position: 0, body)
  }

  private func visit(
    axis index: Int, tap: Int, slot: Int, position: Int, _ body: (Int, Int, Int, Int) -> Void
  ) {
    let axis = axes[index]
    for r in 0..<axis.kernel {
      let (tap, range) = (tap * axis.kernel + r, slots[index][r])
      if index == axes.count - 1 {
        guard !range.isEmpty else { continue }
        body(
          tap, slot * axis.slots + range.lowerBound,
          position * axis.positions + axis.position(slot: range.lowerBound, tap: r), range.count)
        continue
      }
      for i in range {
        visit(
          axis: index + 1, tap: tap, slot: slot * axis.slots + i,
          position: position * axis.positions + axis.position(slot: i, tap: r), body)
      }
    }
  }
}

/// The windows of a pool, for any number of axes.
struct WindowElements {
  private let axes: [WindowAxis]

  init(_ geometry: WindowGeometry) { axes = WindowAxis.sliding(geometry) }

  /// Calls `body` for every window in row-major order, with the positions of its elements in a
  /// plane and how many taps stand on elements or padding; what lies beyond the padding is neither.
  func forEach(_ body: (_ positions: [Int], _ paddedCount: Int) -> Void) {
    visit(axis: 0, positions: [0], paddedCount: 1, body)
  }

  private func visit(
    axis index: Int, positions: [Int], paddedCount: Int, _ body: ([Int], Int) -> Void
  ) {
    guard index < axes.count else { return body(positions, paddedCount) }
    let axis = axes[index]
    for slot in 0..<axis.slots {
      let inside = axis.positionsInside(slot: slot)
      visit(
        axis: index + 1,
        positions: positions.flatMap { before in inside.map { before * axis.positions + $0 } },
        paddedCount: paddedCount * axis.paddedCount(slot: slot), body)
    }
  }
}
