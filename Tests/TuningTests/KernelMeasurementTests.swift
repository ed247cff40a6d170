import CPUBackend
import Testing
import Tuning

/// Measuring as such; what it finds depends on the machine.
@Suite struct KernelMeasurementTests {
  @Test func measuresEveryKernel() throws {
    for set in InstructionSet.available {
      var fractions: [Double] = []
      let table = try KernelMeasurement(set).table(seconds: 0) { fractions.append($0) }
      let builtIn = CPUCostTable.builtIn(for: set)
      #expect(table.isa == set.rawValue)
      #expect(table.tap.map(\.count) == builtIn.tap.map(\.count))
      #expect(table.unalignedTap.map(\.count) == builtIn.unalignedTap.map(\.count))
      #expect(table.block.map(\.count) == builtIn.block.map(\.count))
      #expect(table.winograd.product.count == builtIn.winograd.product.count)
      #expect(table.winograd.transforms.map(\.tile) == builtIn.winograd.transforms.map(\.tile))
      #expect(
        (table.tap + table.unalignedTap + table.block).allSatisfy {
          $0.allSatisfy { $0 >= 0 && $0.isFinite }
        })
      #expect(fractions.last == 1)
    }
  }

  @Test func namesProcessors() {
    func name(_ fields: [String: String]) -> String {
      ProcessorIdentity(fields: fields).description
    }
    #expect(
      name(["model name": "Fast", "cpu family": "26", "model": "2", "stepping": "1"])
        == "Fast, family 26, model 2, stepping 1")
    #expect(name(["model name": "Fast"]) == "Fast")
    #expect(
      name(["CPU implementer": "0x41", "CPU part": "0xd0c"])
        == "ARM implementer 0x41, part 0xd0c")
    #expect(name([:]) == "an unknown processor")
  }
}
