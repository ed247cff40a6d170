import Datasets
import Hewn
import Images
import enum Tensors.MemoryLimit
import struct Tensors.SplitMix64

extension RepruneCommand {
  /// The images that layers are fitted to where nothing else is said.
  package static let usualCalibrationCount = 256

  /// The images that layers are fitted to, and those that judge the result.
  func readImages(
    _ repruner: Repruner, _ console: Console
  ) throws -> (calibration: RepruneImages?, evaluation: RepruneImages?) {
    guard let path = settings.images else { return (nil, nil) }
    let classes = try settings.classes.map(Labels.read)
    let needsLabels = budget.maxAccuracyDrop != nil
    let set = try open(
      path, labels: settings.labels, classes,
      requiresLabels: needsLabels && settings.evaluation == nil, console)
    let (fitted, rest) = Self.split(
      set.items.count, calibrationCount: settings.calibrate, seed: settings.seed)
    // Of images that do not judge, labels are only said to be there.
    let usesLabels = try settings.evaluation != nil || labelsFit(set, repruner, console)
    let calibration = try decode(set.keeping(fitted), usesLabels: usesLabels, repruner, console)
    if let other = settings.evaluation {
      var set = try open(
        other, labels: settings.evaluationLabels,
        settings.evaluationLabels == nil ? classes : nil, requiresLabels: needsLabels, console)
      let usesLabels = try labelsFit(set, repruner, console)
      if let limit = settings.limit { set.keep(limit) }
      return (calibration, try decode(set, usesLabels: usesLabels, repruner, console))
    }
    if rest.isEmpty {
      console.note("the result is judged by the images that layers are fitted to")
      return (calibration, calibration.keeping(settings.limit))
    }
    var judging = set.keeping(rest)
    if let limit = settings.limit { judging.keep(limit) }
    return (calibration, try decode(judging, usesLabels: usesLabels, repruner, console))
  }

  /// Draws the images that layers are fitted to; both lists are ascending.
  package static func split(
    _ count: Int, calibrationCount: Int?, seed: UInt64
  ) -> (fitted: [Int], rest: [Int]) {
    let wanted = calibrationCount ?? min(usualCalibrationCount, (count + 1) / 2)
    var generator = SplitMix64(seed: seed)
    let indices = generator.permutation(of: count)
    let fitted = indices.prefix(wanted)
    return (fitted.sorted(), indices.dropFirst(fitted.count).sorted())
  }

  private func open(
    _ path: String, labels: String?, _ classes: [String]?, requiresLabels: Bool,
    _ console: Console
  ) throws -> ImageSet {
    let set = try Progress(console).during("reading \(path)") {
      try ImageSet(
        contentsOf: path, labels: labels, classes: classes, requiresLabels: requiresLabels)
    }
    for note in set.notes { console.note(note) }
    return set
  }

  /// Whether the labels of a set may be those of the network's classes. Folders of another number may say nothing
  /// of classes, and are left aside where the budget does not need labels.
  ///
  /// - Throws: `invalidArgument` where labels were given or are needed, and do not fit.
  private func labelsFit(
    _ set: ImageSet, _ repruner: Repruner, _ console: Console
  ) throws -> Bool {
    guard let output = repruner.classOutput else { return true }
    let obstacle = try EvaluateCommand.unfitLabels(
      of: set, classCount: output.classCount, output: output.name)
    guard let obstacle else { return true }
    if budget.maxAccuracyDrop != nil { throw HewnError(.invalidArgument, obstacle) }
    console.note("accuracy is not looked at: \(obstacle)")
    return false
  }

  /// Decodes all images of a set.
  ///
  /// - Throws: `outOfMemory` where there is no room for them; what reading images throws.
  private func decode(
    _ set: ImageSet, usesLabels: Bool, _ repruner: Repruner, _ console: Console
  ) throws -> RepruneImages {
    let shape = try repruner.imageShape()
    let size = shape.count == 4 ? PixelSize(width: shape[3], height: shape[2]) : nil
    var images = try EvaluationImages(
      set, preprocessing: preprocessing.preprocessing, inputSize: size,
      threads: plan.threads ?? Machine.coreCount, skipsBadImages: settings.skipBad)
    try MemoryLimit.check(
      images.shape.reduce(4 * set.items.count, *),
      for: "\(set.items.count) images of \(set.path); --limit and --calibrate take fewer of them")
    var (chunks, indices, hasLabels) = ([Hewn.Tensor](), [Int](), usesLabels)
    try Progress(console).showingPhases { update in
      while let chunk = try images.next(EvaluateCommand.chunk) {
        chunks.append(chunk.images)
        if let labels = chunk.labels { indices += labels } else { hasLabels = false }
        update("decoding \(set.path),", images.fraction)
      }
    }
    images.noteSkipped(console)
    return try RepruneImages(chunks, labels: hasLabels ? indices : nil, source: images.source)
  }
}

extension RepruneImages {
  /// At most `limit` of the images, spread evenly over the set.
  fileprivate func keeping(_ limit: Int?) -> RepruneImages {
    guard let limit, limit < count else { return self }
    return subset((0..<limit).map { $0 * count / limit })
  }
}
