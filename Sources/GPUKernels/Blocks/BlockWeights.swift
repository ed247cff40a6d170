package import KernelIR
internal import Tensors

/// Weights as bits of what the tensor cores multiply.
extension BlockPrecision {
  /// The type of the matrix products.
  package var matrixType: MatrixType {
    switch self {
    case .f16: .f16
    case .bf16: .bf16
    case .tf32, .tf32x3: .tf32
    }
  }

  /// Weights whose magnitude is less are still finite when they are rounded: half a unit beyond the
  /// greatest finite number.
  var weightLimit: Float {
    switch self {
    case .f16: 65_520
    case .bf16: 0x1.ffp127
    case .tf32, .tf32x3: 0x1.ffep127
    }
  }

  /// What is said of a weight beyond it.
  func rangeError(_ weight: Float, row: UInt32) -> HewnError {
    let remedy =
      switch self {
      case .f16: "compute in bf16 or tf32"
      case .bf16, .tf32, .tf32x3: "scale the layer's weights"
      }
    return HewnError(
      .unsupported,
      "a weight \(weight) of output channel \(row) is beyond the range of \(self); \(remedy)")
  }

  /// The bits of a weight; with `tf32x3` the nearest tf32, and the nearest to what that leaves.
  func bits(_ weight: Float) -> (first: UInt32, second: UInt32?) {
    switch self {
    case .f16: return (UInt32(HalfFormat.float16.bits(Double(weight))), nil)
    case .bf16: return (UInt32(HalfFormat.bfloat16.bits(Double(weight))), nil)
    case .tf32: return (Self.tf32(weight).bitPattern, nil)
    case .tf32x3:
      let high = Self.tf32(weight)
      return (high.bitPattern, Self.tf32(weight - high).bitPattern)
    }
  }

  /// The nearest number of 10 fraction bits, ties away from zero as in `cvt.rna.tf32.f32`.
  package static func tf32(_ value: Float) -> Float {
    Float(bitPattern: (value.bitPattern + 0x1000) & 0xffff_e000)
  }
}

/// The order of a step's weights in a packet.
extension BlockTiling {
  /// Where the weights of a step lie for `wgmma`, which takes them as B: V rows × 16 taps, along K
  /// and without swizzle. A core matrix is 8 rows of 8 taps (16 bytes each); the two of the same rows
  /// follow each other, and then come the next 8 rows, so that the offsets are the same for all
  /// heights.
  package static let warpgroupWeights = MatrixDescriptor(
    start: 0, leadingOffset: 128, strideOffset: 256)

  /// Where a weight lies.
  struct WeightPlace {
    var row: Int
    /// Of the step.
    var tap: Int
    /// Its bytes from the start of the step's weights, for the first of ``BlockPrecision/bits(_:)``.
    var offset: Int
  }

  /// Bytes from the first to the second.
  static let secondPartOffset = 512

  /// The places of all weights of a step of `height` rows.
  func weightPlaces(height: Int) -> [WeightPlace] {
    (0..<height).flatMap { row in
      (0..<precision.stepTaps).map { tap in
        WeightPlace(row: row, tap: tap, offset: weightOffset(row: row, tap: tap))
      }
    }
  }

  private func weightOffset(row: Int, tap: Int) -> Int {
    let type = precision.matrixType
    switch form {
    case .warp:
      let (band, bandRow) = row.quotientAndRemainder(dividingBy: Self.bandRows)
      let place = FragmentLayout.placeInA(type, .init(row: bandRow, column: tap))
      return band * stepWeightByteCount(height: Self.bandRows)
        + place.lane * 16 + place.register * 4 + place.half * 2
    case .warpgroup:
      let within = tap % (16 / type.byteCount)
      return Self.warpgroupWeights.address(i: row, k: tap - within, type: type, isMNMajor: false)
        + within * type.byteCount
    }
  }
}
