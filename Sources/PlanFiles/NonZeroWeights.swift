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
    let places = bits.enumerated().flatMap { byte, bits in
      (0..<8).filter { bits >> $0 & 1 == 1 }.map { 8 * byte + $0 }
    }
    guard bits.count == Self.byteCount(of: matrix.count), places.last ?? 0 < matrix.count,
      places.count == values.count
    else {
      throw HewnError(
        .invalidFile, "\(values.count) weights at \(places.count) places of \(rows) × \(taps)")
    }
    for (place, value) in zip(places, values) { matrix[place] = value }
    return try FilterMatrix(rows: rows, taps: taps, values: matrix)
  }

  static func byteCount(of weightCount: Int) -> Int { (weightCount + 7) / 8 }
}
