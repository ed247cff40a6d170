import Foundation
import GPUBackend
import GPUKernels
import Tensors
import Testing

@Suite struct GPUCostFileTests {
  private static let gpu = GPUIdentity(name: "a GPU", driver: "12080, release 570.1")
  private static let measured: [BlockCostTable.Key: BlockCosts.Measured] = [
    .init(.f16, .warp, 16): .init(stepScale: 1.25, segmentCycles: 40),
    .init(.tf32x3, .warp, 64): .init(stepScale: 1.5, segmentCycles: 0),
  ]

  /// A folder that is removed at the end.
  private func withCache(_ body: (GPUCostCache) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/gpu-costs-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(GPUCostCache(environment: ["HEWN_CACHE": folder]))
  }

  @Test func roundTrip() throws {
    try withCache { cache in
      #expect(cache.costs(for: Self.gpu).costs == .counted)
      try cache.write(GPUCostFile(Self.gpu, measured: Self.measured))
      let (costs, note) = cache.costs(for: Self.gpu)
      #expect(costs == BlockCosts(measured: Self.measured) && note == nil)
    }
  }

  /// Costs of another GPU, another driver or other kernels lie elsewhere, and are refused where they lie.
  @Test func identity() throws {
    try withCache { cache in
      let path = try cache.write(GPUCostFile(Self.gpu, measured: Self.measured))
      for other in [
        GPUIdentity(name: "another", driver: Self.gpu.driver),
        GPUIdentity(name: Self.gpu.name, driver: "12090"),
        GPUIdentity(name: Self.gpu.name, driver: Self.gpu.driver, kernels: "others"),
      ] {
        #expect(cache.costs(for: other).costs == .counted && cache.file(for: other) != path)
        let error = #expect(throws: HewnError.self) {
          try GPUCostFile(contentsOf: path, for: other)
        }
        #expect(error?.code == .unsupported && error?.message.hasPrefix(path) == true)
      }
    }
  }

  /// What a file may hold that is none, with a word of what is said of it.
  @Test(arguments: [
    ("{", "holds no costs"), (#"{"format":"hewn costs","format_version":1}"#, "holds no costs"),
    (#"{"format":"hewn gpu costs","format_version":9}"#, "format 9"),
    (#"{"format":"hewn gpu costs","format_version":1}"#, "damaged"),
    (Self.text(entries: ""), "no entries"),
    (Self.text(entries: Self.entry(height: 16, scale: 0)), "0.0 times"),
    (Self.text(entries: Self.entry(height: 16, scale: 1e300)), "times"),
    (Self.text(entries: Self.entry(height: 16, start: -1)), "-1.0 cycles"),
    (Self.text(entries: Self.entry(height: 48)), "not those of the kernels"),
    (Self.text(entries: Self.entry(height: 16) + "," + Self.entry(height: 16)), "not those"),
  ])
  func damaged(text: String, words: String) throws {
    try withCache { cache in
      let path = try cache.write(GPUCostFile(Self.gpu, measured: Self.measured))
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let (costs, note) = cache.costs(for: Self.gpu)
      #expect(costs == .counted)
      #expect(note?.contains(words) == true, "\(note ?? "no note")")
    }
  }

  /// Measurements that cannot be are not written.
  @Test func disturbed() throws {
    try withCache { cache in
      for measured in [
        BlockCosts.Measured(stepScale: -1, segmentCycles: 0),
        .init(stepScale: .nan, segmentCycles: 0),
      ] {
        let file = GPUCostFile(Self.gpu, measured: [.init(.f16, .warp, 16): measured])
        let error = #expect(throws: HewnError.self) { try cache.write(file) }
        #expect(error?.code == .failedCheck)
      }
      #expect(throws: HewnError.self) {
        try GPUCostCache(environment: [:]).write(GPUCostFile(Self.gpu, measured: Self.measured))
      }
    }
  }

  private static func entry(height: Int, scale: Double = 1, start: Double = 1) -> String {
    #"{"precision":"f16","form":"warp","height":\#(height),"step_scale":\#(scale),"#
      + #""segment_cycles":\#(start)}"#
  }

  private static func text(entries: String) -> String {
    #"{"format":"hewn gpu costs","format_version":1,"name":"\#(gpu.name)","#
      + #""driver":"\#(gpu.driver)","kernels":"\#(gpu.kernels)","date":"","entries":[\#(entries)]}"#
  }
}
