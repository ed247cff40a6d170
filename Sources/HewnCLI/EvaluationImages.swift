import Datasets
import Hewn
import Images

/// The images of a set as networks take them, decoded some at a time.
struct EvaluationImages {
  /// Some images, and the indices of their classes where they have labels.
  struct Chunk {
    var images: Tensor
    var labels: [Int]?
  }

  let set: ImageSet
  /// Channels, height and width of each image.
  let shape: [Int]
  private var loader: ImageLoader
  /// The image that decided the shape, until it is handed out.
  private var first: ImageLoader.Input?
  private var runCount = 0

  /// Decodes the first image, which decides height and width where `inputSize` leaves them free.
  ///
  /// - Throws: `invalidFile` where no image can be decoded; what `ImageLoader.next` throws.
  init(
    _ set: ImageSet, preprocessing: Preprocessing, inputSize: PixelSize?, threads: Int,
    skipsBadImages: Bool
  ) throws {
    self.set = set
    loader = ImageLoader(
      set, preprocessing: preprocessing, inputSize: inputSize, threads: threads,
      skipsBadImages: skipsBadImages)
    guard let first = try loader.next(1).first else {
      throw HewnError(.invalidFile, "\(set.path): none of the images can be decoded")
    }
    self.first = first
    shape = [first.planes.channels, first.planes.height, first.planes.width]
  }

  /// The images that could not be decoded so far.
  var skippedCount: Int { loader.skipped.count }

  /// The share of the set that was handed out or left out.
  var fraction: Double { Double(runCount + skippedCount) / Double(set.items.count) }

  /// The last part of the set's path.
  var source: String { String(set.path.split(separator: "/").last ?? "/") }

  /// The next images, fewer than `count` only at the end; `nil` behind it.
  ///
  /// - Throws: what `ImageLoader.next` throws.
  mutating func next(_ count: Int) throws -> Chunk? {
    var inputs = first.map { [$0] } ?? []
    first = nil
    inputs += try loader.next(count - inputs.count)
    guard !inputs.isEmpty else { return nil }
    runCount += inputs.count
    let labels = inputs.compactMap(\.item.label)
    return Chunk(
      images: try Tensor(shape: [inputs.count] + shape, floats: inputs.flatMap(\.planes.values)),
      labels: labels.count == inputs.count ? labels : nil)
  }

  /// The errors of skipped images that are shown.
  private static let shownErrorCount = 3

  /// Prints which images were left out.
  func noteSkipped(_ console: Console) {
    guard skippedCount > 0 else { return }
    for error in loader.skipped.prefix(Self.shownErrorCount) {
      console.note("left out: \(error.message)")
    }
    console.note("\(skippedCount) of \(set.items.count) images cannot be decoded and are left out")
  }
}
