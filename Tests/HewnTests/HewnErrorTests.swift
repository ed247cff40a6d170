import Hewn
import Tensors
import Testing

@Suite struct HewnErrorTests {
  @Test(
    arguments: [
      ("failed-check", 1), ("invalid-argument", 2), ("invalid-file", 3), ("unsupported", 4),
      ("io", 5), ("out-of-memory", 6), ("device", 7), ("internal", 70), ("something-new", 70),
    ] as [(String, Int32)]) func hasOneStatusForEachCode(name: String, status: Int32)
  {
    #expect(ExitStatus.status(of: Hewn.HewnError.Code(rawValue: name)) == status)
  }

  @Test func keepsStatusesApart() {
    #expect(Set(ExitStatus.table.map(\.status)).count == ExitStatus.table.count)
    #expect(!ExitStatus.table.map(\.status).contains(ExitStatus.success))
  }

  @Test func coversTheCodesOfTheModules() {
    let codes: [Tensors.HewnError.Code] = [
      .invalidFile, .unsupported, .invalidArgument, .io, .outOfMemory, .failedCheck, .device,
      .internal,
    ]
    for code in codes {
      let error = Hewn.HewnError(wrapping: Tensors.HewnError(code, "text", node: "Conv \"a\""))
      #expect(ExitStatus.table.contains { $0.code == error.code }, "\(code.rawValue)")
      #expect(error.description == "Conv \"a\": text")
    }
  }

  @Test func countsUnforeseenErrorsAsInternal() {
    struct Surprise: Error {}
    #expect(Hewn.HewnError(wrapping: Surprise()).code == .internal)
  }
}
