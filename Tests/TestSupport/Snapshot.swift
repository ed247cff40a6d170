import Foundation
import Testing

/// Texts that tests compare with files of `Tests/Snapshots`.
package enum Snapshot {
  /// Expects `text` to be that of the file; with HEWN_UPDATE_SNAPSHOTS=1 writes the file instead, for eyes
  /// to compare before it is committed.
  package static func expect(
    _ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Snapshots")
    let file = folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["HEWN_UPDATE_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard text != expected else { return }
    let (got, want) = (
      text.split(separator: "\n", omittingEmptySubsequences: false),
      expected.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let line = zip(got, want).prefix { $0 == $1 }.count
    Issue.record(
      """
      \(name) differs from line \(line + 1) on
      got:  \(line < got.count ? got[line] : "nothing")
      want: \(line < want.count ? want[line] : "nothing")
      HEWN_UPDATE_SNAPSHOTS=1 writes it anew.
      """, sourceLocation: sourceLocation)
  }
}
