import Foundation
import GPUCatalogue
import KernelIR
import PTX
import TestSupport
import Testing

@Suite struct XInstructionTests {
  @Test func x() throws {
    let cases = try InstructionCase.all()
    print(cases.count)
    try FileManager.default.createDirectory(atPath: "/tmp/ptx", withIntermediateDirectories: true)
    for c in cases { for t in Target.allCases where t >= c.kernel.target {
      try PTXPrinter.text(of: c.kernel, for: t).write(toFile: "/tmp/ptx/\(c.name).\(t.rawValue).ptx", atomically: true, encoding: .utf8)
    } }
  }
}
