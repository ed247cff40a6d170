/// Some rows of a plane, or some columns of its only row.
struct Tile {
  /// Counted image by image.
  var plane: Int
  var rows: Range<Int>
  var columns: Range<Int>
}

/// Cuts planes of rows into parts of some ten thousand elements.
///
/// A part is whole planes, or some rows of one plane, or, where a plane is one row, some of its
/// columns.
struct WorkParts: Sendable {
  let planes: Int
  let rows: Int
  let columns: Int
  private let planesPerPart: Int
  private let partsPerPlane: Int

  /// Elements of one part; small enough to balance threads, large enough to hide the hand-over.
  static let elementsPerPart = 16_384

  /// - Parameter cost: the work of one element relative to copying it.
  init(planes: Int, rows: Int, columns: Int, cost: Int = 1) {
    self.planes = planes
    self.rows = rows
    self.columns = columns
    let share = max(1, Self.elementsPerPart / max(1, cost))
    let size = rows * columns
    if size == 0 || size < 2 * share {
      planesPerPart = max(1, share / max(1, size))
      partsPerPlane = 1
    } else {
      planesPerPart = 1
      partsPerPlane = min(size / share, rows > 1 ? rows : (columns + 15) / 16)
    }
  }

  var count: Int {
    guard rows > 0, columns > 0 else { return 0 }
    return (planes + planesPerPart - 1) / planesPerPart * partsPerPlane
  }

  /// Calls `body` with what belongs to a part of every plane that it touches.
  @inline(__always)
  func forEachTile(of part: Int, _ body: (Tile) -> Void) {
    if partsPerPlane == 1 {
      let first = part * planesPerPart
      for plane in first..<min(first + planesPerPart, planes) {
        body(Tile(plane: plane, rows: 0..<rows, columns: 0..<columns))
      }
    } else if rows > 1 {
      let rows = share(part % partsPerPlane, of: rows)
      body(Tile(plane: part / partsPerPlane, rows: rows, columns: 0..<columns))
    } else {
      let units = share(part % partsPerPlane, of: (columns + 15) / 16)
      let range = units.lowerBound * 16..<min(units.upperBound * 16, columns)
      body(Tile(plane: part / partsPerPlane, rows: 0..<1, columns: range))
    }
  }

  private func share(_ index: Int, of count: Int) -> Range<Int> {
    index * count / partsPerPlane..<(index + 1) * count / partsPerPlane
  }
}
