/// Some rows of a pool of one plane. Each takes two passes:
///
/// line[x] = the maximum or sum over r of plane[firstRows[p] + r][x], for r below rowTaps[p];
/// out[p][q] = the maximum or sum over s of line[q · stride + s · dilation − padding].
///
/// A column is a pixel, or, where a vector holds the same pixel of several images, all of these.
package struct Pool {
  package var isMaximum: Bool
  package var plane: UnsafePointer<Float>
  /// Floats from one row to the next, and from one row of a window to the next.
  package var pitch: Int
  package var rowStep: Int
  /// For each row of outputs where its window begins inside the plane, and how many rows are inside.
  package var firstRows: UnsafePointer<Int32>
  package var rowTaps: UnsafePointer<Int32>
  package var rowCount: Int
  /// Floats of a row of inputs.
  package var width: Int
  /// Two lines, `lineStride` floats apart; what passes write, and idle elements where nothing is written.
  package var lines: UnsafeMutablePointer<Float>
  package var lineStride: Int
  /// Where a row of inputs begins in its line, and where the last window ends.
  package var padding: Int
  package var lineEnd: Int
  /// Where the first window begins in the line.
  package var firstWindow: Int
  /// Floats from the windows of one vector of outputs to those of the next, and from column to column of a
  /// window.
  package var step: Int
  package var columnStep: Int
  package var columnTaps: Int
  /// Whether a vector of outputs reads every second float.
  package var readsEvenFloats: Bool
  package var output: UnsafeMutablePointer<Float>
  package var outputPitch: Int
  /// Floats of a row of outputs.
  package var count: Int

  @inlinable
  package init(
    isMaximum: Bool, plane: UnsafePointer<Float>, pitch: Int, rowStep: Int,
    firstRows: UnsafePointer<Int32>, rowTaps: UnsafePointer<Int32>, rowCount: Int, width: Int,
    lines: UnsafeMutablePointer<Float>, lineStride: Int, padding: Int, lineEnd: Int,
    firstWindow: Int, step: Int, columnStep: Int, columnTaps: Int, readsEvenFloats: Bool,
    output: UnsafeMutablePointer<Float>, outputPitch: Int, count: Int
  ) {
    self.isMaximum = isMaximum
    self.plane = plane
    self.pitch = pitch
    self.rowStep = rowStep
    self.firstRows = firstRows
    self.rowTaps = rowTaps
    self.rowCount = rowCount
    self.width = width
    self.lines = lines
    self.lineStride = lineStride
    self.padding = padding
    self.lineEnd = lineEnd
    self.firstWindow = firstWindow
    self.step = step
    self.columnStep = columnStep
    self.columnTaps = columnTaps
    self.readsEvenFloats = readsEvenFloats
    self.output = output
    self.outputPitch = outputPitch
    self.count = count
  }
}

package typealias PoolKernel = @Sendable (_ rows: Pool) -> Void
