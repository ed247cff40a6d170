/// A number that tells bytes apart.
///
/// Source: Fowler, Noll and Vo, FNV-1a of 64 bits.
enum Digest {
  static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// In hexadecimal.
  static func text(of bytes: some Sequence<UInt8>) -> String { String(of(bytes), radix: 16) }
}
