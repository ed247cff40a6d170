import Foundation
import FuzzTargets
import Testing

/// Inputs that fuzzing found or began with, one file each: what they did must not come back.
@Suite struct FuzzCaseTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Fuzz/Cases")

  /// A file's name begins with what Hewn answers.
  @Test(arguments: FuzzTarget.allCases)
  func replays(target: FuzzTarget) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.folder.appending(path: target.rawValue), includingPropertiesForKeys: nil)
    #expect(files.count >= 5)
    for file in files.sorted(by: { $0.path < $1.path }) {
      let name = file.lastPathComponent
      let answer = target.answer(to: Array(try Data(contentsOf: file)))
      // A plan is for one kind of processor.
      if answer?.contains("compile the model again here") == true { continue }
      #expect((answer == nil) == name.hasPrefix("accepted-"), "\(name): \(answer ?? "accepted")")
    }
  }
}
