internal import Images
internal import Tensors

/// Pictures and labels as two arrays of an NPZ archive.
///
/// The pictures are `uint8`, N × H × W or N × H × W × C with one channel or three (RGB); the labels
/// are integers, N or N × 1.
struct ImageArrays: Sendable {
  /// `nil` where there is no array of labels.
  let labels: [Int]?
  let count: Int
  let height: Int
  let width: Int
  let channels: Int
  private let archive: ZIPArchive
  private let entry: ZIPArchive.Entry
  /// Where the first picture begins in the entry.
  private let start: Int

  var imageByteCount: Int { height * width * channels }

  /// Names that pictures and labels go by.
  private static let names = [("x", "y"), ("x_test", "y_test"), ("images", "labels")]
  private static let ending = ".npy"
  /// The greatest size of the array of labels.
  private static let maximumLabelByteCount = 1 << 30

  static func mayBe(in archive: ZIPArchive) -> Bool {
    archive.entries.contains { $0.name.hasSuffix(ending) }
      && !archive.entries.contains { FileKind(of: $0.name) == .image }
  }

  func name(of position: Int) -> String { "\(entry.name.dropLast(Self.ending.count))[\(position)]" }

  /// - Throws: as `ImageSet`'s initializer.
  init(in archive: ZIPArchive, requiresLabels: Bool) throws(HewnError) {
    self.archive = archive
    let arrays = Dictionary(
      archive.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let found = Self.names.compactMap { images, labels in
      arrays[images + Self.ending].map { (x: $0, y: arrays[labels + Self.ending]) }
    }
    let pair = found.first { $0.y != nil } ?? (requiresLabels ? nil : found.first)
    guard let (x, y) = pair else {
      let names = archive.entries.map(\.name).filter { $0.hasSuffix(Self.ending) }.sorted()
        .map { "\"\($0.dropLast(Self.ending.count))\"" }.joined(separator: ", ")
      throw HewnError(
        .invalidArgument,
        "\(archive.path) holds the arrays \(names); pictures and labels must be \"x\" and \"y\"")
    }
    entry = x
    do throws(HewnError) {
      let layout = try Self.layout(of: x, in: archive)
      (start, count, height, width, channels) =
        (layout.start, layout.count, layout.height, layout.width, layout.channels)
      if let y {
        labels = try Self.labels(of: y, in: archive, count: layout.count)
      } else {
        labels = nil
      }
    } catch {
      throw error.message.hasPrefix(archive.path)
        ? error : HewnError(error.code, "\(archive.path): \(error.message)")
    }
  }

  /// Reads the pictures from the first on.
  func makeReader() throws(HewnError) -> ZIPEntryReader {
    var reader = try archive.reader(of: entry)
    try reader.skip(start)
    return reader
  }

  func image(of pixels: [UInt8]) -> Image {
    Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  private static func layout(
    of entry: ZIPArchive.Entry, in archive: ZIPArchive
  ) throws(HewnError) -> (start: Int, count: Int, height: Int, width: Int, channels: Int) {
    var reader = try archive.reader(of: entry)
    let (header, start) = try NPYHeader.parse(try reader.read(NPYHeader.maximumByteCount))
    let shape = header.shape
    guard header.elementType == .uint8, shape.count == 3 || shape.count == 4,
      shape.count == 3 || [1, 3].contains(shape[3])
    else {
      throw HewnError(
        .unsupported,
        "\(entry.name) is \(header.elementType.rawValue) of shape \(shape); pictures are uint8 of"
          + " N×H×W, N×H×W×1 or N×H×W×3")
    }
    let elementCount: Int
    do throws(HewnError) {
      elementCount = try Shape(checking: shape).elementCount
    } catch {
      throw HewnError(.invalidFile, "\(entry.name): \(error.message)")
    }
    // Extents other than 0 multiply to less than 2^40.
    guard elementCount > 0, shape[1] * shape[2] <= Image.maximumPixelCount else {
      throw HewnError(.invalidFile, "\(entry.name) of shape \(shape) holds no pictures")
    }
    guard entry.byteCount - start == elementCount else {
      throw HewnError(
        .invalidFile,
        "\(entry.name) holds \(entry.byteCount - start) bytes of elements, its header states"
          + " \(elementCount)")
    }
    return (start, shape[0], shape[1], shape[2], shape.count == 3 ? 1 : shape[3])
  }

  private static func labels(
    of entry: ZIPArchive.Entry, in archive: ZIPArchive, count: Int
  ) throws(HewnError) -> [Int] {
    let bytes = try archive.bytes(of: entry, limit: maximumLabelByteCount)
    let (header, start) = try NPYHeader.parse(bytes)
    guard header.shape == [count] || header.shape == [count, 1] else {
      throw HewnError(
        .invalidFile,
        "\(entry.name) has the shape \(header.shape), \(count) pictures need [\(count)]")
    }
    // The pictures' array has as many elements or more, so the product fits.
    guard bytes.count - start == count * header.elementType.byteCount else {
      throw HewnError(.invalidFile, "\(entry.name) has another length than its header states")
    }
    guard !header.elementType.isFloatingPoint, header.elementType != .bool else {
      throw HewnError(
        .unsupported, "\(entry.name) is \(header.elementType.rawValue); labels are integers")
    }
    let tensor: Tensor
    do {
      tensor = try Tensor(type: TensorType(header.elementType, Shape([count]))) {
        $0.copyBytes(from: bytes[start...])
      }
    } catch {
      throw HewnError(.outOfMemory, "no memory for \(count) labels")
    }
    let labels = try tensor.integers()
    if let index = labels.firstIndex(where: { $0 < 0 }) {
      throw HewnError(.invalidFile, "\(entry.name)[\(index)] is \(labels[index]), no class")
    }
    return labels
  }
}
