/// acc[i][v] = start[i] + Σ_t weight[t][i] · input[offset[t] + v · step …] for every block of a stream,
/// where start[i] is what the accumulators hold, or the stream's own value. A stream that finishes its
/// rows stores them by its ``Finish`` instead of the accumulators.
///
/// The block's height and the number of vectors are the kernel's own. See ``BlockStream``.
package typealias AccumulateKernel =
  @Sendable (
    _ input: UnsafePointer<Float>, _ stream: BlockStream,
    _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int
  ) -> Void

/// Blocks of rows that share their taps, one after the other.
///
/// A block of height h owns the accumulator rows `firstRow ..< firstRow + h`. Its taps are the next
/// `tapCount` entries of `offsets`, or the first ones where the blocks share their taps; its weights
/// the next `tapCount · h` of `weights`, tap by tap.
package struct BlockStream {
  package struct Block: BitwiseCopyable, Sendable {
    package var firstRow: Int32
    package var tapCount: Int32

    package init(firstRow: Int32, tapCount: Int32) {
      self.firstRow = firstRow
      self.tapCount = tapCount
    }
  }
  package var blocks: UnsafePointer<Block>
  package var blockCount: Int
  /// Floats from the input pointer to a tap's first element.
  package var offsets: UnsafePointer<Int32>
  /// Whether every block has the same taps, stored once.
  package var sharesOffsets: Bool
  package var weights: UnsafePointer<Float>
  /// Where rows start, by accumulator row; `nil` continues from what the accumulators hold.
  package var start: UnsafePointer<Float>?
  /// Where rows end; `nil` leaves them in the accumulators.
  package var finish: UnsafePointer<Finish>?
  /// Floats from the input of one vector to that of the next; read by strided kernels only, the others
  /// take vectors that follow each other.
  package var step: Int
  /// Inputs to ask for while the blocks run: those of the next tile.
  package var ahead: Ahead?

  /// `lineCount` cache lines in each of some planes.
  package struct Ahead {
    package var start: UnsafePointer<Float>
    package var planeStride: Int
    /// Planes for each block, times 65536.
    package var planesPerBlock: Int
    package var lineCount: Int

    package init(
      start: UnsafePointer<Float>, planeStride: Int, planesPerBlock: Int, lineCount: Int
    ) {
      self.start = start
      self.planeStride = planeStride
      self.planesPerBlock = planesPerBlock
      self.lineCount = lineCount
    }
  }

  package init(
    blocks: UnsafePointer<Block>, blockCount: Int, offsets: UnsafePointer<Int32>,
    sharesOffsets: Bool, weights: UnsafePointer<Float>, start: UnsafePointer<Float>?,
    finish: UnsafePointer<Finish>? = nil, step: Int = 0, ahead: Ahead? = nil
  ) {
    self.blocks = blocks
    self.blockCount = blockCount
    self.offsets = offsets
    self.sharesOffsets = sharesOffsets
    self.weights = weights
    self.start = start
    self.finish = finish
    self.step = step
    self.ahead = ahead
  }
}
