internal import KernelIR

/// From a warp's sums to memory: bias, residual, activation, rounding, stores; or the sums as they are.
///
/// Of a band's 16 × 8 sums of a pixel lane l holds those of rows ⌊l / 4⌋ and 8 more, images 2 · (l mod 4) and the
/// next. A quad so holds vectors. Of f32 each lane stores its 8 bytes of them. Of 16-bit elements, quads transpose
/// four vectors at a time, so that each lane stores a whole one.
struct BlockEpilogue {
  private let place: BlockPlace
  private let variant: BlockVariant
  /// The lane's rows, two of each band.
  private let rows: [Row]
  /// The vector in channel 0 of the lane's pixel (see ``BlockPlace``) in the output, `noVector` where there is
  /// none, and in the residual.
  private let output: Value<U32>
  private let residual: Value<U32>?

  private static var noVector: Value<U32> { Value(Int(UInt32.max)) }

  private var k: KernelBuilder { place.k }
  private var a: KernelArguments<BlockArguments> { place.a }
  private var element: KernelElement { variant.isSplit ? .f32 : variant.precision.element }

  private struct Row {
    /// ``BlockRoot/noRow`` where there is none.
    var number: Value<U32>
    var bias: Value<F32>

    var exists: Value<Predicate> { number != Value(Int(BlockRoot.noRow)) }
  }

  init(_ place: BlockPlace, _ variant: BlockVariant) {
    self.place = place
    self.variant = variant
    let (k, a) = (place.k, place.a)
    rows = (0..<2 * variant.bandCount).map { half in
      let position = place.firstPosition + Value(8 * half) + k.laneIndex / 4
      return Row(
        number: a.rows.advanced(by: position).loadReadOnly(),
        bias: variant.isSplit ? 0 : a.bias.advanced(by: position).loadReadOnly())
    }
    let (pixel, exists) = place.output(place.pixelOfLane)
    let vector = a.outputStrides.vector(pixel)
    output = select(
      exists, variant.isSplit ? multiplyAdd(k.blockIndex.z, a.splitVectors, vector) : vector,
      BlockEpilogue.noVector)
    residual = variant.finish.hasResidual ? a.residualStrides.vector(pixel) : nil
  }

  /// - Parameter sums: [bands][pixels][4].
  func store(_ sums: [[[Variable<F32>]]]) {
    let width = element == .f32 ? 1 : variant.pixelsPerWarp % 4 == 0 ? 4 : 2
    for first in stride(from: 0, to: variant.pixelsPerWarp, by: width) {
      let pixels = first..<first + width
      let residuals = pixels.map { pixel in
        residual.map { k.broadcast($0, from: Value(pixel)) }
      }
      // The pixel that the lane stores.
      let output = k.broadcast(output, from: k.laneIndex % Value(width) + Value(first))
      for (band, sums) in sums.enumerated() {
        let rows = Array(rows[2 * band..<2 * band + 2])
        let values = rows.indices.map { half in
          pixels.map { pixel in
            finished(
              sums[pixel], half: half, rows[half], residual: residuals[pixel - first])
          }
        }  // [rows][pixels][2]
        switch width {
        case 1: for (row, values) in zip(rows, values) { storePair(values[0], row, output) }
        case 2: storeVector(values.flatMap { $0.map(word) }, ofRowsOf: rows, output)
        default:
          for (row, values) in zip(rows, values) { storeVector(values.map(word), row, output) }
        }
      }
    }
  }

  /// Two of a pixel's sums, with bias, residual and activation.
  private func finished(
    _ sums: [Variable<F32>], half: Int, _ row: Row, residual: Value<U32>?
  ) -> [Value<F32>] {
    let sums = [sums[2 * half].value, sums[2 * half + 1].value]
    if variant.isSplit { return sums }
    var values = sums.map { $0 + row.bias }
    if let residual {
      // Without a row, another one's is read.
      let number = select(row.exists, row.number, 0)
      let pair = ElementPointer(a.residual, element)
        .advanced(by: multiplyAdd(number, a.residualStrides.channel, residual), vectorsOf: 8)
        .advanced(by: k.laneIndex % 4 * 2).load(2)
      values = zip(values, pair).map { $0 + $1 }
    }
    return values.map { variant.finish.activated($0, a.numbers) }
  }

  /// Two neighbours, rounded.
  private func word(_ values: [Value<F32>]) -> Value<U32> {
    element == .bf16
      ? Value<U32>(bitPattern: Value<BF16x2>(values[0], values[1]))
      : Value<U32>(bitPattern: Value<F16x2>(values[0], values[1]))
  }

  /// The lane's two images.
  private func storePair(_ values: [Value<F32>], _ row: Row, _ pixel: Value<U32>) {
    k.if(row.exists && pixel != BlockEpilogue.noVector) {
      ElementPointer(a.output, .f32)
        .advanced(by: multiplyAdd(row.number, a.outputStrides.channel, pixel), vectorsOf: 8)
        .advanced(by: k.laneIndex % 4 * 2).store(values)
    }
  }

  /// The lane's vector of the quad's four.
  private func storeVector(_ words: [Value<U32>], _ row: Row, _ pixel: Value<U32>) {
    let vector = transposed(words)
    k.if(row.exists && pixel != BlockEpilogue.noVector) {
      a.output
        .advanced(by: multiplyAdd(row.number, a.outputStrides.channel, pixel), rowsOf: 16)
        .storeVector(vector)
    }
  }

  /// The same where the four are those of two pixels in two rows.
  private func storeVector(
    _ words: [Value<U32>], ofRowsOf rows: [Row], _ pixel: Value<U32>
  ) {
    let number = select(k.laneIndex & 2 == 0, rows[0].number, rows[1].number)
    storeVector(words, Row(number: number, bias: 0), pixel)
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
