internal import CPUKernels
internal import Tensors

extension BlockProgram {
  /// Numbers of a section's record: branch, rows, streams.
  private static let sectionFields = 3
  /// Numbers of a stream's record: height, blocks, whether it starts rows from their bias, whether it
  /// finishes them, whether its blocks share their offsets.
  private static let streamFields = 5
  /// Most vectors of a tile that a file may ask for: scratch memory grows with them.
  private static let tileLimit: Int32 = 64

  /// The program as a file holds it. Where sections, streams and blocks start is not stored: each
  /// starts where the one before ends.
  func arrays() throws(HewnError) -> [PackedArray] {
    let sectionRecords = (0..<sections.count).flatMap { index in
      let section = sections.pointer[index]
      return [section.branch, section.rowCount, section.streamCount].map { Int32($0) }
    }
    let streamRecords = (0..<streams.count).flatMap { index in
      let stream = streams.pointer[index]
      return [
        Int32(stream.height), Int32(stream.blockCount), stream.startsFromBias ? 1 : 0,
        stream.finishes ? 1 : 0, stream.sharesOffsets ? 1 : 0,
      ]
    }
    return [
      PackedArray("tile", try AlignedArray([Int32(tileVectors)]), .int32),
      PackedArray("sections", try AlignedArray(sectionRecords), .int32),
      PackedArray("streams", try AlignedArray(streamRecords), .int32),
      PackedArray("blocks", blocks, .int32), PackedArray("offsets", offsets, .int32),
      PackedArray("weights", weights, .float32), PackedArray("bias", bias, .float32),
      PackedArray("filters", filters, .int32),
    ]
  }

  /// Reads a program from a file.
  ///
  /// - Throws: `invalidFile` for records that do not add up to the arrays, `outOfMemory`.
  init(_ arrays: StoredArrays) throws(HewnError) {
    let tile = try arrays.array("tile", .int32, of: Int32.self)
    guard tile.count == 1, (1...Self.tileLimit).contains(tile.pointer[0]) else {
      throw HewnError(.invalidFile, "a packed convolution is malformed: its tile")
    }
    tileVectors = Int(tile.pointer[0])
    blocks = try arrays.array("blocks", .int32)
    offsets = try arrays.array("offsets", .int32)
    weights = try arrays.array("weights", .float32)
    bias = try arrays.array("bias", .float32)
    filters = try arrays.array("filters", .int32)
    var reader = BlockProgramReader(
      sectionRecords: try Self.records(arrays, "sections", fields: Self.sectionFields),
      streamRecords: try Self.records(arrays, "streams", fields: Self.streamFields),
      blocks: blocks, offsetCount: offsets.count, weightCount: weights.count,
      rowCount: filters.count)
    try reader.read()
    guard bias.count == filters.count else {
      throw HewnError(.invalidFile, "\(bias.count) biases for \(filters.count) rows")
    }
    sections = try AlignedArray(reader.sections)
    streams = try AlignedArray(reader.streams)
  }

  private static func records(
    _ arrays: StoredArrays, _ name: String, fields: Int
  ) throws(HewnError) -> [ArraySlice<Int32>] {
    let array = try arrays.array(name, .int32, of: Int32.self)
    guard array.count.isMultiple(of: fields) else {
      throw HewnError(
        .invalidFile, "array \"\(name)\" has \(array.count) numbers, no multiple of \(fields)")
    }
    let numbers = Array(UnsafeBufferPointer(start: array.pointer, count: array.count))
    return stride(from: 0, to: numbers.count, by: fields).map { numbers[$0..<$0 + fields] }
  }
}

/// Reads records into sections and streams that follow each other.
private struct BlockProgramReader {
  private let sectionRecords: [ArraySlice<Int32>]
  private let streamRecords: [ArraySlice<Int32>]
  private let blocks: AlignedArray<BlockStream.Block>
  private let offsetCount: Int
  private let weightCount: Int
  private let rowCount: Int
  private(set) var sections: [BlockProgram.Section] = []
  private(set) var streams: [BlockProgram.Stream] = []
  /// What the streams so far have taken.
  private var usedBlocks = 0
  private var usedOffsets = 0
  private var usedWeights = 0

  init(
    sectionRecords: [ArraySlice<Int32>], streamRecords: [ArraySlice<Int32>],
    blocks: AlignedArray<BlockStream.Block>, offsetCount: Int, weightCount: Int, rowCount: Int
  ) {
    self.sectionRecords = sectionRecords
    self.streamRecords = streamRecords
    self.blocks = blocks
    self.offsetCount = offsetCount
    self.weightCount = weightCount
    self.rowCount = rowCount
  }

  mutating func read() throws(HewnError) {
    var usedRows = 0
    for record in sectionRecords {
      let fields = record.map(Int.init)
      let section = BlockProgram.Section(
        branch: fields[0], firstStream: streams.count, streamCount: fields[2],
        firstRow: usedRows, rowCount: fields[1])
      guard section.branch >= 0, section.rowCount >= 1, section.streamCount >= 0,
        section.rowCount <= rowCount - usedRows,
        section.streamCount <= streamRecords.count - streams.count
      else { throw failure("section \(sections.count) is \(fields)") }
      usedRows += section.rowCount
      sections.append(section)
      var rows = [RowState](repeating: .untouched, count: section.rowCount)
      for _ in 0..<section.streamCount { try readStream(&rows) }
      guard rows.allSatisfy({ $0 == .finished }) else {
        throw failure("section \(sections.count - 1) does not finish all of its rows")
      }
    }
    guard usedRows == rowCount, streams.count == streamRecords.count,
      usedBlocks == blocks.count, usedOffsets == offsetCount, usedWeights == weightCount
    else { throw failure("its arrays hold more than its sections") }
  }

  /// What the streams so far have done with a row.
  private enum RowState { case untouched, started, finished }

  /// - Parameter rows: those of the section.
  private mutating func readStream(_ rows: inout [RowState]) throws(HewnError) {
    let fields = streamRecords[streams.count].map(Int.init)
    let stream = BlockProgram.Stream(
      height: fields[0], firstBlock: usedBlocks, blockCount: fields[1],
      firstOffset: usedOffsets, firstWeight: usedWeights, sharesOffsets: fields[4] != 0,
      startsFromBias: fields[2] != 0, finishes: fields[3] != 0)
    guard stream.height >= 1, stream.blockCount >= 1,
      stream.blockCount <= blocks.count - usedBlocks
    else { throw failure("stream \(streams.count) is \(fields)") }
    let taps = blocks.pointer[usedBlocks].tapCount
    for index in usedBlocks..<usedBlocks + stream.blockCount {
      let block = blocks.pointer[index]
      guard block.tapCount >= 0, !stream.sharesOffsets || block.tapCount == taps,
        block.firstRow >= 0, stream.height <= rows.count - Int(block.firstRow)
      else {
        throw failure(
          "block \(index) of height \(stream.height) has \(block.tapCount) taps from row"
            + " \(block.firstRow) of \(rows.count)")
      }
      for row in Int(block.firstRow)..<Int(block.firstRow) + stream.height {
        guard rows[row] == (stream.startsFromBias ? .untouched : .started) else {
          throw failure("block \(index) finds row \(row) \(rows[row])")
        }
        rows[row] = stream.finishes ? .finished : .started
      }
      if index == usedBlocks || !stream.sharesOffsets { usedOffsets += Int(block.tapCount) }
      // Heights are bounded by rows and both factors by 2^31, as is the number of blocks.
      usedWeights += Int(block.tapCount) * stream.height
      guard usedOffsets <= offsetCount, usedWeights <= weightCount else {
        throw failure("block \(index) reaches beyond the arrays")
      }
    }
    usedBlocks += stream.blockCount
    streams.append(stream)
  }

  private func failure(_ message: String) -> HewnError {
    HewnError(.invalidFile, "a packed convolution is malformed: \(message)")
  }
}
