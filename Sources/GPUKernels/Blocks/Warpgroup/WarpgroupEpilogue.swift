internal import KernelIR

/// From a warpgroup's sums to memory: bias, residual, activation, rounding, stores; or the sums as they are.
///
/// Of a product's sums lane l of warp w has, for each 8 rows, rows 2 · (l mod 4) and the next of image ⌊l / 4⌋,
/// at pixels 2w and 2w + 1 of the eight. Sums are stored as they are: eight lanes have the images of a vector.
/// Else the rows of a band go through shared memory, where the stages were, as [rows][pixels] vectors: `stmatrix`
/// transposes them, and each thread then stores whole ones, neighbours those of neighbouring pixels. Residuals
/// come the same way in the other direction.
struct WarpgroupEpilogue {
  private let place: BlockPlace
  private let variant: BlockVariant
  /// The warpgroup's vectors of a band.
  private let vectors: SharedPointer<U32>

  private var k: KernelBuilder { place.k }
  private var a: KernelArguments<BlockArguments> { place.a }
  private var pixelCount: Int { variant.pixelsPerWarp }

  init(_ place: BlockPlace, _ variant: BlockVariant, in stages: SharedPointer<U32>) {
    self.place = place
    self.variant = variant
    vectors = stages.advanced(
      byBytes: place.k.warpIndex / 4 * Value(Self.byteCount(pixelCount: variant.pixelsPerWarp)))
  }

  /// Of shared memory, for each warpgroup.
  static func byteCount(pixelCount: Int) -> Int { BlockTiling.bandRows * rowByteCount(pixelCount) }

  /// Bytes from a row to the next: an odd number of vectors, so that 8 rows of a pixel are in different banks.
  private static func rowByteCount(_ pixelCount: Int) -> Int { (pixelCount + 1) * 16 }

  /// - Parameter sums: of each eight pixels, [rows / 8][4].
  func store(_ sums: [[Variable<F32>]]) {
    if variant.isSplit {
      storeSums(sums)
      return
    }
    let copies = threadVectors
    // All warps have done with the stages.
    k.barrier()
    for band in 0..<variant.bandCount {
      let rows = copies.map { row(at: Value(16 * band) + $0.row) }
      if variant.finish.hasResidual { loadResidual(copies, rows) }
      // All threads have read the vectors of the band before, and written its residuals.
      k.barrier()
      finish(sums.map { Array($0[8 * band..<8 * band + 8]) }, band: band)
      k.barrier()
      storeVectors(copies, rows)
    }
  }

  // MARK: Vectors

  /// A vector of each band that a thread copies.
  private struct ThreadVector {
    /// Within the band.
    var row: Value<U32>
    var place: SharedPointer<U32>
    /// Its pixel in channel 0 of the output and of the residual.
    var output: Value<U32>
    var residual: Value<U32>?
    var exists: Value<Predicate>
  }

  private struct Row {
    /// Of the output; where there is none, 0.
    var number: Value<U32>
    var exists: Value<Predicate>
  }

  /// Neighbouring threads have neighbouring pixels.
  private var threadVectors: [ThreadVector] {
    let thread = k.threadIndex % 128
    return (0..<BlockTiling.bandRows * pixelCount / 128).map { index in
      // Where 128 is a multiple of the pixels, a thread's vectors are all of one.
      let step = 128 % pixelCount == 0 ? 0 : 128 * index
      let row =
        (thread + Value(step)) / Value(pixelCount) + Value((128 * index - step) / pixelCount)
      let column = (thread + Value(step)) % Value(pixelCount)
      let (pixel, exists) = place.output(column)
      return ThreadVector(
        row: row,
        place: vectors.advanced(
          byBytes: row * Value(Self.rowByteCount(pixelCount)) + column * 16),
        output: a.outputStrides.vector(pixel),
        residual: variant.finish.hasResidual ? a.residualStrides.vector(pixel) : nil,
        exists: exists)
    }
  }

  /// The row at a position of the root group.
  private func row(at position: Value<U32>) -> Row {
    let number = a.rows.advanced(by: place.firstPosition + position).loadReadOnly()
    let exists = number != Value(Int(BlockRoot.noRow))
    return Row(number: select(exists, number, 0), exists: exists)
  }

  private func loadResidual(_ copies: [ThreadVector], _ rows: [Row]) {
    for (copy, row) in zip(copies, rows) {
      guard let pixel = copy.residual else { continue }
      let vector = a.residual.advanced(
        by: multiplyAdd(row.number, a.residualStrides.channel, pixel), rowsOf: 16)
      copy.place.storeVector(vector.loadVector(4))
    }
  }

  private func storeVectors(_ copies: [ThreadVector], _ rows: [Row]) {
    for (copy, row) in zip(copies, rows) {
      let vector = copy.place.loadVector(4)
      k.if(row.exists && copy.exists) {
        a.output.advanced(
          by: multiplyAdd(row.number, a.outputStrides.channel, copy.output), rowsOf: 16
        ).storeVector(vector)
      }
    }
  }

  // MARK: Sums

  /// Brings a band's sums to shared memory, with bias, residual and activation.
  ///
  /// - Parameter sums: of each eight pixels, [2][4].
  private func finish(_ sums: [[Variable<F32>]], band: Int) {
    let bias = (0..<2).map { half in
      a.bias.advanced(by: place.firstPosition + Value(16 * band + 8 * half) + k.laneIndex % 4 * 2)
        .loadVector(2)
    }
    // Matrices 0 and 1 are the first 8 rows at the two pixels, 2 and 3 the next 8.
    let row = k.laneIndex % 8 + k.laneIndex / 16 * 8
    let pixel = k.warpIndex % 4 * 2 + k.laneIndex / 8 % 2
    let first = vectors.advanced(byBytes: row * Value(Self.rowByteCount(pixelCount)) + pixel * 16)
    for (index, sums) in sums.enumerated() {
      let matrices = first.advanced(byBytes: index * 8 * 16)
      let residual = variant.finish.hasResidual ? matrices.loadMatrices(4, transposed: true) : nil
      let words = (0..<4).map { matrix in
        var pair = (0..<2).map { sums[2 * matrix + $0].value + bias[matrix / 2][$0] }
        if let residual { pair = zip(pair, floats(residual[matrix])).map { $0 + $1 } }
        return word(pair.map { variant.finish.activated($0, a.numbers) })
      }
      matrices.storeMatrices(words, transposed: true)
    }
  }

  /// Two neighbours, rounded.
  private func word(_ values: [Value<F32>]) -> Value<U32> {
    variant.precision == .bf16
      ? Value<U32>(bitPattern: Value<BF16x2>(values[0], values[1]))
      : Value<U32>(bitPattern: Value<F16x2>(values[0], values[1]))
  }

  private func floats(_ word: Value<U32>) -> [Value<F32>] {
    guard variant.precision == .bf16 else { return Value<F16x2>(bitPattern: word).floats }
    let floats = Value<BF16x2>(bitPattern: word).floats
    return [floats.low, floats.high]
  }

  private func storeSums(_ sums: [[Variable<F32>]]) {
    let pixels = sums.indices.map { eight in
      (0..<2).map { pixel in
        let (pixel, exists) = place.output(k.warpIndex % 4 * 2 + Value(8 * eight + pixel))
        let vector = a.outputStrides.vector(pixel) + k.blockIndex.z * a.splitVectors
        return (vector: vector, exists: exists)
      }
    }
    let image = a.output.cast(to: F32.self).advanced(by: k.laneIndex / 4)
    for group in 0..<variant.rootRows / 8 {
      for index in 0..<2 {
        let row = row(at: Value(8 * group + index) + k.laneIndex % 4 * 2)
        for (eight, sums) in sums.enumerated() {
          for pixel in 0..<2 {
            let (vector, exists) = pixels[eight][pixel]
            k.if(row.exists && exists) {
              image.advanced(
                by: multiplyAdd(row.number, a.outputStrides.channel, vector), rowsOf: 32)[0] =
                sums[4 * group + 2 * pixel + index].value
            }
          }
        }
      }
    }
  }
}
