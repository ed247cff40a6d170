import PlanFiles
import Tensors
import Testing

/// The container: what is read, and what is refused.
@Suite struct SafetensorsTests {
  /// A file of a header and some bytes of data.
  private func file(_ header: String, dataByteCount: Int) throws -> FileBytes {
    let text = Array(header.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return try FileBytes(
      copying: length + text + (0..<dataByteCount).map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test func readsTensorsAndMetadata() throws {
    let file = try file(
      """
      {"__metadata__":{"a":"b\\u00e9\\n\\ud83d\\ude00","":"\\"\\\\\\/"},\
      "x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}, \
      "y" : { "shape":[], "data_offsets":[24,32], "dtype":"I64" },
      "z":{"dtype":"BOOL","shape":[0],"data_offsets":[32,32]}}\u{20}\u{20}
      """, dataByteCount: 32)
    let read = try Safetensors(file)
    #expect(read.metadata == ["a": "bé\n😀", "": "\"\\/"])
    #expect(read.tensors.keys.sorted() == ["x", "y", "z"])
    #expect(read.tensors["x"]?.type == TensorType(.float32, [2, 3]))
    #expect(read.tensors["y"]?.type == TensorType(.int64, []))
    let start = file.bytes.count - 32
    #expect(read.tensors["y"]?.range == start + 24..<start + 32)
  }

  /// Headers with 8 bytes of data, and words of the error.
  @Test(arguments: [
    ("", "no { "), ("{", "no \" "), ("{}", "belong to no tensor"), ("[]", "no { "),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#, "after the header"),
    (#"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#, "cut off"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "cut off"),
    (#"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "has 8 bytes"),
    (#"{"x":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}}"#, "F8"),
    (#"{"x":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#, "hole"),
    (
      #"{"x":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"#
        + #""y":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#, "overlap"
    ),
    (
      #"{"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"#
        + #""x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#, "second tensor"
    ),
    (#"{"__metadata__":{"a":"b","a":"b"}}"#, "second entry"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, "second __metadata__"),
    (#"{"__metadata__":{"a":1}}"#, "no \" "),
    (#"{"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"shape":[8]}}"#, "second \"shape\""),
    (#"{"x":{"dtype":"U8","shape":[8]}}"#, "without"),
    (#"{"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"z":[1]}}"#, "\"z\""),
    (#"{"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8,8]}}"#, "3 data_offsets"),
    (#"{"x":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}}"#, "no integer"),
    (#"{"x":{"dtype":"U8","shape":[08],"data_offsets":[0,8]}}"#, "no integer"),
    (#"{"x":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,8]}}"#, "2^63"),
    (
      #"{"x":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#, "2^40"
    ),
    (#"{"\ud800x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#, "half"),
    (#"{"\x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#, "escape"),
    ("{\"\n\":{}}", "control"),
  ]) func refuses(header: String, words: String) throws {
    let file = try file(header, dataByteCount: 8)
    let error = #expect(throws: HewnError.self) { try Safetensors(file) }
    #expect(error?.message.contains(words) == true, "\(header): \(error as Any)")
  }

  @Test func refusesFilesThatAreTooShort() throws {
    for bytes in [[], [1, 2, 3], [9, 0, 0, 0, 0, 0, 0, 0], .init(repeating: 255, count: 20)]
      as [[UInt8]]
    {
      let error = #expect(throws: HewnError.self) {
        try Safetensors(FileBytes(copying: bytes))
      }
      #expect(error?.code == .invalidFile, "\(bytes)")
    }
  }

  @Test func recognizesItsFiles() {
    let start: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0, UInt8(ascii: "{")]
    #expect(Safetensors.isLikely(start, byteCount: 10))
    #expect(!Safetensors.isLikely(start, byteCount: 9))
    #expect(!Safetensors.isLikely(start.dropLast(), byteCount: 10))
    #expect(!Safetensors.isLikely([8, 7, 18, 7, 112, 121, 116, 111, 123], byteCount: 1 << 30))
  }
}
