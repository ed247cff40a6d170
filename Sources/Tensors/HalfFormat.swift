/// A 16-bit floating-point format, by the rules of IEEE 754.
package struct HalfFormat: Sendable {
  let fractionBitCount: Int
  let exponentBias: Int

  package static let float16 = HalfFormat(fractionBitCount: 10, exponentBias: 15)
  package static let bfloat16 = HalfFormat(fractionBitCount: 7, exponentBias: 127)

  /// The bits of the value nearest to `value`, ties to even.
  package func bits(_ value: Double) -> UInt16 {
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    let infinity = (UInt16(0x7fff) >> fractionBitCount) << fractionBitCount
    if value.isNaN { return sign | infinity | 1 << (fractionBitCount - 1) }
    if value.isInfinite { return sign | infinity }
    let least = 1 - exponentBias
    let exponent = value == 0 ? least : Swift.max(Int(value.exponent), least)
    let unit = Double(sign: .plus, exponent: exponent - fractionBitCount, significand: 1)
    let units = Int((value.magnitude / unit).rounded(.toNearestOrEven))
    // The leading bit of a normal number's units carries into the exponent field.
    let encoded = (exponent - least) << fractionBitCount + units
    return sign | UInt16(Swift.min(encoded, Int(infinity)))
  }
}
