internal import Tensors

extension WinogradWeights {
  private static let tiles = [2, 4]

  /// What files call the form of weights for a tile.
  var form: String { Self.form(tile: tile) }

  private static func form(tile: Int) -> String { "winograd\(tile)" }

  /// The tile of a form; `nil` for other forms.
  static func tile(ofForm form: String) -> Int? {
    tiles.first { Self.form(tile: $0) == form }
  }

  var arrays: [PackedArray] {
    [PackedArray("weights", weights, .float32), PackedArray("bias", bias, .float32)]
  }

  /// Reads weights from a file.
  ///
  /// - Throws: `invalidFile`.
  init(tile: Int, _ arrays: StoredArrays) throws(HewnError) {
    self.init(
      tile: tile, weights: try arrays.array("weights", .float32),
      bias: try arrays.array("bias", .float32))
  }
}
