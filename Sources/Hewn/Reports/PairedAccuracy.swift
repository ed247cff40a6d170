/// How often each of two models finds the right class of the same images.
public struct PairedAccuracy: Codable, Sendable, Equatable {
  /// The images that the model is right about.
  public var model: Proportion
  /// Those that the other model is right about.
  public var other: Proportion
  /// Those that both are right about.
  public var bothCount: Int
  /// Those that the model alone is right about.
  public var modelOnlyCount: Int
  /// Those that the other model alone is right about.
  public var otherOnlyCount: Int
  /// Those that none of the two is right about.
  public var neitherCount: Int
  /// The accuracy of the model minus that of the other, in percentage points; `nil` without images.
  @Nullable public var differencePoints: Estimate?
  /// The probability that two equally good models differ at least as unevenly: McNemar's exact test,
  /// two-sided.
  public var mcnemarP: Double

  package init(
    model: Proportion, other: Proportion, bothCount: Int, modelOnlyCount: Int, otherOnlyCount: Int,
    neitherCount: Int, differencePoints: Estimate?, mcnemarP: Double
  ) {
    self.model = model
    self.other = other
    self.bothCount = bothCount
    self.modelOnlyCount = modelOnlyCount
    self.otherOnlyCount = otherOnlyCount
    self.neitherCount = neitherCount
    self.differencePoints = differencePoints
    self.mcnemarP = mcnemarP.rounded(significant: 6)
  }

  private enum CodingKeys: String, CodingKey {
    case model, other
    case bothCount = "both"
    case modelOnlyCount = "model_only"
    case otherOnlyCount = "other_only"
    case neitherCount = "neither"
    case differencePoints = "difference_points"
    case mcnemarP = "mcnemar_p"
  }
}
