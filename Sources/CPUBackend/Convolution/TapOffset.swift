internal import Tensors

/// A tap's offset in floats, as kernels read it.
///
/// - Throws: `unsupported` where it does not fit into 32 bits.
func tapOffset(_ floats: Int) throws(HewnError) -> Int32 {
  guard let offset = Int32(exactly: floats) else {
    throw HewnError(
      .unsupported, "one image of its input takes more than 2^31 floats; run smaller images")
  }
  return offset
}
