#if os(Linux)
  import Foundation
  import PlanFiles
  import Tensors
  import TestSupport
  import Testing

  /// Damaged and hostile plans end in an error or a result, never in the death of the process: each
  /// test runs in a process of its own, whose death fails it.
  @Suite struct PlanMutationTests {
    /// Without repaired checksums, whatever is accepted computes what the plan computed.
    @Test func accidentsAreFound() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        try log.run(SmallPlan.self, 400) { parts, mutation in
          var bytes = parts.bytes
          mutation.damage(&bytes)
          return bytes
        } check: { parts, outputs in
          guard outputs == parts.plan.outputs else {
            throw Finding(description: "it was not found")
          }
        }
      }
      log.report()
    }

    @Test func hostileElementsAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        let accepted = try log.run(SmallPlan.self, 1000) { parts, mutation in
          var open = parts.open
          mutation.changeElements(of: &open)
          return try open.bytes()
        }
        try #require((1..<2000).contains(accepted), "\(accepted) plans are accepted")
      }
      log.report()
    }

    @Test func hostileDocumentsAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        let accepted = try log.run(SmallPlan.self, 1500) { parts, mutation in
          var open = parts.open
          mutation.change(&open.plan, parts.planPaths)
          return try open.bytes()
        }
        try #require((1..<3000).contains(accepted), "\(accepted) plans are accepted")
      }
      log.report()
    }

    @Test func hostileTypesAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        try log.run(SmallPlan.self, 500) { parts, mutation in
          var open = parts.open
          mutation.changeTypes(of: &open)
          return try open.bytes()
        }
      }
      log.report()
    }

    /// Packed weights of other layers than those that they are for.
    @Test func hostileLayersAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        let accepted = try log.runModels(SmallPlan.self, 1500) { parts, mutation in
          var model = parts.plan.model
          mutation.changeLayers(of: &model)
          return model
        }
        try #require((1..<3000).contains(accepted), "\(accepted) plans are accepted")
      }
      log.report()
    }

    @Test func hostileHeadersAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        try log.run(SmallPlan.self, 500) { parts, mutation in
          var open = parts.open
          mutation.change(&open.header, parts.headerPaths)
          return try open.bytes()
        }
      }
      log.report()
    }
  }

  /// The same of plans for GPUs, whose kernels the emulator runs with all detectors.
  @Suite struct GPUPlanMutationTests {
    @Test func hostileElementsAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        let accepted = try log.run(SmallGPUPlan.self, 50) { parts, mutation in
          var open = parts.open
          mutation.changeElements(of: &open)
          return try open.bytes()
        }
        try #require((1..<100).contains(accepted), "\(accepted) plans are accepted")
      }
      log.report()
    }

    /// Choices, attributes and types; a tiling at random is mostly none.
    @Test func hostileDocumentsAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        let accepted = try log.run(SmallGPUPlan.self, 100) { parts, mutation in
          var open = parts.open
          mutation.change(&open.plan, parts.planPaths)
          return try open.bytes()
        }
        try #require((1..<200).contains(accepted), "\(accepted) plans are accepted")
      }
      log.report()
    }

    /// Choices alone, so that most changes get as far as the planner.
    @Test func hostileChoicesAreHarmless() async {
      let log = MutationLog()
      await #expect(processExitsWith: .success) { [log = log as MutationLog] in
        let accepted = try log.run(SmallGPUPlan.self, 100) { parts, mutation in
          var open = parts.open
          let choices = parts.planPaths.filter { path in
            path.starts(with: [.key("gpu"), .key("nodes")]) && path.count > 4
          }
          mutation.change(&open.plan, choices)
          return try open.bytes()
        }
        try #require((1..<200).contains(accepted), "\(accepted) plans are accepted")
      }
      log.report()
    }
  }

  /// Runs mutations in a process and tells another one which of them it died of.
  struct MutationLog: Codable {
    /// A file with the mutation at work.
    private let path: String
    /// The bytes of memory that the process may take at any time.
    private static let memoryLimit = 1 << 29
    /// Seconds that all mutations together may take.
    private static let timeLimit: UInt32 = 600

    init() { path = NSTemporaryDirectory() + "hewn-\(UUID().uuidString).log" }

    /// A plan's parts, with what changes choose from.
    struct Parts<Plan: TestPlan> {
      var plan: Plan
      var bytes: [UInt8]
      var open: OpenPlan
      var planPaths: [[JSON.Step]]
      var headerPaths: [[JSON.Step]]
    }

    /// Reads and runs changed files: `count` of each of two plans.
    ///
    /// - Returns: how many of them are accepted.
    @discardableResult
    func run<Plan: TestPlan>(
      _: Plan.Type, _ count: UInt64,
      change: (Parts<Plan>, inout PlanMutation) throws -> [UInt8],
      check: (Parts<Plan>, [[UInt8]]) throws -> Void = { _, _ in }
    ) throws -> Int {
      try run(count) { (parts: Parts<Plan>, mutation) in
        let bytes = try change(parts, &mutation)
        try note("\(mutation)")
        guard let outputs = try parts.plan.outputs(of: bytes) else { return false }
        try check(parts, outputs)
        return true
      }
    }

    /// Likewise, without writing and reading them.
    func runModels<Plan: TestPlan>(
      _: Plan.Type, _ count: UInt64,
      change: (Parts<Plan>, inout PlanMutation) throws -> CompiledModel
    ) throws -> Int {
      try run(count) { (parts: Parts<Plan>, mutation) in
        let model = try change(parts, &mutation)
        try note("\(mutation)")
        return try parts.plan.outputs { model } != nil
      }
    }

    private func run<Plan: TestPlan>(
      _ count: UInt64, round: (Parts<Plan>, inout PlanMutation) throws -> Bool
    ) throws -> Int {
      alarm(Self.timeLimit)
      var accepted = 0
      for parity in 0..<2 as Range<UInt64> {
        let plan = try Plan(seed: parity)
        let bytes = try plan.bytes()
        let open = try OpenPlan(bytes)
        let parts = Parts(
          plan: plan, bytes: bytes, open: open, planPaths: open.plan.paths,
          headerPaths: open.header.paths)
        for index in 0..<count {
          var mutation = PlanMutation(seed: parity << 32 | index)
          do {
            if try round(parts, &mutation) { accepted += 1 }
            guard let peak = ProcessStatus.byteCount(of: "VmHWM") else {
              throw Finding(description: "no peak memory in /proc/self/status")
            }
            guard peak < Self.memoryLimit else {
              throw Finding(description: "\(peak >> 20) MiB of memory")
            }
          } catch {
            // An error that leaves the test ends the process by a signal that says nothing of it.
            try note("\(mutation): \(error)")
            throw error
          }
        }
      }
      try FileManager.default.removeItem(atPath: path)
      return accepted
    }

    private func note(_ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// Records the mutation at which the process ended, if it did not get through.
    func report() {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
      try? FileManager.default.removeItem(atPath: path)
      Issue.record("the last mutation: \(text)")
    }
  }
#endif
