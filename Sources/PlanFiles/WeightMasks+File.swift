package import Tensors

/// Masks in a safetensors file: for each layer `mask:NAME`, of booleans and of the shape of the weights,
/// and `order:NAME`, groups × rows of int32.
extension WeightMasks {
  private static let formatName = "hewn-masks"
  /// Grows whenever older readers would misunderstand a file.
  private static let formatVersion = "1"

  private enum Metadata {
    static let format = "format"
    static let version = "version"
    static let model = "model"
  }

  private enum Role: String {
    case mask = "mask:"
    case order = "order:"

    func name(_ weights: String) -> String { rawValue + weights }

    /// The name of the weights, if `name` is that of a tensor of this role.
    ///
    /// By bytes: a name may begin with what joins the character before it.
    func weights(_ name: String) -> String? {
      guard name.utf8.starts(with: rawValue.utf8) else { return nil }
      return String(Substring(name.utf8.dropFirst(rawValue.utf8.count)))
    }
  }

  /// Writes masks; the file appears whole or not at all, and replaces what was there.
  ///
  /// - Parameter model: the name of the ONNX file that they belong to.
  /// - Throws: `io`.
  /// - Precondition: each mask has its shape's element count, each order is a permutation, and no two
  ///   layers have one name.
  package func write(to path: String, model: String) throws(HewnError) {
    precondition(Set(layers.map(\.weights)).count == layers.count, "two layers of one name")
    var file = SafetensorsWriter()
    file.metadata = [
      Metadata.format: Self.formatName, Metadata.version: Self.formatVersion, Metadata.model: model,
    ]
    // The larger elements first, so that all are aligned.
    for layer in layers {
      if let defect = layer.defect { preconditionFailure("\"\(layer.weights)\": \(defect)") }
      let order = Tensor(
        [layer.order.count, layer.order[0].count], layer.order.joined().map { Int32($0) })
      file.add(Role.order.name(layer.weights), order.type, order.bytes, owner: order)
    }
    for layer in layers {
      let mask = Tensor(layer.shape, layer.mask)
      file.add(Role.mask.name(layer.weights), mask.type, mask.bytes, owner: mask)
    }
    try file.write(to: path)
  }

  /// Reads masks, the layers as they follow each other in the file.
  ///
  /// - Throws: `io`, or what ``init(_:)`` throws.
  package init(contentsOf path: String) throws(HewnError) {
    let bytes = try FileBytes(mapping: path)
    do {
      try self.init(bytes)
    } catch {
      throw error.of(file: path)
    }
  }

  /// Reads masks from the bytes of a file.
  ///
  /// - Throws: `invalidFile` for a file that is damaged or holds anything else, `unsupported` for another
  ///   version of the format.
  package init(_ bytes: FileBytes) throws(HewnError) {
    let file = try Safetensors(bytes)
    guard file.metadata[Metadata.format] == Self.formatName else {
      throw HewnError(.invalidFile, "a safetensors file, but no masks of Hewn")
    }
    guard let version = file.metadata[Metadata.version] else {
      throw HewnError(.invalidFile, "the masks do not say their format's version")
    }
    guard version == Self.formatVersion else {
      throw HewnError(
        .unsupported,
        "masks of format \(version), this Hewn reads format \(Self.formatVersion)")
    }
    guard file.metadata[Metadata.model] != nil else {
      throw HewnError(.invalidFile, "the masks do not say which model they belong to")
    }
    var masks: [String: Safetensors.Entry] = [:]
    var orders: [String: Safetensors.Entry] = [:]
    for (name, entry) in file.tensors {
      if let weights = Role.mask.weights(name) {
        masks[weights] = entry
      } else if let weights = Role.order.weights(name) {
        orders[weights] = entry
      } else {
        throw HewnError(.invalidFile, "tensor \"\(name)\" is neither a mask nor an order")
      }
    }
    if let name = Set(masks.keys).symmetricDifference(orders.keys).min() {
      throw HewnError(
        .invalidFile, "weights \"\(name)\" have \(masks[name] == nil ? "no mask" : "no order")")
    }
    layers = []
    for (name, order) in orders.sorted(by: { $0.value.range.lowerBound < $1.value.range.lowerBound }
    ) {
      guard let mask = masks[name] else { continue }
      layers.append(try Self.layer(name, mask: mask, order: order, in: bytes))
    }
  }

  private static func layer(
    _ name: String, mask: Safetensors.Entry, order: Safetensors.Entry, in file: FileBytes
  ) throws(HewnError) -> Layer {
    let (groups, bytes) = (order.type.shape, FileRegion(file, mask.range).bytes)
    // Without rows, the number of groups would be bounded by nothing in the file.
    guard mask.type.element == .bool, order.type.element == .int32, groups.rank == 2,
      groups.elementCount > 0
    else {
      throw HewnError(
        .invalidFile, "weights \"\(name)\" have a mask of \(mask.type), an order of \(order.type)")
    }
    guard bytes.allSatisfy({ $0 <= 1 }) else {
      throw HewnError(.invalidFile, "the mask of \"\(name)\" has values that are no bool")
    }
    let filters = FileRegion(file, order.range).bytes
    let layer = Layer(
      weights: name, shape: mask.type.shape, mask: bytes.map { $0 == 1 },
      order: (0..<groups[0]).map { group in
        (0..<groups[1]).map { row in
          // Other writers of the format need not align what they write.
          let place = (group * groups[1] + row) * MemoryLayout<Int32>.size
          return Int(filters.loadUnaligned(fromByteOffset: place, as: Int32.self))
        }
      })
    if let defect = layer.defect { throw HewnError(.invalidFile, "weights \"\(name)\": \(defect)") }
    return layer
  }
}
