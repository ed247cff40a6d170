internal import Tensors

/// Chooses the output positions of a layer that are looked at.
///
/// All images of a calibration set together give at most `limit` positions, each image as many as
/// the others or one less. A choice depends on the seed, the image's index and the number of
/// positions alone, so images may be visited in any order.
package struct PositionSampler: Sendable {
  package let seed: UInt64
  package let imageCount: Int
  package let limit: Int

  /// Positions of a layer beyond which more change little: some ten for each tap of the widest layers.
  package static let maximumPositionCount = 50_000

  /// - Parameter seed: another one for each layer gives independent choices.
  package init(seed: UInt64, imageCount: Int, limit: Int = maximumPositionCount) {
    precondition(
      1...Int(Int32.max) ~= imageCount && 0...Int(Int32.max) ~= limit,
      "\(limit) positions of \(imageCount) images")
    self.seed = seed
    self.imageCount = imageCount
    self.limit = limit
  }

  /// The positions of one image, ascending; all of them where it has no more than its share.
  ///
  /// Source: Floyd's sampling without replacement (Bentley and Floyd, CACM 1987).
  ///
  /// - Complexity: O(n log n) for n chosen positions.
  package func positions(image: Int, of positionCount: Int) -> [Int] {
    precondition((0..<imageCount).contains(image) && positionCount >= 0)
    let share = share(upTo: image + 1) - share(upTo: image)
    guard share < positionCount else { return Array(0..<positionCount) }
    var seeds = SplitMix64(seed: seed)
    var generator = SplitMix64(seed: seeds.next() ^ UInt64(image) &* 0x9e37_79b9_7f4a_7c15)
    var chosen: Set<Int> = []
    for last in positionCount - share..<positionCount {
      let candidate = Int(generator.next().multipliedFullWidth(by: UInt64(last) + 1).high)
      if !chosen.insert(candidate).inserted { chosen.insert(last) }
    }
    return chosen.sorted()
  }

  /// The positions that the first `images` images give together: ⌊limit · images / imageCount⌋.
  private func share(upTo images: Int) -> Int { limit * images / imageCount }
}
