/// How far one output of a model is from the other model's, over all images.
///
/// Images with an element that is infinite or no number, in either model, count for the agreement alone.
public struct OutputFidelity: Codable, Sendable, Equatable {
  /// The extents of the output of one batch.
  public var shape: [Int]
  /// Images with an element that is infinite or no number in either model.
  public var nonFiniteCount: Int
  /// The share of images whose greatest score is at the same place in both; `nil` for outputs that hold no
  /// class scores.
  @Nullable public var top1Agreement: Estimate?
  /// The divergence of the distributions over classes; `nil` for outputs that hold no class scores.
  @Nullable public var divergence: Divergence?
  /// The greatest relative error of an image, which is ``OutputDifference/maxRelative`` of its part of the
  /// output; `nil` without images.
  @Nullable public var maxRelative: Double?
  /// The mean of the images' relative errors; `nil` without images.
  @Nullable public var meanRelative: Estimate?
  /// Σ(y − ŷ)² / Σy² over all images, with y the elements of the other model's output, or Σ(y − ŷ)² where
  /// these are zero everywhere; `nil` for class scores and for whole numbers, and without images.
  @Nullable public var relativeSquares: Double?
  /// The distance of pictures; `nil` for outputs that are no pictures, and where no peak was given and all
  /// elements of the other model's are equal.
  @Nullable public var psnr: PSNR?

  /// KL(P ‖ Q) = Σ p ln(p / q) with P the distribution of the other model, Q that of the model.
  public struct Divergence: Codable, Sendable, Equatable {
    /// The mean over the images in nats; `nil` without images.
    @Nullable public var nats: Estimate?
    /// Whether the distributions of the model are the softmax of its output; else the output holds
    /// distributions itself: no negative scores, those of each image with the sum 1.
    public var modelSoftmax: Bool
    /// The same for the other model.
    public var otherSoftmax: Bool

    package init(nats: Estimate?, modelSoftmax: Bool, otherSoftmax: Bool) {
      self.nats = nats
      self.modelSoftmax = modelSoftmax
      self.otherSoftmax = otherSoftmax
    }

    private enum CodingKeys: String, CodingKey {
      case nats
      case modelSoftmax = "model_softmax"
      case otherSoftmax = "other_softmax"
    }
  }

  /// The peak signal-to-noise ratio, 10 log₁₀(peak² / MSE), of pictures.
  public struct PSNR: Codable, Sendable, Equatable {
    /// The greatest value of pictures: what was given, or the difference between the greatest and the least
    /// element of the other model's.
    public var peak: Double
    /// Images whose pictures are equal in both, so that their ratio is infinite.
    public var identicalCount: Int
    /// The mean over the other images in decibels; `nil` where there are none.
    @Nullable public var decibels: Estimate?

    package init(peak: Double, identicalCount: Int, decibels: Estimate?) {
      self.peak = peak.rounded(significant: 6)
      self.identicalCount = identicalCount
      self.decibels = decibels
    }

    private enum CodingKeys: String, CodingKey {
      case peak
      case identicalCount = "identical"
      case decibels = "db"
    }
  }

  package init(
    shape: [Int], nonFiniteCount: Int = 0, top1Agreement: Estimate? = nil,
    divergence: Divergence? = nil, maxRelative: Double?, meanRelative: Estimate?,
    relativeSquares: Double? = nil, psnr: PSNR? = nil
  ) {
    self.shape = shape
    self.nonFiniteCount = nonFiniteCount
    self.top1Agreement = top1Agreement
    self.divergence = divergence
    self.maxRelative = maxRelative?.rounded(significant: 6)
    self.meanRelative = meanRelative
    self.relativeSquares = relativeSquares?.rounded(significant: 6)
    self.psnr = psnr
  }

  private enum CodingKeys: String, CodingKey {
    case shape, psnr
    case nonFiniteCount = "non_finite"
    case top1Agreement = "top1_agreement"
    case divergence = "kl_divergence"
    case maxRelative = "max_rel"
    case meanRelative = "mean_rel"
    case relativeSquares = "relative_squares"
  }
}
