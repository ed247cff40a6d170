internal import Scores
internal import Tensors

/// How far one output of a model is from the other model's, image by image.
struct FidelityTally {
  /// The output's name in each model.
  let name: String
  let otherName: String
  /// The extents that the plans give it.
  private let shape: [Int]
  /// Those of one image's part.
  private let itemShape: [Int]
  private let itemElementCount: Int

  /// Whether it is read as class scores.
  var holdsScores: Bool { divergences != nil }

  private var agreements: [Double] = []
  private var relativeErrors: [Double] = []
  /// `nil` for an output that holds no class scores.
  private var divergences: DivergenceTally?
  /// Σ(y − ŷ)² and Σy², y the other model's; `nil` for an output with class scores or whole numbers.
  private var squares: (errors: Double, all: Double)?
  private var pictures: PictureTally?
  private var nonFiniteCount = 0

  /// - Parameters:
  ///   - port: the output of the model.
  ///   - otherName: its name in the other model.
  ///   - holdsScores: whether it may be read as class scores.
  /// - Throws: `invalidArgument` for an output that does not have one part for each image.
  init(_ port: Plan.Port, otherName: String, of plan: Plan, holdsScores: Bool) throws(HewnError) {
    name = port.name
    self.otherName = otherName
    shape = port.shape
    if port.shape.first == plan.batch {
      itemShape = [1] + port.shape.dropFirst()
    } else if plan.batch == 1 {
      itemShape = port.shape
    } else {
      throw HewnError(
        .invalidArgument,
        "output \"\(port.name)\" of shape \(Shape(port.shape)) does not have one part for each of the"
          + " \(plan.batch) images of a batch; compile both models with batch 1",
        file: plan.model.file)
    }
    // No more than the plan's tensor, whose elements were counted without overflow.
    itemElementCount = itemShape.reduce(1, *)
    if holdsScores, ScoredClasses.count(in: port.shape, batch: plan.batch) != nil {
      divergences = DivergenceTally()
    } else if port.elementType.isFloatingPoint {
      squares = (0, 0)
    }
    if PictureTally.holdsPictures(itemShape, input: plan.inputs[0].shape) {
      pictures = PictureTally()
    }
  }

  /// Finds outputs with more or less elements than the plans say: lists of what a network found are cut.
  ///
  /// - Parameters:
  ///   - model: the elements of the output of a batch.
  ///   - other: those of the other model.
  /// - Throws: `invalidArgument`.
  func check(_ model: [Double], _ other: [Double]) throws(HewnError) {
    let count = shape.reduce(1, *)
    guard model.count == count, other.count == count else {
      throw HewnError(
        .invalidArgument,
        "output \"\(name)\" lists what was found, up to \(Shape(shape)), and has as many rows as that"
          + " was: the lists of two models cannot be compared")
    }
  }

  /// Adds one image of a batch, which was checked.
  ///
  /// - Parameters:
  ///   - model: the elements of the output of the whole batch.
  ///   - other: those of the other model.
  /// - Returns: whether the image's elements are finite in both.
  mutating func add(image: Int, model: [Double], other: [Double]) -> Bool {
    let range = (image * itemElementCount)..<((image + 1) * itemElementCount)
    let (got, want) = (Array(model[range]), Array(other[range]))
    let difference = OutputDifference(got: got, want: want, shape: itemShape)
    if divergences != nil, let agreement = difference.top1Agreement { agreements.append(agreement) }
    guard got.allSatisfy(\.isFinite), want.allSatisfy(\.isFinite) else {
      nonFiniteCount += 1
      return false
    }
    relativeErrors.append(difference.maxRelative)
    divergences?.add(got, want)
    pictures?.add(got, want)
    squares?.errors += zip(got, want).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    squares?.all += want.reduce(0) { $0 + $1 * $1 }
    return true
  }

  /// What was found.
  ///
  /// - Parameter peak: that of PSNR; `nil` for the range of the other model's pictures.
  func report(_ bootstrap: Bootstrap, peak: Double?) -> OutputFidelity {
    OutputFidelity(
      shape: shape, nonFiniteCount: nonFiniteCount,
      top1Agreement: bootstrap.estimate(agreements), divergence: divergences?.report(bootstrap),
      maxRelative: relativeErrors.max(), meanRelative: bootstrap.estimate(relativeErrors),
      relativeSquares: relativeSquares, psnr: pictures?.report(bootstrap, peak: peak))
  }

  private var relativeSquares: Double? {
    guard let squares, !relativeErrors.isEmpty else { return nil }
    let quotient = squares.all > 0 ? squares.errors / squares.all : squares.errors
    // Squares of doubles can overflow.
    return quotient.isFinite ? quotient : .greatestFiniteMagnitude
  }
}
