import ONNXFormat
import Tensors
import Testing

#if os(Linux)
  /// What a small file can ask for is refused before it is taken, or bounded.
  @Suite struct GreedyModelTests {
    @Test func refused() async {
      let progress = Progress("greedy")
      let result = await #expect(processExitsWith: .success) { [progress = progress as Progress] in
        Guard.limitMemory(to: 1 << 30)
        for item in GreedyModel.all {
          progress.note(item.name)
          Guard.limitTime(to: MutationTests.seconds)
          do {
            _ = try Trial.compile(try item.model.read())
            #expect(item.error == nil, "\(item.name)")
          } catch {
            let text = "\(error)"
            #expect(item.error.map(text.contains) == true, "\(item.name): \(text)")
          }
        }
      }
      let last = progress.take()
      if result == nil { Issue.record("the last model: \(last)") }
    }

    /// Messages in messages, as deep as the file is long.
    @Test func deepNesting() async {
      await #expect(processExitsWith: .success) {
        Guard.limitTime(to: MutationTests.seconds)
        // Field numbers of what may hold itself: graph and attribute, types of sequences.
        for fields in [[5, 6, 1], [4, 1], [5, 5, 1], [9, 1]] {
          var bytes: [UInt8] = []
          for level in 0..<20_000 {
            bytes = Self.message(fields[level % fields.count], bytes)
          }
          for outer in [[7, 1], [7, 11, 2], [7, 12, 2], [25, 7], [7, 15], [7]] {
            let model = outer.reversed().reduce(bytes) { Self.message($1, $0) }
            Trial.run("\(fields) in \(outer)") {
              try ONNXModel.read(bytes: [0x08, 8] + model + Self.message(8, [0x10, 18]))
            }
          }
        }
      }
    }

    private static func message(_ field: Int, _ content: [UInt8]) -> [UInt8] {
      varint(field << 3 | 2) + varint(content.count) + content
    }

    private static func varint(_ value: Int) -> [UInt8] {
      value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
    }
  }
#endif
