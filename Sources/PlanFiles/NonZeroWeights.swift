internal import Covers
internal import Tensors

/// The weights of a filter matrix that are not zero, and where they are.
struct NonZeroWeights {
  /// A bit for each weight, row by row, the first of a byte lowest; those after the last weight are 0.
  let bits: [UInt8]
  /// In the order of the bits.
  let values: [Float]

  init(_ matrix: FilterMatrix) {
    var bits = [UInt8](repeating: 0, count: Self.byteCount(of: matrix.values.count))
    var values: [Float] = []
    for (index, value) in matrix.values.enumerated() where value != 0 {
      bits[index / 8] |= 1 << (index % 8)
      values.append(value)
    }
    (self.bits, self.values) = (bits, values)
  }

  /// What a file has.
  init(bits: [UInt8], values: [Float]) { (self.bits, self.values) = (bits, values) }

  /// - Throws: `invalidFile` where there are other numbers of bits or of values, or one that is not finite.
  func matrix(rows: Int, taps: Int) throws(HewnError) -> FilterMatrix {
    var matrix = [Float](repeating: 0, count: rows * taps)
    let count = bits.reduce(0) { $0 + $1.nonzeroBitCount }
    let padding = 8 * bits.count - matrix.count
    guard bits.count == Self.byteCount(of: matrix.count),
      bits.last?.leadingZeroBitCount ?? 8 >= padding, count == values.count
    else {
      throw HewnError(
        .invalidFile,
        "\(values.count) weights at \(count) of \(8 * bits.count) places for \(rows) × \(taps)")
    }
    var next = 0
    for place in matrix.indices where bits[place / 8] >> (place % 8) & 1 == 1 {
      matrix[place] = values[next]
      next += 1
    }
    return try FilterMatrix(rows: rows, taps: taps, values: matrix)
  }

  static func byteCount(of weightCount: Int) -> Int { (weightCount + 7) / 8 }
}
