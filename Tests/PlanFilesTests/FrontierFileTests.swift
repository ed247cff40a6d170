import Covers
import Foundation
import PlanFiles
import Repruning
import Tensors
import Testing

/// Checkpoints of re-pruning: what is written is read again, for the same layer and key alone.
@Suite struct FrontierFileTests {
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
    let (file, groups) = try FrontierCase.file(isDense: isDense, isCalibrated: isCalibrated)
    #expect(file.frontier.unchanged.form == (isDense ? .dense : .exact))
    #expect(file.frontier.plans.contains { $0.form == .repruned })
    try FrontierCase.withFile { path in
      try file.write(to: path, key: "a \"key\"")
      let read = try #require(
        try FrontierFile(contentsOf: path, key: "a \"key\"", groups: groups))
      #expect(read.unit == file.unit)
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
      .zero, .assumed, LossUnit(restoring: 3, draws: [3]),
      LossUnit(restoring: 0, draws: [0, 0]),
    ] as [LossUnit]) func keepsUnits(unit: LossUnit) throws
  {
    let (file, groups) = try FrontierCase.file(isDense: true, unit: unit)
    try FrontierCase.withFile { path in
      try file.write(to: path, key: "")
      let read = try FrontierFile(contentsOf: path, key: "", groups: groups)
      #expect(read?.unit == unit)
    }
  }

  @Test func isForOneKeyAlone() throws {
    let (file, groups) = try FrontierCase.file(isDense: false)
    try FrontierCase.withFile { path in
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
    let (file, groups) = try FrontierCase.file(isDense: false)
    let other = FilterWeights(
      matrix: try FilterMatrix(rows: 4, taps: 18, values: [Float](repeating: 1, count: 72)),
      bias: [0, 0, 0, 0])
    let mask = WeightMasks.Layer(weights: "w", shape: [1, 1], mask: [true], order: [[0]])
    try FrontierCase.withFile { path in
      func expectRefusal(_ groups: [FilterWeights], _ words: String) {
        let error = #expect(throws: HewnError.self, "\(words)") {
          try FrontierFile(contentsOf: path, key: "a", groups: groups)
        }
        #expect(error?.code == .invalidFile && error?.file == path, "\(error as Any)")
        #expect(error?.message.contains(words) == true, "\(words): \(error as Any)")
        #expect(error?.message.contains("delete the file") == true, "\(error as Any)")
      }
      try file.write(to: path, key: "a")
      expectRefusal([other, other], "not those of 4 filters")
      expectRefusal(groups + groups, "own.unsolved.2")
      expectRefusal([groups[0]], "2 covers of 1 matrices")
      try WeightMasks(layers: [mask]).write(to: path, model: "a")
      expectRefusal(groups, "no part of a checkpoint")
      for bytes in [Data("nonsense".utf8), Data([1, 2, 3]), Data()] {
        try bytes.write(to: URL(fileURLWithPath: path))
        expectRefusal(groups, "no part of a checkpoint")
      }
      // The checksum of no bytes is 0.
      try Data(count: 4).write(to: URL(fileURLWithPath: path))
      expectRefusal(groups, "no safetensors file")
    }
  }
}
