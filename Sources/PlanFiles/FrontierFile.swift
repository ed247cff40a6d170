package import Covers
package import Repruning
package import Tensors

/// What a layer may become, with what its errors cost, in a safetensors file: what a run of re-pruning goes on
/// from.
///
/// A file is only good for the layer, the images and the options that it was made with. These are summed up in
/// a key, which the caller makes, and a file with another one is not read.
///
/// The file is sealed, so that damage does not pass for other weights. Its metadata have a
/// ``FrontierDocument``. PLAN is 0, 1, …, or `own` for the layer as it is:
///
///     PLAN.covers              outlines of the covers as ``CoverWords``
///     PLAN.unsolved.GROUP      filters without weights of their own, int32
///
/// and of a plan with other weights than the layer's own
///
///     PLAN.kept.GROUP          a bit for each weight, 1 where it is not zero, as ``NonZeroWeights``
///     PLAN.weights.GROUP       those that are not, float32, and PLAN.bias.GROUP
package struct FrontierFile: Sendable {
  package let frontier: LayerFrontier
  package let unit: LossUnit

  package init(frontier: LayerFrontier, unit: LossUnit) {
    self.frontier = frontier
    self.unit = unit
  }

  private static let formatName = "hewn-frontier"
  private static let formatVersion = "3"
  private static let documentName = "frontier"
  private static let ownName = "own"

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `io`.
  package func write(to path: String, key: String) throws(HewnError) {
    var file = SafetensorsWriter()
    file.metadata = [
      "format": Self.formatName, "version": Self.formatVersion, "key": key,
      Self.documentName: try DocumentCoding.text(FrontierDocument(frontier, unit)),
    ]
    func add(_ name: String, _ tensor: Tensor) {
      file.add(name, tensor.type, tensor.bytes, owner: tensor)
    }
    for (name, plan) in named {
      let covers = CoverWords.words(plan.covers.map(CoverOutline.init))
      add("\(name).covers", Tensor([covers.count], covers))
      for (group, filters) in plan.unsolvedFilters.enumerated() {
        add("\(name).unsolved.\(group)", Tensor([filters.count], filters.map { Int32($0) }))
      }
      guard plan.form == .repruned else { continue }
      for (group, weights) in plan.weights.enumerated() {
        let packed = NonZeroWeights(weights.matrix)
        add("\(name).kept.\(group)", Tensor([packed.bits.count], packed.bits))
        add("\(name).weights.\(group)", Tensor([packed.values.count], packed.values))
        add("\(name).bias.\(group)", Tensor([weights.bias.count], weights.bias))
      }
    }
    file.seal()
    try file.write(to: path)
  }

  private var named: [(String, LayerPlan)] {
    [(Self.ownName, frontier.unchanged)]
      + frontier.plans.enumerated().map { (String($0), $1) }
  }

  /// Reads a file.
  ///
  /// - Parameter groups: the weights of the layer as it is.
  /// - Returns: `nil` where there is no file, or one with another key.
  /// - Throws: `io`; `invalidFile` for a file that is damaged, or of something else.
  /// - Complexity: O(bytes of the file).
  package init?(
    contentsOf path: String, key: String, groups: [FilterWeights]
  ) throws(HewnError) {
    guard Files.peek(path, count: 0) != nil else { return nil }
    do throws(HewnError) {
      let bytes = try FileBytes(mapping: path)
      guard Safetensors.isSealed(bytes) else {
        throw HewnError(
          .invalidFile,
          "it does not end in the checksum of its bytes: it is damaged, or no part of a checkpoint of"
            + " Hewn")
      }
      let reader = Reader(file: try Safetensors(bytes))
      let metadata = reader.file.metadata
      guard metadata["format"] == Self.formatName else {
        throw HewnError(.invalidFile, "no part of a checkpoint of Hewn")
      }
      guard metadata["version"] == Self.formatVersion, metadata["key"] == key else { return nil }
      guard let text = metadata[Self.documentName] else {
        throw HewnError(.invalidFile, "a layer without a frontier")
      }
      let document = try DocumentCoding.document(
        FrontierDocument.self, text, name: Self.documentName)
      unit = try document.unit.restored()
      let own = try reader.plan(document.own, Self.ownName, groups)
      var plans: [LayerPlan] = []
      for (index, record) in document.plans.enumerated() {
        plans.append(try reader.plan(record, String(index), groups))
      }
      frontier = try LayerFrontier(restoring: plans, unchanged: own)
    } catch {
      throw error.of(checkpoint: path)
    }
  }

  private struct Reader {
    let file: Safetensors

    func plan(
      _ record: LayerPlan.Record, _ name: String, _ groups: [FilterWeights]
    ) throws(HewnError) -> LayerPlan {
      var (weights, unsolved) = ([FilterWeights](), [[Int]]())
      for (group, own) in groups.enumerated() {
        weights.append(record.form == .repruned ? try self.weights(name, group, of: own) : own)
        let filters = try integers("\(name).unsolved.\(group)").map { Int($0) }
        guard filters.allSatisfy((0..<own.matrix.rows).contains) else {
          throw HewnError(.invalidFile, "filters \(filters) of \(own.matrix.rows)")
        }
        unsolved.append(filters)
      }
      let outlines = try CoverWords.outlines(try integers("\(name).covers"))
      guard outlines.isEmpty || outlines.count == groups.count else {
        throw HewnError(.invalidFile, "\(outlines.count) covers of \(groups.count) matrices")
      }
      var covers: [Cover] = []
      for (outline, weights) in zip(outlines, weights) {
        covers.append(try Cover(outline, of: weights.matrix))
      }
      return try LayerPlan(
        restoring: record, covers: covers, weights: weights, unsolvedFilters: unsolved)
    }

    /// Weights that replace a group's own.
    private func weights(
      _ name: String, _ group: Int, of own: FilterWeights
    ) throws(HewnError) -> FilterWeights {
      let packed = NonZeroWeights(
        bits: try elements("\(name).kept.\(group)", .uint8, as: UInt8.self),
        values: try elements("\(name).weights.\(group)", .float32, as: Float.self))
      let bias = try elements("\(name).bias.\(group)", .float32, as: Float.self)
      guard bias.count == own.bias.count else {
        throw HewnError(.invalidFile, "\(bias.count) biases of \(own.bias.count) filters")
      }
      if let bad = bias.first(where: \.isNaN) {
        throw HewnError(.invalidFile, "a bias of \(bad)")
      }
      return FilterWeights(
        matrix: try packed.matrix(rows: own.matrix.rows, taps: own.matrix.taps), bias: bias)
    }

    private func integers(_ name: String) throws(HewnError) -> [Int32] {
      try elements(name, .int32, as: Int32.self)
    }

    private func elements<Element: BitwiseCopyable>(
      _ name: String, _ element: ElementType, as type: Element.Type
    ) throws(HewnError) -> [Element] {
      guard let entry = file.tensors[name], entry.type.element == element else {
        throw HewnError(.invalidFile, "\"\(name)\" is missing, or not \(element.rawValue)")
      }
      let bytes = FileRegion(file.file, entry.range).bytes
      return (0..<entry.type.shape.elementCount).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: type)
      }
    }
  }
}

extension HewnError {
  /// The same error of a file of a checkpoint, which can be made anew.
  fileprivate func of(checkpoint path: String) -> HewnError {
    var error = of(file: path)
    if code == .invalidFile {
      error.message += "; delete the file, and what was found of the layer is found again"
    }
    return error
  }
}
