import Datasets
import Hewn
import Images

extension EvaluateCommand {
  /// The batch where nothing states one: enough to share work, little enough to stay in the caches.
  package static let usualBatch = 16
  /// The images that are decoded at a time, so that all threads find work.
  static let chunk = 64
  /// The greatest size of the inputs that are in memory at a time, unless a single batch is larger.
  static let chunkByteCount = 1 << 28

  /// Opens the set of images.
  ///
  /// - Parameter size: height and width of the images; `nil` where the first image decides.
  func openImages(
    size: PixelSize?, requiresLabels: Bool, _ console: Console
  ) throws -> EvaluationImages {
    let classes = try settings.classes.map(Labels.read)
    var set = try Progress(console).during("reading \(settings.images)") {
      try ImageSet(
        contentsOf: settings.images, labels: settings.labels, classes: classes,
        requiresLabels: requiresLabels)
    }
    for note in set.notes { console.note(note) }
    if let limit = settings.limit { set.keep(limit) }
    return try EvaluationImages(
      set, preprocessing: preprocessing.preprocessing, inputSize: size,
      threads: plan.threads ?? Machine.coreCount, skipsBadImages: settings.skipBad)
  }

  /// The images of a run: what is asked for, what the model's file states, or as many as is usual.
  func batch(_ stated: Int?, _ images: EvaluationImages) -> Int {
    plan.batch ?? stated ?? min(Self.usualBatch, images.set.items.count)
  }

  /// The images to decode at a time: whole batches.
  package static func chunkCount(batch: Int, inputByteCount: Int) -> Int {
    let byMemory = chunkByteCount / max(1, inputByteCount) / batch
    return max(1, min((chunk + batch - 1) / batch, byMemory)) * batch
  }

  /// Compares labels with the model's classes, so that a wrong list is found before hours have
  /// passed.
  ///
  /// - Returns: why they do not fit; `nil` where they do.
  static func mismatch(of set: ImageSet, classCount: Int, output: String) -> String? {
    if let folders = set.folderCount, folders != classCount {
      return
        "\(set.path) has \(folders) folders for the \(classCount) classes of \"\(output)\"; give"
        + " --classes FILE with the names of the folders in the order of the classes"
    }
    for item in set.items {
      guard let label = item.label, label >= classCount else { continue }
      return "\(set.path): \(item.name) has label \(label), output \"\(output)\" has \(classCount)"
        + " classes, 0 to \(classCount - 1)"
    }
    return nil
  }

  /// Why labels that nobody gave do not fit the classes; `nil` where labels fit.
  ///
  /// Pictures may lie in folders that say nothing of classes.
  ///
  /// - Throws: `invalidArgument` where labels were given and do not fit.
  static func unfitLabels(
    of set: ImageSet, classCount: Int, output: String
  ) throws -> String? {
    let mismatch = mismatch(of: set, classCount: classCount, output: output)
    guard let mismatch, set.folderCount == nil else { return mismatch }
    throw HewnError(.invalidArgument, mismatch)
  }
}
