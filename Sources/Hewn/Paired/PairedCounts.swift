/// How many images each of two models is right about.
struct PairedCounts {
  private(set) var both = 0
  private(set) var modelOnly = 0
  private(set) var otherOnly = 0
  private(set) var neither = 0

  var imageCount: Int { both + modelOnly + otherOnly + neither }

  mutating func add(model isRight: Bool, other isOtherRight: Bool) {
    switch (isRight, isOtherRight) {
    case (true, true): both += 1
    case (true, false): modelOnly += 1
    case (false, true): otherOnly += 1
    case (false, false): neither += 1
    }
  }

  func accuracy(_ bootstrap: Bootstrap) -> PairedAccuracy {
    let total = imageCount
    // The mean does not depend on the order of the images, so that their counts are all it takes.
    let differences =
      [Double](repeating: 100, count: modelOnly) + [Double](repeating: -100, count: otherOnly)
      + [Double](repeating: 0, count: both + neither)
    return PairedAccuracy(
      model: Proportion(count: both + modelOnly, of: total),
      other: Proportion(count: both + otherOnly, of: total),
      bothCount: both, modelOnlyCount: modelOnly, otherOnlyCount: otherOnly, neitherCount: neither,
      differencePoints: bootstrap.estimate(differences),
      mcnemarP: McNemarTest.probability(modelOnly, otherOnly))
  }
}
