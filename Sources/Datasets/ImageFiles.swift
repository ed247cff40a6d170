internal import Images
internal import Tensors

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The greatest size of a file with labels.
private let maximumTextByteCount = 1 << 28

/// Pictures in a folder and its folders.
struct FolderFiles: ImageFiles {
  private(set) var names: [String] = []
  private(set) var otherFileCount = 0
  private let root: String

  /// How deep folders may lie: links can make a circle.
  static let maximumDepth = 16

  static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  init(in root: String) throws(HewnError) {
    self.root = root
    try collect("", depth: 0)
    names.sort()
  }

  /// Adds what lies in a folder, given by its path in the root with a final slash.
  private mutating func collect(_ folder: String, depth: Int) throws(HewnError) {
    guard depth <= Self.maximumDepth else {
      throw HewnError(
        .unsupported, "\(root)/\(folder): folders lie deeper than \(Self.maximumDepth)")
    }
    let content: [String]
    do {
      content = try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
    } catch {
      throw HewnError(.io, "cannot list the folder \(root)/\(folder)")
    }
    for name in content {
      let path = folder + name
      let kind = FileKind(of: path)
      if kind == .hidden { continue }
      if Self.isFolder("\(root)/\(path)") {
        try collect(path + "/", depth: depth + 1)
      } else if kind == .image {
        names.append(path)
      } else if kind == .other {
        otherFileCount += 1
      }
    }
  }

  func text(named name: String) throws(HewnError) -> (path: String, bytes: [UInt8])? {
    let path = "\(root)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return (path, try Files.read(path, limit: maximumTextByteCount))
  }

  func image(at position: Int) throws(HewnError) -> Image {
    try Image(contentsOf: "\(root)/\(names[position])")
  }
}

/// Pictures in a ZIP archive.
struct ArchiveFiles: ImageFiles {
  let names: [String]
  let otherFileCount: Int
  private let archive: ZIPArchive
  /// In the order of `names`.
  private let images: [ZIPArchive.Entry]

  init(in archive: ZIPArchive) {
    self.archive = archive
    let files = archive.entries.filter { !$0.isFolder }
    images = files.filter { FileKind(of: $0.name) == .image }.sorted { $0.name < $1.name }
    names = images.map(\.name)
    otherFileCount = files.count { FileKind(of: $0.name) == .other }
  }

  func text(named name: String) throws(HewnError) -> (path: String, bytes: [UInt8])? {
    guard let entry = archive.entries.first(where: { $0.name == name }) else { return nil }
    return (
      "\(archive.path), \(name)", try archive.bytes(of: entry, limit: maximumTextByteCount)
    )
  }

  func image(at position: Int) throws(HewnError) -> Image {
    let entry = images[position]
    let bytes = try archive.bytes(of: entry, limit: Image.maximumFileByteCount)
    do {
      return try Image(decoding: bytes)
    } catch {
      throw HewnError(error.code, "\(archive.path), \(entry.name): \(error.message)")
    }
  }
}
