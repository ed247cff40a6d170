internal import KernelIR

/// From a warp's sums to memory: bias, residual, activation, rounding, stores; or the sums as they are.
///
/// Of a band's 16 × 8 sums of a pixel lane l holds those of rows ⌊l / 4⌋ and 8 more, images 2 · (l mod 4) and the
/// next. A quad so holds vectors. Of f32 each lane stores its 8 bytes of them. Of 16-bit elements, quads transpose
/// four vectors at a time, so that each lane stores a whole one.
struct BlockEpilogue {
  private let place: BlockPlace
  private let variant: BlockVariant
  /// Of the whole pixels, where sums are stored or residuals are read.
  private let pixels: [Pixel]
  /// Of the vectors that the lane stores, where quads transpose.
  private let lanePixels: [Pixel]

  private var k: KernelBuilder { place.k }
  private var a: KernelArguments<BlockArguments> { place.a }
  private var element: KernelElement { variant.isSplit ? .f32 : variant.precision.element }
  private var isTransposed: Bool { element != .f32 }

  private struct Pixel {
    /// Its vectors in channel 0 of the output and of the residual.
    var output: Value<U32>
    var residual: Value<U32>?
    var exists: Value<Predicate>
  }

  /// A row of each eight lanes.
  private struct Row {
    /// Of the output; where there is none, 0.
    var number: Value<U32>
    var exists: Value<Predicate>
    var bias: Value<F32>
  }

  init(_ place: BlockPlace, _ variant: BlockVariant) {
    self.place = place
    self.variant = variant
    let (k, a) = (place.k, place.a)
    func pixel(_ index: Value<U32>) -> Pixel {
      let (pixel, exists) = place.output(index)
      var output = a.outputStrides.vector(pixel)
      if variant.isSplit { output = output + k.blockIndex.z * a.splitVectors }
      return Pixel(
        output: output,
        residual: variant.finish.hasResidual ? a.residualStrides.vector(pixel) : nil,
        exists: exists)
    }
    let isTransposed = !variant.isSplit && variant.precision.element != .f32
    let needsPixels = !isTransposed || variant.finish.hasResidual
    pixels = needsPixels ? (0..<variant.pixelsPerWarp).map { pixel(Value($0)) } : []
    let width = BlockEpilogue.transposedPixels(variant)
    lanePixels =
      isTransposed
      ? stride(from: 0, to: variant.pixelsPerWarp, by: width).map {
        pixel(k.laneIndex % Value(width) + Value($0))
      } : []
  }

  /// Pixels of the four vectors that a quad transposes: four of one row, or two of two rows.
  private static func transposedPixels(_ variant: BlockVariant) -> Int {
    variant.pixelsPerWarp % 4 == 0 ? 4 : 2
  }

  /// - Parameter sums: [bands][pixels][4].
  func store(_ sums: [[[Variable<F32>]]]) {
    for (band, sums) in sums.enumerated() {
      let rows = [row(band: band, half: 0), row(band: band, half: 1)]
      let values = rows.indices.map { half in
        sums.enumerated().map { pixel, sums in
          finished([sums[2 * half].value, sums[2 * half + 1].value], rows[half], pixel: pixel)
        }
      }  // [rows][pixels][2]
      if isTransposed {
        storeTransposed(values, rows)
      } else {
        for (row, values) in zip(rows, values) { storePairs(values, row) }
      }
    }
  }

  /// The lane's row in the upper or lower half of a band.
  private func row(band: Int, half: Int) -> Row {
    let position = place.firstPosition + Value(16 * band + 8 * half) + k.laneIndex / 4
    let number = a.rows.advanced(by: position).loadReadOnly()
    let exists = number != Value(Int(BlockRoot.noRow))
    return Row(
      number: select(exists, number, 0), exists: exists,
      bias: variant.isSplit ? 0 : a.bias.advanced(by: position).loadReadOnly())
  }

  /// With bias, residual and activation.
  private func finished(_ sums: [Value<F32>], _ row: Row, pixel: Int) -> [Value<F32>] {
    if variant.isSplit { return sums }
    var values = sums.map { $0 + row.bias }
    if let residual = pixels.isEmpty ? nil : pixels[pixel].residual {
      let pair = vector(
        ElementPointer(a.residual, element), a.residualStrides, row.number, residual
      ).advanced(by: k.laneIndex % 4 * 2).load(2)
      values = zip(values, pair).map { $0 + $1 }
    }
    return values.map { variant.finish.activated($0, a.numbers) }
  }

  /// Where the vector of a row begins.
  private func vector(
    _ tensor: ElementPointer, _ strides: LanesStrides.InKernel, _ row: Value<U32>,
    _ pixel: Value<U32>
  ) -> ElementPointer {
    tensor.advanced(by: multiplyAdd(row, strides.channel, pixel), vectorsOf: 8)
  }

  /// The lane's two images of each pixel.
  private func storePairs(_ values: [[Value<F32>]], _ row: Row) {
    let output = ElementPointer(a.output, element)
    for (pixel, values) in zip(pixels, values) {
      k.if(row.exists && pixel.exists) {
        vector(output, a.outputStrides, row.number, pixel.output)
          .advanced(by: k.laneIndex % 4 * 2).store(values)
      }
    }
  }

  /// Whole vectors, four of a quad at a time.
  private func storeTransposed(_ values: [[[Value<F32>]]], _ rows: [Row]) {
    let words = values.map { $0.map(word) }  // [rows][pixels]
    let width = BlockEpilogue.transposedPixels(variant)
    if width == 4 {
      for (row, words) in zip(rows, words) {
        for (index, pixel) in lanePixels.enumerated() {
          store(transposed(Array(words[4 * index..<4 * index + 4])), row, pixel)
        }
      }
      return
    }
    let isSecond = k.laneIndex & 2 != 0
    let row = Row(
      number: select(isSecond, rows[1].number, rows[0].number),
      exists: isSecond && rows[1].exists || !isSecond && rows[0].exists, bias: 0)
    for (index, pixel) in lanePixels.enumerated() {
      let words = words.flatMap { $0[2 * index..<2 * index + 2] }
      store(transposed(words), row, pixel)
    }
  }

  /// Two neighbours, rounded.
  private func word(_ values: [Value<F32>]) -> Value<U32> {
    element == .bf16
      ? Value<U32>(bitPattern: Value<BF16x2>(values[0], values[1]))
      : Value<U32>(bitPattern: Value<F16x2>(values[0], values[1]))
  }

  private func store(_ words: [Value<U32>], _ row: Row, _ pixel: Pixel) {
    k.if(row.exists && pixel.exists) {
      a.output.advanced(
        by: multiplyAdd(row.number, a.outputStrides.channel, pixel.output), rowsOf: 16
      ).storeVector(words)
    }
  }

  /// Lane t of a quad gives word t of four vectors, and gets vector t.
  private func transposed(_ words: [Value<U32>]) -> [Value<U32>] {
    let isOdd = k.laneIndex % 2 == 1
    let isUpper = k.laneIndex & 2 != 0
    // Two words of the vectors t mod 2 and 2 + t mod 2.
    let halves = [0, 2].map { first in
      let received = k.exchange(select(isOdd, words[first], words[first + 1]), mask: 1)
      return [
        select(isOdd, received, words[first]), select(isOdd, words[first + 1], received),
      ]
    }
    let received = zip(halves[0], halves[1]).map {
      k.exchange(select(isUpper, $0, $1), mask: 2)
    }
    return zip(received, halves[0]).map { select(isUpper, $0, $1) }
      + zip(halves[1], received).map { select(isUpper, $0, $1) }
  }
}
