internal import Images
package import Tensors

/// Pictures and, where they are known, the classes that they show: a folder or ZIP archive of PNG and
/// JPEG files, or the arrays of an NPZ archive.
///
/// Only names and labels are in memory. Pictures come from an ``ImageReader``.
package struct ImageSet: Sendable {
  package struct Item: Sendable, Equatable {
    /// The file's path within the set, or the element of the array.
    package let name: String
    /// The index of the class; `nil` for every picture of a set without labels.
    package let label: Int?
    /// The place in the source.
    let position: Int
  }

  package let path: String
  package private(set) var items: [Item]
  /// The number of classes, where the labels are places in the sorted list of folder names.
  package let folderCount: Int?
  /// Why the pictures have no labels; `nil` where they have.
  package let labelObstacle: String?
  /// What the user should know about how the set was read.
  package let notes: [String]
  let source: Source

  enum Source: Sendable {
    case files(any ImageFiles)
    case arrays(ImageArrays)
  }

  /// Names of files with labels that are looked for in a set.
  static let labelFileNames = ["labels.txt", "labels.csv"]

  /// Opens a set and finds its labels.
  ///
  /// Those of files come from the first of: the file `labels`; `labels.txt` or `labels.csv` in the
  /// set; the names of the folders that the files lie in. A folder's label is its place in
  /// `classes`, else in the sorted list of all folder names.
  ///
  /// - Parameters:
  ///   - path: a folder, or a ZIP or NPZ archive.
  ///   - labels: a file of lines `index file` or `file index`.
  ///   - classes: names of folders, in the order of the classes.
  ///   - requiresLabels: whether a set without labels is an error; `labels` and `classes` must fit
  ///     the set either way.
  /// - Throws: `io`, `invalidFile` for damaged files, `unsupported` for archives and arrays of other
  ///   kinds, `invalidArgument` for a set without pictures or labels.
  package init(
    contentsOf path: String, labels: String? = nil, classes: [String]? = nil,
    requiresLabels: Bool = true
  ) throws(HewnError) {
    self.path = path
    let isFolder = FolderFiles.isFolder(path)
    let archive = isFolder ? nil : try ZIPArchive(contentsOf: path)
    if let archive, ImageArrays.mayBe(in: archive) {
      guard labels == nil, classes == nil else {
        throw HewnError(
          .invalidArgument,
          "\(path) has its labels in an array; leave out the file of labels or classes")
      }
      let arrays = try ImageArrays(in: archive, requiresLabels: requiresLabels)
      source = .arrays(arrays)
      items = (0..<arrays.count).map { position in
        Item(
          name: arrays.name(of: position), label: arrays.labels?[position], position: position)
      }
      folderCount = nil
      labelObstacle = arrays.labels == nil ? "\(path) holds no array of labels" : nil
      notes = []
    } else {
      let files: any ImageFiles
      if let archive {
        files = ArchiveFiles(in: archive)
      } else {
        files = try FolderFiles(in: path)
      }
      let labelling = try Labelling(
        of: files, path: path, labels: labels, classes: classes, requiresLabels: requiresLabels)
      source = .files(files)
      items = labelling.items
      folderCount = labelling.folderCount
      labelObstacle = labelling.obstacle
      notes = labelling.notes
    }
    guard !items.isEmpty else {
      throw HewnError(.invalidArgument, "there are no images in \(path)")
    }
  }

  /// Keeps `count` pictures, spread evenly over the set, so that no class is left out where the
  /// set is sorted by class.
  package mutating func keep(_ count: Int) {
    guard count < items.count else { return }
    // Rounded down with exact integers: count · items stays below 2^63 for any set in memory.
    items = (0..<count).map { items[$0 * items.count / count] }
  }

  /// The set of some of the pictures, in the order of their indices.
  package func keeping(_ indices: [Int]) -> ImageSet {
    var set = self
    set.items = indices.map { items[$0] }
    return set
  }
}

/// Picture files of a set, by their place in a sorted list.
protocol ImageFiles: Sendable {
  /// Paths of PNG and JPEG files within the set, sorted.
  var names: [String] { get }
  /// How many other files there are, hidden ones and those with labels aside.
  var otherFileCount: Int { get }

  /// Reads a file of the set that is no picture; `nil` where there is none.
  func text(named name: String) throws(HewnError) -> (path: String, bytes: [UInt8])?

  /// Decodes a picture.
  ///
  /// - Throws: `io`; `invalidFile` and `unsupported` for a picture that cannot be decoded.
  func image(at position: Int) throws(HewnError) -> Image
}

/// What a file in a set is for, by its path.
enum FileKind {
  case image, hidden, labels, other

  static let imageEndings = ["png", "jpg", "jpeg", "jpe"]

  init(of path: String) {
    let parts = path.split(separator: "/")
    let name = parts.last ?? ""
    if parts.contains(where: { $0.hasPrefix(".") || $0 == "__MACOSX" }) {
      self = .hidden
    } else if let dot = name.lastIndex(of: "."),
      Self.imageEndings.contains(name[name.index(after: dot)...].lowercased())
    {
      self = .image
    } else {
      self = ImageSet.labelFileNames.contains(path) ? .labels : .other
    }
  }
}
