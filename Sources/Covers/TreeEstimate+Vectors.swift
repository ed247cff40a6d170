extension TreeEstimate {
  /// Adds the values of two halves, and takes the segment's where it pays.
  ///
  /// - Returns: the start-up that was paid.
  static func join(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, count: Int, _ cost: Height?
  ) -> Float {
    let (left, right, out) = (
      UnsafeRawPointer(left), UnsafeRawPointer(right), UnsafeMutableRawPointer(out)
    )
    let perTap = SIMD8<Float>(repeating: cost?.perTap ?? .infinity)
    var saved = SIMD8<Float>.zero
    for byte in Swift.stride(from: 0, to: 4 * count, by: 32) {
      let below =
        left.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
        + right.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
      out.storeBytes(of: below, toByteOffset: byte, as: SIMD8<Float>.self)
      saved += below - pointwiseMin(below, perTap)
    }
    guard let cost, saved.sum() > cost.startUp else { return 0 }
    for byte in Swift.stride(from: 0, to: 4 * count, by: 32) {
      let below = out.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
      out.storeBytes(of: pointwiseMin(below, perTap), toByteOffset: byte, as: SIMD8<Float>.self)
    }
    return cost.startUp
  }

  static func sum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    let bytes = UnsafeRawPointer(values)
    var sum = SIMD8<Float>.zero
    for byte in Swift.stride(from: 0, to: 4 * count, by: 32) {
      sum += bytes.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
    }
    return sum.sum()
  }
}
