internal import KernelIR

/// From sums in registers to D in memory: bias, activation, rounding, stores.
///
/// Of each 16 × 8 sums lane l holds those of rows ⌊l / 4⌋ and 8 more, columns 2 · (l mod 4) and the
/// next, for `mma.sync` and `wgmma` alike.
struct GemmEpilogue {
  let k: KernelBuilder
  let operation: GemmOperation
  let matrix: GlobalPointer<U32>
  let bias: GlobalPointer<F32>
  let rowBytes: Value<U32>
  /// M and N.
  let rowCount: Value<U32>
  let columnCount: Value<U32>

  /// Stores 16 rows.
  ///
  /// - Parameters:
  ///   - sums: four of each 16 × 8, side by side along N.
  ///   - row: of D, of the first sum.
  ///   - column: of D, of the first sum.
  ///   - isInside: holds in all threads of the warp where all rows and columns lie in D.
  func store(
    _ sums: [[Variable<F32>]], row: Value<U32>, column: Value<U32>, isInside: Value<Predicate>
  ) {
    for half in 0..<2 {
      let row = row + k.laneIndex / 4 + Value(8 * half)
      let isRow = row < rowCount
      let values = finished(sums.map { Array($0[2 * half..<2 * half + 2]) }, row: row)
      let vectors = operation.output == .f16 ? halfVectors(values) : floatVectors(values)
      let place = matrix.advanced(by: row, rowsOf: rowBytes)
        .advanced(by: column + vectors.firstColumn, rowsOf: Value(operation.output.byteCount))
      k.if(isInside) {
        for (index, vector) in vectors.vectors.enumerated() {
          place.advanced(byBytes: index * vectors.strideInBytes).storeVector(vector)
        }
      } else: {
        k.if(isRow) {
          for (index, vector) in vectors.vectors.enumerated() {
            let columns = column + vectors.firstColumn + Value(index * vectors.stride)
            storeGuarded(
              vector, to: place.advanced(byBytes: index * vectors.strideInBytes), column: columns)
          }
        }
      }
    }
  }

  /// With bias and activation.
  private func finished(_ sums: [[Variable<F32>]], row: Value<U32>) -> [[Value<F32>]] {
    let rowBias = operation.hasBias ? bias.advanced(by: min(row, rowCount - 1)).loadReadOnly() : nil
    return sums.map { pair in
      pair.map { sum in
        let value = rowBias.map { sum.value + $0 } ?? sum.value
        return operation.activation == .relu ? maximum(value, 0) : value
      }
    }
  }

  /// What a lane stores of a row: vectors of 8 bytes, each `stride` columns from the one before.
  private struct RowVectors {
    var vectors: [[Value<U32>]]
    /// The first column, from that of the warp.
    var firstColumn: Value<U32>
    var stride: Int
    var strideInBytes: Int
  }

  /// Two f32 of each eight columns: four lanes fill a sector of 32 bytes.
  private func floatVectors(_ values: [[Value<F32>]]) -> RowVectors {
    RowVectors(
      vectors: values.map { $0.map { Value<U32>(bitPattern: $0) } },
      firstColumn: k.laneIndex % 4 * 2, stride: 8, strideInBytes: 32)
  }

  /// Four f16 of each sixteen columns: lanes exchange pairs, the even one taking the left eight
  /// columns, so that four lanes fill a sector.
  private func halfVectors(_ values: [[Value<F32>]]) -> RowVectors {
    let pairs = values.map { Value<U32>(bitPattern: Value<F16x2>($0[0], $0[1])) }
    let isOdd = k.laneIndex % 2 == 1
    let vectors = stride(from: 0, to: pairs.count, by: 2).map { index in
      let (left, right) = (pairs[index], pairs[index + 1])
      let received = k.exchange(select(isOdd, left, right), mask: 1)
      return [select(isOdd, received, left), select(isOdd, right, received)]
    }
    let lane = k.laneIndex % 4
    return RowVectors(
      vectors: vectors, firstColumn: lane / 2 * 4 + select(isOdd, 8, 0), stride: 16,
      strideInBytes: 32)
  }

  /// Stores what lies left of column N.
  private func storeGuarded(
    _ vector: [Value<U32>], to place: GlobalPointer<U32>, column: Value<U32>
  ) {
    let elements = operation.output == .f16 ? 4 : 2
    k.if(column + Value(elements) <= columnCount) {
      place.storeVector(vector)
    } else: {
      for index in 0..<elements - 1 {
        k.if(column + Value(index) < columnCount) {
          if operation.output == .f16 {
            let halves = Value<F16x2>(bitPattern: vector[index / 2]).halves
            place.cast(to: F16.self)[index] = index % 2 == 0 ? halves.low : halves.high
          } else {
            place[index] = vector[index]
          }
        }
      }
    }
  }
}
