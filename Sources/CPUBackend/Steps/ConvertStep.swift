package import Tensors

/// Copies a [N, C, H, W] or [N, C, W] tensor from one layout to another: row-major or planes, of
/// any halo, pitch, phases and lanes.
package struct ConvertStep: Step {
  private let source: CellGrid
  private let target: CellGrid
  private let sourceOffset: Int
  private let targetOffset: Int
  /// For each phase of the target, whether it is written.
  private let phases: AlignedArray<Bool>
  private let parts: WorkParts
  /// Groups of the target whose planes alternate.
  private let together: Int
  /// Both tensors as rows, where neither has lanes or phases.
  private let rows: (from: PlaneGrid, to: PlaneGrid)?

  /// - Parameter neededPhases: the phases of the target that are written, counted row by row; by default
  ///   all are.
  /// - Throws: `internal` where the shapes differ, `outOfMemory`.
  package init(from: Located, to: Located, neededPhases: Set<Int>? = nil) throws(HewnError) {
    source = CellGrid(from.buffer)
    target = CellGrid(to.buffer)
    sourceOffset = from.placement.offset
    targetOffset = to.placement.offset
    guard source.extents == target.extents else {
      throw HewnError(
        .internal, "\(from.buffer.name) \(from.shape) converted to \(to.buffer.name) \(to.shape)")
    }
    let phases = (0..<target.phaseCount).map { neededPhases?.contains($0) ?? true }
    self.phases = try AlignedArray(phases)
    rows =
      if let fromRows = source.rows, let toRows = target.rows { (fromRows, toRows) } else { nil }
    // Images that share cells of the source go together, plane by plane: each cell is then read once for all.
    together = target.lanes == 1 ? source.lanes : 1
    let sets = target.groups.dividedRoundingUp(by: together)
    parts = WorkParts(
      planes: sets * together * target.channels, images: sets, rows: target.planeHeight,
      columns: 1,
      cost: target.verticalPhases * target.width * target.lanes)
  }

  package var partCount: Int { parts.count }

  package func run(part: Int, in memory: StepMemory) {
    let from = UnsafePointer(memory.arena + sourceOffset)
    let to = memory.arena + targetOffset
    parts.forEachTile(of: part) { tile in
      if let rows {
        var tile = tile
        tile.columns = 0..<target.width
        rows.to.copy(tile, from: from + rows.from.offset(of: tile), pitch: rows.from.pitch, to: to)
        return
      }
      let plane = tile.plane / together
      let group = plane / target.channels * together + tile.plane % together
      let channel = plane % target.channels
      guard group < target.groups else { return }
      for planeRow in tile.rows {
        for phase in 0..<target.verticalPhases {
          let y = planeRow * target.verticalPhases + phase
          if isPairwise && y < target.height {
            copyPairs(y, group: group, channel: channel, from: from, to: to)
          } else {
            copyRow(y, group: group, channel: channel, from: from, to: to)
          }
        }
      }
      zeroEnds(of: tile.rows, group: group, channel: channel, at: to)
    }
  }

  /// Whether rows are split into, or merged from, two horizontal phases.
  private var isPairwise: Bool {
    guard source.lanes == 1, target.lanes == 1 else { return false }
    return source.horizontalPhases == 2 && target.horizontalPhases == 1
      || source.horizontalPhases == 1 && target.horizontalPhases == 2
  }

  /// Splits or merges the even and odd elements of a row in one pass.
  private func copyPairs(
    _ y: Int, group: Int, channel: Int, from: UnsafePointer<Float>,
    to: UnsafeMutablePointer<Float>
  ) {
    let row = to + target.offset(group: group, channel: channel, y: y, phase: 0)
    let x = from + source.offset(group: group, channel: channel, y: y, phase: 0)
    let (width, pairs) = (target.width, target.width / 2)
    if target.horizontalPhases == 2 {
      let phase = y % target.verticalPhases * 2
      if phases.pointer[phase] {
        copyEven(x, count: width - pairs, to: row)
        row.zero(at: width - pairs, count: target.pitch - width + pairs)
      }
      if phases.pointer[phase + 1] {
        let odd = row + target.planeStride
        copyEven(x + 1, count: pairs, to: odd)
        odd.zero(at: pairs, count: target.pitch - pairs)
      }
    } else {
      let odd = x + source.planeStride
      var i = 0
      while i < pairs {
        row[2 &* i] = x[i]
        row[2 &* i &+ 1] = odd[i]
        i &+= 1
      }
      if width % 2 == 1 { row[width - 1] = x[pairs] }
      row.zero(at: width, count: target.pitch - width)
    }
  }

  /// Copies every second element, the first one included. May read one element more, which the arena has.
  @inline(__always)
  private func copyEven(
    _ x: UnsafePointer<Float>, count: Int, to y: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i &+ 8 <= count {
      y.store(x.evenVector(at: 2 &* i), at: i)
      i &+= 8
    }
    if i < count, count > 8 {
      // Some of the last eight once more.
      i = count &- 8
      y.store(x.evenVector(at: 2 &* i), at: i)
      return
    }
    while i < count {
      y[i] = x[2 &* i]
      i &+= 1
    }
  }

  /// Writes row `y` to each of its phases, with the gaps after it; beyond the last row, zeros.
  private func copyRow(
    _ y: Int, group: Int, channel: Int, from: UnsafePointer<Float>,
    to: UnsafeMutablePointer<Float>
  ) {
    let firstPhase = y % target.verticalPhases * target.horizontalPhases
    for phase in 0..<target.horizontalPhases where phases.pointer[firstPhase + phase] {
      let row = to + target.offset(group: group, channel: channel, y: y, phase: phase)
      let count = y < target.height ? target.rowWidth(phase: phase) : 0
      if source.lanes == target.lanes {
        copyCells(
          phase: phase, count: count, y: y, group: group, lane: 0, channel: channel, from: from,
          to: row)
      } else if isTransposing {
        transposeImages(
          count: count, y: y, group: group, channel: channel, from: from, to: row)
      } else {
        for lane in 0..<target.lanes {
          copyLane(
            lane, phase: phase, count: count, y: y, group: group, channel: channel, from: from,
            to: row)
        }
      }
      row.zero(at: count * target.lanes, count: (target.pitch - count) * target.lanes)
    }
  }

  /// Whether rows of single images become cells, four images at a time.
  private var isTransposing: Bool {
    source.lanes == 1 && target.lanes % 4 == 0 && source.horizontalPhases == 1
      && target.horizontalPhases == 1
  }

  /// Writes a row of cells from the rows of its images, in squares of four images and four pixels.
  private func transposeImages(
    count: Int, y: Int, group: Int, channel: Int, from: UnsafePointer<Float>,
    to row: UnsafeMutablePointer<Float>
  ) {
    let lanes = target.lanes
    let stride = source.groupStride
    for lane in Swift.stride(from: 0, to: lanes, by: 4) {
      let image = group * lanes + lane
      guard count > 0, image + 4 <= source.images else {
        for lane in lane..<lane + 4 {
          copyLane(
            lane, phase: 0, count: count, y: y, group: group, channel: channel, from: from, to: row)
        }
        continue
      }
      let x = from + source.offset(group: image, channel: channel, y: y, phase: 0)
      let cells = row + lane
      var i = 0
      while i &+ 4 <= count {
        transposeSquare(x, stride, to: cells, at: i)
        i &+= 4
      }
      if i < count, count > 4 {
        // Some of the last four pixels once more.
        transposeSquare(x, stride, to: cells, at: count &- 4)
        continue
      }
      while i < count {
        for image in 0..<4 { cells[i &* lanes &+ image] = x[i &+ image &* stride] }
        i &+= 1
      }
    }
  }

  /// Copies pixels `i` to `i + 3` of four images, `stride` floats apart.
  @inline(__always)
  private func transposeSquare(
    _ x: UnsafePointer<Float>, _ stride: Int, to cells: UnsafeMutablePointer<Float>, at i: Int
  ) {
    let lanes = target.lanes
    let (a, b) = (x.quad(at: i), x.quad(at: i &+ stride))
    let (c, d) = (x.quad(at: i &+ 2 &* stride), x.quad(at: i &+ 3 &* stride))
    cells.store(SIMD4(a[0], b[0], c[0], d[0]), at: i &* lanes)
    cells.store(SIMD4(a[1], b[1], c[1], d[1]), at: (i &+ 1) &* lanes)
    cells.store(SIMD4(a[2], b[2], c[2], d[2]), at: (i &+ 2) &* lanes)
    cells.store(SIMD4(a[3], b[3], c[3], d[3]), at: (i &+ 3) &* lanes)
  }

  /// Writes one image's elements of a row where images are grouped differently.
  private func copyLane(
    _ lane: Int, phase: Int, count: Int, y: Int, group: Int, channel: Int,
    from: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>
  ) {
    let image = group * target.lanes + lane
    if image < target.images {
      copyCells(
        phase: phase, count: count, y: y, group: image / source.lanes, lane: image % source.lanes,
        channel: channel, from: from, to: row + lane)
    } else {
      for i in 0..<count { row[i &* target.lanes &+ lane] = 0 }
    }
  }

  /// Writes the cells of a target phase from the source phases that hold them: whole cells where
  /// both have the same lanes, else one lane.
  private func copyCells(
    phase: Int, count: Int, y: Int, group: Int, lane: Int, channel: Int,
    from: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>
  ) {
    guard count > 0 else { return }
    let (sourcePhases, targetPhases) = (source.horizontalPhases, target.horizontalPhases)
    if sourcePhases == 1 || sourcePhases == targetPhases {
      let isSplitAlike = sourcePhases == targetPhases
      let start = source.offset(
        group: group, channel: channel, y: y, phase: isSplitAlike ? phase : 0)
      let first = isSplitAlike ? 0 : phase * source.lanes
      copy(
        from + start + first + lane, step: isSplitAlike ? 1 : targetPhases, to: row, step: 1,
        count: count)
    } else {
      // Source phase k holds every cell x of the row with x mod phases = k.
      for k in 0..<sourcePhases {
        let start = from + source.offset(group: group, channel: channel, y: y, phase: k) + lane
        if targetPhases == 1 {
          copy(
            start, step: 1, to: row + k * target.lanes, step: sourcePhases,
            count: (count - k + sourcePhases - 1) / sourcePhases)
        } else {
          for i in 0..<count where (i * targetPhases + phase) % sourcePhases == k {
            let x = (i * targetPhases + phase) / sourcePhases
            copy(
              start + x * source.lanes, step: 1, to: row + i * target.lanes, step: 1, count: 1)
          }
        }
      }
    }
  }

  /// Copies `count` cells; steps are in cells.
  @inline(__always)
  private func copy(
    _ x: UnsafePointer<Float>, step xStep: Int, to y: UnsafeMutablePointer<Float>,
    step yStep: Int, count: Int
  ) {
    guard count > 0 else { return }
    let (xLanes, yLanes) = (source.lanes, target.lanes)
    if xLanes == yLanes && xStep == 1 && yStep == 1 {
      y.update(from: x, count: count * yLanes)
    } else if xLanes == yLanes && xLanes > 1 {
      for i in 0..<count {
        (y + i &* yStep &* xLanes).update(from: x + i &* xStep &* xLanes, count: xLanes)
      }
    } else if xLanes == 1 && yLanes == 1 && xStep == 2 && yStep == 1 {
      copyEven(x, count: count, to: y)
    } else {
      let (xFloats, yFloats) = (xStep * xLanes, yStep * yLanes)
      for i in 0..<count { y[i &* yFloats] = x[i &* xFloats] }
    }
  }

  /// Zeroes what comes before an image with its first row, and after each plane with its last.
  private func zeroEnds(
    of rows: Range<Int>, group: Int, channel: Int, at base: UnsafeMutablePointer<Float>
  ) {
    guard let planes = target.planes else { return }
    let image = group * target.lanes
    if rows.lowerBound == 0 && channel == 0 { planes.zeroHead(of: image, at: base) }
    guard rows.upperBound == target.planeHeight else { return }
    // The end of a plane is the halo of the next one, too.
    for phase in 0..<target.phaseCount
    where phases.pointer[phase] || phases.pointer[(phase + 1) % target.phaseCount] {
      planes.zeroTail(ofPlane: channel * target.phaseCount + phase, image: image, at: base)
    }
  }
}
