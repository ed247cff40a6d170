import CUDA
import FakeCUDASupport
import Glibc
import Tensors
import Testing

@Suite struct CubinCacheTests {
  private func withCache(_ body: (Fixture, CubinCache, String) throws -> Void) throws {
    try Fixture.withContext { fixture in
      let folder = "\(fixture.fake.folder)/a/cubins"
      try body(fixture, CubinCache(folder: folder), folder)
      for name in (try? FakeDriver.names(in: folder)) ?? [] { unlink("\(folder)/\(name)") }
      rmdir(folder)
      rmdir("\(fixture.fake.folder)/a")
    }
  }

  @Test func keepsCompilations() throws {
    try withCache { fixture, cache, folder in
      #expect(try fixture.module(cache: cache).origin == .compiler)
      let names = try FakeDriver.names(in: folder)
      #expect(names.count == 1, "\(names)")
      #expect(names.first?.count == 64 + ".cubin".count)
      let linkCount = fixture.fake.calls.count { $0 == "cuLinkCreate_v2" }
      let module = try fixture.module(cache: cache)
      #expect(module.origin == .cache)
      #expect(module.warnings.isEmpty)
      #expect(module.log == "")
      #expect(try module.function("increment").properties().parameterByteCount == 8)
      #expect(fixture.fake.calls.count { $0 == "cuLinkCreate_v2" } == linkCount)
    }
  }

  /// Everything that shapes the code is part of the key, without running into each other.
  @Test func keys() {
    func key(_ change: (inout CubinCache.Key) -> Void) -> String? {
      var key = CubinCache.Key(
        ptx: "a", computeCapability: "9.0", driverVersion: 12_080, driverRelease: "570.1",
        options: JITOptions())
      change(&key)
      return CubinCache(folder: "/f").path(of: key)
    }
    let paths = [
      key { _ in }, key { $0.ptx = "b" }, key { $0.computeCapability = "8.0" },
      key { $0.driverVersion = 12_090 }, key { $0.driverRelease = "570.2" },
      key { $0.options.optimizationLevel = 3 }, key { $0.options.generatesLineInfo = true },
      key {
        $0.ptx = "a9"
        $0.computeCapability = ".0"
      },
    ]
    #expect(Set(paths).count == paths.count)
    #expect(key { _ in } == key { _ in })
    #expect(CubinCache(folder: nil).path(of: anyKey) == nil)
  }

  private var anyKey: CubinCache.Key {
    CubinCache.Key(
      ptx: "", computeCapability: "8.0", driverVersion: 0, driverRelease: "", options: JITOptions())
  }

  /// A damaged file is noted, and replaced.
  @Test(arguments: ["truncated", "grown", "empty", "header", "length", "code"])
  func damage(kind: String) throws {
    try withCache { fixture, cache, folder in
      _ = try fixture.module(cache: cache)
      let path = try "\(folder)/\(#require(FakeDriver.names(in: folder).first))"
      let right = try Files.read(path)
      var bytes = right
      switch kind {
      case "truncated": bytes.removeLast()
      case "grown": bytes.append(0)
      case "empty": bytes = []
      case "header": bytes[0] ^= 1
      case "length": bytes[14] ^= 1
      default: bytes[bytes.count / 2] ^= 0x10
      }
      try Files.write([bytes], to: path)
      let module = try fixture.module(cache: cache)
      #expect(module.origin == .compiler)
      #expect(
        module.warnings.map(\.message) == ["\(path) is damaged; the kernel is compiled again"])
      #expect(try Files.read(path) == right)
      #expect(try fixture.module(cache: cache).origin == .cache)
    }
  }

  /// A file that verifies but that the driver refuses is compiled again.
  @Test func refusedCode() throws {
    try withCache { fixture, cache, folder in
      _ = try fixture.module(cache: cache)
      fixture.fake.fail("cuModuleLoadDataEx", times: 1, with: 209)
      let module = try fixture.module(cache: cache)
      #expect(module.origin == .compiler)
      #expect(module.warnings.map(\.code) == [.unsupported])
      #expect(try fixture.module(cache: cache).origin == .cache)
    }
  }

  /// Folders that cannot be written to: a warning, and nothing kept.
  @Test(arguments: ["/proc/hewn/cubins", "/dev/null/cubins"])
  func unwritable(folder: String) throws {
    try Fixture.withContext { fixture in
      let cache = CubinCache(folder: folder)
      for _ in 0..<2 {
        let module = try fixture.module(cache: cache)
        #expect(module.origin == .compiler)
        #expect(module.warnings.count == 1)
        #expect(module.warnings.first?.code == .io)
        #expect(
          module.warnings.first?.message.hasPrefix("cannot make the folder /") == true,
          "\(module.warnings)")
      }
    }
  }

  @Test func withoutFolder() throws {
    try Fixture.withContext { fixture in
      let module = try fixture.module(cache: CubinCache(folder: nil))
      #expect(module.origin == .compiler)
      #expect(module.warnings.isEmpty)
    }
  }

  /// The environment, and the folder of the caches.
  @Test(
    arguments: [
      (["HEWN_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/c"),
      (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/hewn"), (["HOME": "/h"], "/h/.cache/hewn"),
      (["HEWN_CACHE": "relative", "HOME": "/h"], "/h/.cache/hewn"), ([:], nil),
    ] as [([String: String], String?)])
  func folder(environment: [String: String], path: String?) {
    #expect(CacheFolder.path { environment[$0] } == path)
  }
}
