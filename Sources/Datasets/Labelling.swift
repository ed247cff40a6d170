internal import Tensors

/// Which class each file of a set shows.
struct Labelling {
  private(set) var items: [ImageSet.Item] = []
  private(set) var folderCount: Int?
  /// Why the files have no labels; `nil` where they have.
  private(set) var obstacle: String?
  private(set) var notes: [String] = []

  /// - Throws: as `ImageSet`'s initializer.
  init(
    of files: any ImageFiles, path: String, labels: String?, classes: [String]?,
    requiresLabels: Bool
  ) throws(HewnError) {
    guard !files.names.isEmpty else {
      throw HewnError(.invalidArgument, "there is no PNG or JPEG file in \(path)")
    }
    if files.otherFileCount > 0 {
      notes.append(
        "\(path): \(files.otherFileCount) files are not .png, .jpg or .jpeg, and left out")
    }
    if let list = try Self.list(of: files, labels: labels, classes: classes) {
      items = try list.items(among: files.names)
      if labels == nil { notes.append("labels are those of \(list.path)") }
      if items.count < files.names.count {
        notes.append(
          "\(files.names.count - items.count) images without a label in \(list.path) are left out")
      }
    } else {
      do throws(HewnError) {
        try labelByFolder(files.names, path: path, classes: classes)
      } catch {
        // Names of classes were given for labels.
        guard !requiresLabels, classes == nil else { throw error }
        obstacle = error.message
        items = files.names.enumerated().map { position, name in
          ImageSet.Item(name: name, label: nil, position: position)
        }
      }
    }
  }

  private static func list(
    of files: any ImageFiles, labels: String?, classes: [String]?
  ) throws(HewnError) -> LabelList? {
    if let labels { return try LabelList(parsing: try Files.read(labels), path: labels) }
    // Names of classes are for folders; asking for them leaves out a list that lies in the set.
    guard classes == nil else { return nil }
    for name in ImageSet.labelFileNames {
      if let (path, bytes) = try files.text(named: name) {
        return try LabelList(parsing: bytes, path: path)
      }
    }
    return nil
  }

  private mutating func labelByFolder(
    _ names: [String], path: String, classes: [String]?
  ) throws(HewnError) {
    var folders: [String] = []
    for name in names {
      let parts = name.split(separator: "/")
      guard parts.count >= 2 else {
        throw HewnError(
          .invalidArgument, "\(path): \(name) has no label, \(Self.advice)")
      }
      folders.append(String(parts[parts.count - 2]))
    }
    let found = Set(folders)
    var indices: [String: Int] = [:]
    if let classes {
      for (index, line) in classes.enumerated().reversed() {
        // Lists often go on with a description: `n01440764 tench, Tinca tinca`.
        for name in [line, String(line.prefix { !$0.isWhitespace })] { indices[name] = index }
      }
      if let unknown = found.sorted().first(where: { indices[$0] == nil }) {
        throw HewnError(
          .invalidArgument, "\(path): the folder \(unknown) is not in the list of classes")
      }
    } else {
      guard found.count > 1 else {
        throw HewnError(
          .invalidArgument,
          "\(path): all images lie in one folder, which gives them no label, \(Self.advice)")
      }
      for (index, name) in found.sorted().enumerated() { indices[name] = index }
      folderCount = found.count
    }
    for (position, folder) in folders.enumerated() {
      guard let label = indices[folder] else { continue }
      items.append(ImageSet.Item(name: names[position], label: label, position: position))
    }
  }

  private static let advice =
    "so accuracy cannot be measured; give --labels FILE with lines \"index file\", or put the images"
    + " of each class into a folder of its own"
}
