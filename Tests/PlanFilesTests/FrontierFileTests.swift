import Covers
import Foundation
import PlanFiles
import Repruning
import Tensors
import Testing

/// Checkpoints of re-pruning: what is written is read again, for the same layer and key alone, and what is
/// damaged is refused.
@Suite struct FrontierFileTests {
  private static let (rows, taps) = (8, 9)

  /// A layer of two groups whose own form is dense, or by exact covers.
  private static func layer(isDense: Bool, isCalibrated: Bool = true) throws -> PricedLayer {
    var random = SplitMix64(seed: isDense ? 1 : 2)
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in random.uniform() } }
    let parts = try (0..<2).map { _ in
      let values = numbers(rows * taps).map { $0 < -0.2 ? 0 : $0 }
      let weights = FilterWeights(
        matrix: try FilterMatrix(rows: rows, taps: taps, values: values), bias: numbers(rows))
      guard isCalibrated else { return PricedLayer.Part(weights: weights, statistics: nil) }
      let (inputs, count) = (numbers(taps * 40), 40)
      let outputs = (0..<rows * count).map { index in
        let (row, position) = (index / count, index % count)
        return (0..<taps).reduce(weights.bias[row]) {
          $0 + values[row * taps + $1] * inputs[$1 * count + position]
        }
      }
      var sums = try StatisticsAccumulator(
        original: weights.matrix, blocks: TapBlocks([0..<taps]))
      sums.add(inputs: inputs, outputs: outputs, positionCount: count)
      return PricedLayer.Part(weights: weights, statistics: try sums.finish())
    }
    return PricedLayer(
      name: "layer", parts: parts,
      costs: LayerCosts(
        covers: CoverCosts(
          leaf: 1, heights: [.init(height: 2, perTap: 1.2), .init(height: 4, perTap: 1.6)]),
        floor: LayerFloor(floor: 3, fixed: 2), denseTime: isDense ? 40 : .infinity),
      lossPerError: 0.7, adaptsBias: true)
  }

  private static func file(
    isDense: Bool, isCalibrated: Bool = true, unit: LossUnit? = nil
  ) throws -> (file: FrontierFile, groups: [FilterWeights]) {
    let layer = try layer(isDense: isDense, isCalibrated: isCalibrated)
    let frontier = try LayerFrontier(layer, priceCount: 4)
    let measured = LossUnit(restoring: 0.7, draws: [0.5, 0.9], linearity: 1.25)
    return (
      FrontierFile(frontier: frontier, unit: unit ?? measured), layer.parts.map(\.weights)
    )
  }

  /// Runs `body` with the path of a file in a folder of its own.
  private func withFile(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/hewn-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder + "/layer.safetensors")
  }

  private func expectSame(_ got: LayerPlan, _ want: LayerPlan) {
    #expect(got.record == want.record)
    #expect(got.unsolvedFilters == want.unsolvedFilters)
    #expect(got.covers.count == want.covers.count)
    for (got, want) in zip(got.covers, want.covers) {
      #expect(got.order == want.order && got.rootGroups == want.rootGroups)
      #expect(got.segments == want.segments && got.segmentRanges == want.segmentRanges)
      #expect(got.leavesByRow == want.leavesByRow)
    }
    #expect(got.weights.map(\.matrix.values) == want.weights.map(\.matrix.values))
    #expect(got.weights.map(\.bias) == want.weights.map(\.bias))
  }

  @Test(arguments: [true, false], [true, false])
  func roundTrip(isDense: Bool, isCalibrated: Bool) throws {
    let (file, groups) = try Self.file(isDense: isDense, isCalibrated: isCalibrated)
    #expect(file.frontier.unchanged.form == (isDense ? .dense : .exact))
    #expect(file.frontier.plans.contains { $0.form == .repruned })
    try withFile { path in
      try file.write(to: path, key: "a \"key\"")
      let read = try #require(
        try FrontierFile(contentsOf: path, key: "a \"key\"", groups: groups))
      #expect(read.unit == file.unit)
      #expect(read.frontier.corners == file.frontier.corners)
      #expect(read.frontier.plans.count == file.frontier.plans.count)
      expectSame(read.frontier.unchanged, file.frontier.unchanged)
      for (got, want) in zip(read.frontier.plans, file.frontier.plans) { expectSame(got, want) }
      // What is read writes the same file again.
      try read.write(to: path + ".again", key: "a \"key\"")
      let (first, second) = try (
        Data(contentsOf: URL(fileURLWithPath: path)),
        Data(contentsOf: URL(fileURLWithPath: path + ".again"))
      )
      #expect(first == second)
    }
  }

  @Test(
    arguments: [
      .zero, .assumed, LossUnit(restoring: 3, draws: [3], linearity: nil),
      LossUnit(restoring: 0, draws: [0, 0], linearity: nil),
    ] as [LossUnit]) func keepsUnits(unit: LossUnit) throws
  {
    let (file, groups) = try Self.file(isDense: true, unit: unit)
    try withFile { path in
      try file.write(to: path, key: "")
      let read = try FrontierFile(contentsOf: path, key: "", groups: groups)
      #expect(read?.unit == unit)
    }
  }

  @Test func isForOneKeyAlone() throws {
    let (file, groups) = try Self.file(isDense: false)
    try withFile { path in
      #expect(try FrontierFile(contentsOf: path, key: "a", groups: groups) == nil)
      try file.write(to: path, key: "a")
      #expect(try FrontierFile(contentsOf: path, key: "a", groups: groups) != nil)
      for key in ["", "b", "a ", "A"] {
        #expect(try FrontierFile(contentsOf: path, key: key, groups: groups) == nil)
      }
      // What was there is replaced.
      try file.write(to: path, key: "b")
      #expect(try FrontierFile(contentsOf: path, key: "a", groups: groups) == nil)
    }
  }

  @Test func refusesOtherLayersAndFiles() throws {
    let (file, groups) = try Self.file(isDense: false)
    let other = FilterWeights(
      matrix: try FilterMatrix(rows: 4, taps: 18, values: [Float](repeating: 1, count: 72)),
      bias: [0, 0, 0, 0])
    let mask = WeightMasks.Layer(weights: "w", shape: [1, 1], mask: [true], order: [[0]])
    try withFile { path in
      func expectRefusal(_ groups: [FilterWeights], _ words: String) {
        let error = #expect(throws: HewnError.self, "\(words)") {
          try FrontierFile(contentsOf: path, key: "a", groups: groups)
        }
        #expect(error?.code == .invalidFile && error?.file == path, "\(error as Any)")
        #expect(error?.message.contains(words) == true, "\(error as Any)")
      }
      try file.write(to: path, key: "a")
      expectRefusal([other, other], "own.weights.0")
      expectRefusal(groups + groups, "own.weights.2")
      expectRefusal([groups[0]], "2 covers of 1 matrices")
      try WeightMasks(layers: [mask]).write(to: path, model: "a")
      expectRefusal(groups, "no part of a checkpoint")
      try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
      expectRefusal(groups, "no safetensors file")
      try Data().write(to: URL(fileURLWithPath: path))
      expectRefusal(groups, "no safetensors file")
    }
  }

  /// Damage ends in an error, in a file that is not taken, or in plans that networks can be made of.
  @Test(arguments: [true, false]) func damagedFiles(isDense: Bool) throws {
    let (file, groups) = try Self.file(isDense: isDense)
    try withFile { path in
      let url = URL(fileURLWithPath: path)
      try file.write(to: path, key: "a")
      let whole = [UInt8](try Data(contentsOf: url))
      for count in stride(from: 0, to: whole.count, by: 61) {
        try Data(whole[..<count]).write(to: url)
        let error = #expect(throws: HewnError.self, "first \(count) bytes") {
          try FrontierFile(contentsOf: path, key: "a", groups: groups)
        }
        #expect(error?.code == .invalidFile, "first \(count) bytes")
      }
      var counts = (accepted: 0, passedOver: 0, refused: 0)
      for seed in 0..<3000 {
        var generator = SplitMix64(seed: UInt64(seed))
        var damaged = whole
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let index = Int.random(in: damaged.indices, using: &generator)
          let byte = UInt8.random(in: 0...255, using: &generator)
          damaged[index] = byte % 2 == 0 ? damaged[index] ^ 1 << (byte % 8) : byte
        }
        try Data(damaged).write(to: url)
        do throws(HewnError) {
          guard let read = try FrontierFile(contentsOf: path, key: "a", groups: groups) else {
            counts.passedOver += 1
            continue
          }
          counts.accepted += 1
          use(read, groups, "seed \(seed)")
        } catch {
          counts.refused += 1
          // Of types of elements, there are some that no file of Hewn has.
          let isNamed = [.invalidFile, .unsupported].contains(error.code) && error.file == path
          #expect(isNamed, "seed \(seed): \(error.code) \(error)")
        }
      }
      #expect(counts.accepted > 0 && counts.refused > 0, "\(counts)")
    }
  }

  /// Does with a file what re-pruning does.
  private func use(_ file: FrontierFile, _ groups: [FilterWeights], _ label: String) {
    #expect(file.unit.value.isFinite && file.unit.relativeSpread >= 0, "\(label)")
    let pruning = NetworkPruning([file.frontier])
    let plans = (0...pruning.changeCount).map { pruning.plan(changeCount: $0) }
    for plan in plans + [pruning.unchanged, pruning.plan(speedup: 1.5).plan] {
      #expect(!plan.time.isNaN && !plan.loss.isNaN, "\(label)")
      for layer in plan.layers {
        #expect(layer.weights.count == groups.count, "\(label)")
        for (weights, own) in zip(layer.weights, groups) {
          #expect(weights.matrix.values.count == own.matrix.values.count, "\(label)")
          #expect(weights.bias.count == own.bias.count, "\(label)")
        }
        guard layer.form == .repruned else { continue }
        for (cover, weights) in zip(layer.covers, layer.weights) {
          let kept = KeptEntries(cover, fillsSlots: true)
          let outside = weights.matrix.values.enumerated().count { index, value in
            value != 0 && !kept[index / Self.taps, index % Self.taps]
          }
          #expect(outside == 0, "\(label)")
        }
      }
    }
  }
}
