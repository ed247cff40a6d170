import GPUCatalogue
import GPUKernels
import Testing

@Suite struct BlockCostTableTests {
  /// The built-in counts are those of the kernels as they are. Where they differ,
  /// `gpu-check costs --swift` makes the table anew.
  @Test(arguments: [
    BlockCostTable.Key(.f16, .warp, 16), .init(.bf16, .warp, 64), .init(.tf32, .warp, 32),
    .init(.tf32x3, .warp, 16), .init(.f16, .warpgroup, 64), .init(.bf16, .warpgroup, 16),
  ])
  func counted(_ key: BlockCostTable.Key) throws {
    let entry = BlockCostTable.builtIn.entries.first { $0.key == key }
    #expect(try BlockCostTable.counted(key) == entry)
  }

  /// What follows from the kernels' definitions.
  @Test(arguments: BlockCostTable.builtIn.entries)
  func known(_ entry: BlockCostTable.Entry) {
    let (precision, height) = (entry.key.precision, Double(entry.key.height))
    let isWarp = entry.key.form == .warp
    let (taps, parts) = (Double(precision.stepTaps), precision == .tf32x3 ? 2.0 : 1)
    #expect(entry.products == height * 8 * taps * (precision == .tf32x3 ? 3 : 1))
    // Vectors of 8 images of each tap and pixel.
    #expect(
      entry.activations == .init(0, taps * Double(precision.vectorByteCount) / 128))
    // 32 bytes of each row, for a warp's pixels or for each eight of a warpgroup's.
    let weights = 32 * height * parts / 128
    #expect(entry.weights == (isWarp ? .init(weights, 0) : .init(0, weights / 8)))
    #expect(entry.offsets >= (isWarp ? 1 : 4))
    #expect(entry.step.base > 0 && entry.step.perPixel > 0 && entry.segment >= 0)
    #expect(entry.chunk > 0 && entry.block.base > 0 && entry.block.perPixel > 0)
    // A step has its products, and the loads of what they multiply.
    let products = entry.products / (isWarp ? 16 * 8 * taps : 4 * 8 * 16 * height)
    #expect(entry.step.perPixel >= products)
  }

  /// The source of a table is the file that was committed.
  @Test func source() {
    let source = BlockCostTable.builtIn.swiftSource
    #expect(source.contains("Key(.tf32x3, .warp, 64)") && source.contains("planeCopy: "))
    #expect(source.components(separatedBy: "Entry(").count == BlockCostTable.Key.all.count + 1)
  }
}
