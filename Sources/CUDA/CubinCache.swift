package import Tensors

/// Compiled kernels on the disk.
///
/// A file's name is a digest of all that shaped its content, so that machines may share the folder.
/// Files are written aside and renamed, and verified when they are read. They may be
/// deleted at any time. No failure of the cache is one of the compilation.
package struct CubinCache: Sendable {
  /// Changes whenever the content of files or keys does.
  static let formatVersion = 1
  /// The greatest file that is read.
  private static let byteLimit = 1 << 28

  /// `nil` keeps nothing.
  package let folder: String?

  package init(folder: String?) {
    self.folder = folder
  }

  /// The cache in the folder that the environment names.
  package init() {
    self.init(folder: CacheFolder.path(environment: Environment.value).map { "\($0)/cubins" })
  }

  /// What a compilation depends on.
  package struct Key: Hashable, Sendable {
    package var ptx: String
    /// Of the GPU, as `9.0`.
    package var computeCapability: String
    package var driverVersion: Int
    /// The driver's release, as `570.86.15`, where the system tells it.
    package var driverRelease: String
    package var options: JITOptions

    package init(
      ptx: String, computeCapability: String, driverVersion: Int, driverRelease: String,
      options: JITOptions
    ) {
      self.ptx = ptx
      self.computeCapability = computeCapability
      self.driverVersion = driverVersion
      self.driverRelease = driverRelease
      self.options = options
    }

    var digest: String {
      var hash = SHA256()
      // Each with its length, so that no two keys give the same bytes.
      for field in [
        "\(CubinCache.formatVersion)", ptx, computeCapability, "\(driverVersion)", driverRelease,
        "\(options.optimizationLevel)", "\(options.generatesLineInfo)",
      ] {
        hash.update("\(field.utf8.count):".utf8)
        hash.update(field.utf8)
      }
      return hash.finalize().map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
        .joined()
    }
  }

  package func path(of key: Key) -> String? { folder.map { "\($0)/\(key.digest).cubin" } }

  /// What is kept of a compilation; `nil` when there is nothing.
  ///
  /// - Throws: `io` or `invalidFile`, when there is a file that cannot be used.
  package func cubin(of key: Key) throws(HewnError) -> [UInt8]? {
    guard let path = path(of: key), CacheFolder.exists(path) else { return nil }
    let file = try Files.read(path, limit: Self.byteLimit)
    guard let cubin = Self.cubin(in: file) else {
      throw HewnError(.invalidFile, "\(path) is damaged; the kernel is compiled again")
    }
    return cubin
  }

  /// Keeps the outcome of a compilation.
  ///
  /// - Throws: `io`, as when the disk is full.
  package func keep(_ cubin: [UInt8], of key: Key) throws(HewnError) {
    guard let folder, let path = path(of: key) else { return }
    try CacheFolder.make(folder)
    try Files.write([Self.header(of: cubin), cubin], to: path)
  }

  private static let magic = Array("hewn-cubin".utf8)

  /// The magic, the format's version, the length and the digest of what follows.
  private static func header(of cubin: [UInt8]) -> [UInt8] {
    let length = UInt64(cubin.count)
    return magic + [UInt8(formatVersion)]
      + (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + SHA256.digest(of: cubin)
  }

  private static func cubin(in file: [UInt8]) -> [UInt8]? {
    let headerByteCount = magic.count + 1 + 8 + 32
    guard file.count >= headerByteCount else { return nil }
    let cubin = Array(file[headerByteCount...])
    return file.starts(with: header(of: cubin)) ? cubin : nil
  }
}
