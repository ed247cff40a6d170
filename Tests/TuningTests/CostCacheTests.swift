import CPUBackend
import Foundation
import Tensors
import Testing
import Tuning

/// Which costs a compilation gets.
@Suite struct CostCacheTests {
  private static let set = InstructionSet.best
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func cache(
    _ environment: [String: String] = [:], model: String = "7", kernels: String = "k1"
  ) -> CostCache {
    CostCache(
      environment: ["XDG_CACHE_HOME": folder.path].merging(environment) { $1 },
      processor: ProcessorIdentity(fields: ["model": model]), kernels: kernels)
  }

  private func file(_ machine: String, model: String = "7") -> CostFile {
    var table = CPUCostTable.builtIn(for: Self.set)
    table.machine = machine
    return CostFile(
      table, processor: ProcessorIdentity(fields: ["model": model]), kernels: "k1",
      date: "2026-01-31T12:00:00Z")
  }

  private func machine(_ cache: CostCache, _ request: CostRequest = .automatic) throws -> String {
    try cache.costs(request, for: Self.set).origin.machine
  }

  @Test func choosesOptionsBeforeTheEnvironmentBeforeTheCache() throws {
    let builtIn = CPUCostTable.builtIn(for: Self.set).machine
    #expect(try machine(cache()) == builtIn)

    let target = try cache().target(.automatic, for: Self.set)
    try cache().write(file("cached"), to: target)
    #expect(target.hasPrefix("\(folder.path)/hewn/costs-\(Self.set.rawValue)-"))
    #expect(try machine(cache()) == "cached")
    #expect(try cache().costs(.automatic, for: Self.set).note == nil)
    #expect(try machine(cache(), .builtIn) == builtIn)

    let named = "\(folder.path)/named.json"
    try cache().write(file("named"), to: named)
    #expect(try machine(cache(["HEWN_COSTS": named])) == "named")
    #expect(try machine(cache(["HEWN_COSTS": "built-in"])) == builtIn)
    #expect(try machine(cache(["HEWN_COSTS": ""])) == "cached")
    #expect(try machine(cache(["HEWN_COSTS": "built-in"]), .file(named)) == "named")
    #expect(try machine(cache(["HEWN_COSTS": named]), .builtIn) == builtIn)
  }

  @Test func othersHaveOtherFiles() throws {
    let files = [cache(), cache(model: "8"), cache(kernels: "k2")].map { $0.file(for: Self.set) }
    #expect(Set(files).count == 3)
    let all = InstructionSet.allCases.map { cache().file(for: $0) }
    #expect(Set(all).count == InstructionSet.allCases.count)
  }

  @Test func findsTheFolder() {
    func folder(_ environment: [String: String]) -> String? {
      CostCache(environment: environment).folder
    }
    #expect(folder(["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/hewn")
    #expect(folder(["HEWN_CACHE": "/hewn", "XDG_CACHE_HOME": "/c"]) == "/hewn")
    #expect(folder(["HOME": "/h"]) == "/h/.cache/hewn")
    // Relative paths do not count.
    #expect(folder(["XDG_CACHE_HOME": "c", "HOME": "/h"]) == "/h/.cache/hewn")
    #expect(folder(["XDG_CACHE_HOME": "", "HOME": ""]) == nil)
    #expect(folder([:]) == nil)
  }

  @Test func passesOverWhatIsDamagedInTheCacheAlone() throws {
    let target = try cache().target(.automatic, for: Self.set)
    try cache().write(file("cached"), to: target)
    try Data("nonsense".utf8).write(to: URL(filePath: target))
    let found = try cache().costs(.automatic, for: Self.set)
    #expect(found.origin.source == .builtIn)
    #expect(found.note?.contains(target) == true && found.note?.contains("built-in") == true)
    #expect(found.table.tap == CPUCostTable.builtIn(for: Self.set).tap)

    // A file of another processor under this one's name.
    try cache().write(file("other", model: "8"), to: target)
    #expect(try cache().costs(.automatic, for: Self.set).note?.contains("processor") == true)

    for (cache, request) in [
      (cache(), .file(target)), (cache(["HEWN_COSTS": target]), .automatic),
      (cache(), .file("\(folder.path)/missing.json")), (cache(), .file(folder.path)),
    ] as [(CostCache, CostRequest)] {
      #expect(throws: HewnError.self) { try cache.costs(request, for: Self.set) }
    }
  }

  @Test func choosesWhereToWrite() throws {
    let named = cache(["HEWN_COSTS": "/x/costs.json"])
    #expect(try named.target(.automatic, for: Self.set) == "/x/costs.json")
    #expect(try named.target(.file("y.json"), for: Self.set) == "y.json")
    let nobody = CostCache(environment: [:], processor: ProcessorIdentity(fields: ["model": "7"]))
    let unknown = CostCache(
      environment: ["HOME": "/h"], processor: ProcessorIdentity(fields: [:]))
    for (cache, request) in [
      (cache(["HEWN_COSTS": "built-in"]), .automatic), (cache(), .builtIn),
      (nobody, .automatic), (unknown, .automatic),
    ] as [(CostCache, CostRequest)] {
      let error = #expect(throws: HewnError.self) { try cache.target(request, for: Self.set) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("--costs") == true)
    }
  }

  @Test func saysWhatCannotBeWritten() throws {
    try Data().write(to: URL(filePath: "\(folder.path)/file"))
    let cache = cache(["XDG_CACHE_HOME": "\(folder.path)/file"])
    let target = try cache.target(.automatic, for: Self.set)
    let error = #expect(throws: HewnError.self) { try cache.write(file("x"), to: target) }
    #expect(error?.code == .io)
    #expect(error?.message.contains("\(folder.path)/file/hewn") == true)
  }
}
