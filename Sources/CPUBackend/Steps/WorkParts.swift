/// Some rows of a plane, or some columns of its only row.
struct Tile {
  /// Counted image by image.
  var plane: Int
  var rows: Range<Int>
  var columns: Range<Int>
}

/// Cuts planes of rows into parts of some ten thousand elements.
///
/// A part is some planes of an image × a band of rows, or, where a plane is one row, some of its columns.
/// Parts go through an image band by band, as the tiles of convolutions do, so that workers who take equal
/// shares of the parts find what they wrote in their own caches. Small images are taken together.
struct WorkParts: Sendable {
  let planes: Int
  let rows: Int
  let columns: Int
  /// Planes that bands go through together: an image's, or all.
  private let planesTogether: Int
  private let planesPerPart: Int
  private let partsPerBand: Int
  /// Cuts of the rows, or of a single row's columns.
  private let bandCount: Int

  /// Elements of one part; small enough to balance threads, large enough to hide the hand-over.
  static let elementsPerPart = 16_384
  /// Rows of a band, and bands that are enough for planes that are not large.
  private static let leastRows = 4
  private static let usualBands = 8

  /// - Parameters:
  ///   - images: into which the planes fall.
  ///   - cost: the work of one element relative to copying it.
  init(planes: Int, images: Int = 1, rows: Int, columns: Int, cost: Int = 1) {
    self.planes = planes
    self.rows = rows
    self.columns = columns
    let share = max(1, Self.elementsPerPart / max(1, cost))
    let size = rows * columns
    let imagePlanes = planes / max(1, images)
    planesTogether = max(1, imagePlanes * size < share ? planes : imagePlanes)
    let work = planesTogether * size
    // Rows of a single plane are units of work of any kind.
    let isBanded = rows > 1 && planesTogether > 1
    let units = isBanded ? rows / Self.leastRows : rows > 1 ? rows : (columns + 15) / 16
    let wanted = isBanded ? max(Self.usualBands, size / share) : size / share
    bandCount = max(1, min(units, wanted, work / share))
    let groups = max(1, min(planesTogether, work / bandCount / share))
    planesPerPart = (planesTogether + groups - 1) / groups
    partsPerBand = (planesTogether + planesPerPart - 1) / planesPerPart
  }

  var count: Int {
    guard rows > 0, columns > 0, planes > 0 else { return 0 }
    return planes / planesTogether * bandCount * partsPerBand
  }

  /// Calls `body` with what belongs to a part of every plane that it touches.
  @inline(__always)
  func forEachTile(of part: Int, _ body: (Tile) -> Void) {
    let group = part % partsPerBand * planesPerPart
    let band = part / partsPerBand % bandCount
    let first = part / partsPerBand / bandCount * planesTogether
    let planes = first + group..<first + min(group + planesPerPart, planesTogether)
    if rows > 1 {
      let rows = share(band, of: rows)
      for plane in planes { body(Tile(plane: plane, rows: rows, columns: 0..<columns)) }
    } else {
      let units = share(band, of: (columns + 15) / 16)
      let range = units.lowerBound * 16..<min(units.upperBound * 16, columns)
      for plane in planes { body(Tile(plane: plane, rows: 0..<1, columns: range)) }
    }
  }

  private func share(_ index: Int, of count: Int) -> Range<Int> {
    index * count / bandCount..<(index + 1) * count / bandCount
  }
}
