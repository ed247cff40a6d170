import Hewn
import Images

/// The input of a model that takes images.
struct ImageInput {
  let name: String
  /// The first extent, where the file or an option fixes it.
  let batch: Int?
  /// Height and width, where the file or an option fixes them.
  let size: PixelSize?

  /// Finds the input.
  ///
  /// - Parameter given: names of inputs that are given otherwise.
  /// - Throws: `invalidArgument` where there is no such input or several, and where its channels are
  ///   not those of the preprocessing.
  init(
    of model: Model, plan: PlanOptions, given: Set<String> = [], preprocessing: Preprocessing
  ) throws {
    let candidates = model.inputs.filter {
      $0.dimensions?.count == 4 && !given.contains($0.name)
    }
    guard candidates.count == 1, let port = candidates.first, let declared = port.dimensions,
      port.elementType == .float32
    else {
      throw HewnError(
        .invalidArgument,
        "images need exactly one float32 input of shape N×C×H×W that is not given otherwise, the"
          + " model has \(candidates.count)")
    }
    let dimensions =
      plan.shape.first { $0.name == port.name }?.shape.map(Model.Dimension.fixed) ?? declared
    name = port.name
    var batch: Int?
    var size: PixelSize?
    if case .fixed(let extent)? = dimensions.first { batch = extent }
    if dimensions.count == 4 {
      if case .fixed(let height) = dimensions[2], case .fixed(let width) = dimensions[3] {
        size = PixelSize(width: width, height: height)
      }
      if case .fixed(let channels) = dimensions[1] {
        try Self.check(channels, of: port.name, preprocessing)
      }
    }
    self.batch = batch
    self.size = size
  }

  private static func check(
    _ channels: Int, of name: String, _ preprocessing: Preprocessing
  ) throws {
    guard channels != preprocessing.color.channelCount else { return }
    let advice =
      switch channels {
      case 1: "; give --channels gray"
      case 3: "; give --channels rgb or bgr"
      default: ", which no image has"
      }
    throw HewnError(
      .invalidArgument,
      "input \"\(name)\" has \(channels) channel\(channels == 1 ? "" : "s"),"
        + " \(preprocessing.color.rawValue) gives \(preprocessing.color.channelCount)\(advice)")
  }
}
