import Datasets
import Images
import TestSupport
import Tensors
import Testing

@Suite struct ImageSetTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A grey picture of 2 × 2 equal values.
  static func picture(_ value: UInt8 = 0) -> [UInt8] {
    TinyPNG.bytes(
      width: 2, height: 2, channels: 1, samples: [UInt8](repeating: value, count: 4))
  }

  /// Writes files as a folder and as an archive, and returns both paths.
  private func sets(_ files: [(String, [UInt8])]) throws -> [String] {
    for (name, bytes) in files { _ = try scratch.write(bytes, to: "set/\(name)") }
    let zip = TinyZIP(files.map { TinyZIP.Entry($0.0, $0.1) })
    return [scratch.path + "/set", try scratch.write(zip.bytes, to: "set.zip")]
  }

  private func items(_ set: ImageSet) -> [String] {
    set.items.map { item in "\(item.name) \(item.label.map(String.init) ?? "-")" }
  }

  @Test func labelsByFolder() throws {
    let files = [
      "test/dog/1.png", "test/dog/0.jpeg", "test/cat/1.PNG", "ant/x.y.jpg", "test/cat/note.txt",
      "test/.hidden/a.png", "__MACOSX/test/cat/._1.png", "test/dog/.DS_Store", "readme",
    ].map { ($0, Self.picture()) }
    let list = try scratch.write("elk\ndog a dog\n\nant\ncat\ncat 2\n", to: "classes.txt")
    #expect(!list.isEmpty)
    for path in try sets(files) {
      let set = try ImageSet(contentsOf: path)
      #expect(
        items(set) == [
          "ant/x.y.jpg 0", "test/cat/1.PNG 1", "test/dog/0.jpeg 2", "test/dog/1.png 2",
        ]
      )
      #expect(set.folderCount == 3)
      #expect(set.notes.count == 1 && set.notes[0].contains("2 files"), "\(set.notes)")

      let named = try ImageSet(
        contentsOf: path, classes: ["elk", "dog a dog", "", "ant", "cat", "cat 2"])
      #expect(
        items(named)
          == ["ant/x.y.jpg 3", "test/cat/1.PNG 4", "test/dog/0.jpeg 1", "test/dog/1.png 1"])
      #expect(named.folderCount == nil)
      let error = #expect(throws: HewnError.self) {
        try ImageSet(contentsOf: path, classes: ["cat", "dog"])
      }
      #expect(error?.message.contains("folder ant") == true)
    }
  }

  @Test(arguments: [
    "0 a.png\n1 b c.png\n2 d/a.jpg\n",
    "a.png 0\r\nb c.png 1\r\nd/a.jpg 2",
    "file,label\na.png,0\nb c.png,1\n\nd/a.jpg,2\n",
    "\"index\";\"file\"\n0;\"a.png\"\n1;\"b c.png\"\n2;\"d/a.jpg\"",
    "./a.png\t0\n./b c.png\t1\n./d/a.jpg\t2\n",
    " 2 ,d/a.jpg\n 1 ,b c.png\n 0 ,a.png\n",
  ]) func labelsByList(_ text: String) throws {
    let files = ["a.png", "b c.png", "d/a.jpg", "e.png"].map { ($0, Self.picture()) }
    let list = try scratch.write(text, to: "list")
    for (path, inside) in zip(
      try sets(files), try sets(files + [("labels.txt", Array(text.utf8))]))
    {
      // The folder holds its list from here on, the archives differ.
      for set in [try ImageSet(contentsOf: path, labels: list), try ImageSet(contentsOf: inside)] {
        #expect(items(set) == ["a.png 0", "b c.png 1", "d/a.jpg 2"])
        #expect(set.notes.contains { $0.contains("1 images without a label") }, "\(set.notes)")
        #expect(set.folderCount == nil)
      }
    }
  }

  @Test func findsListedFilesByTheirLastPart() throws {
    let files = ["val/a.png", "val/b.png", "val/1", "val/2.png"].map { ($0, Self.picture()) }
    for path in try sets(files) {
      let list = try scratch.write("7 b.png\n8 a.png\n", to: "list")
      #expect(
        items(try ImageSet(contentsOf: path, labels: list)) == ["val/a.png 8", "val/b.png 7"])
    }
  }

  @Test(arguments: [
    ("", "no label"), ("a.png\n", "no label"), ("name\n0 a.png\nb.png\n", "line 3: no label"),
    ("0 a.png\nb.png 1\n", "no label"),
    ("0 a.png\n1 z.png\n", "line 2: there is no image z.png"),
    ("0 a.png\n1 a.png\n", "line 2: a.png is listed twice"), ("-1 a.png", "line 1"),
    ("0 a.png\n99999999999999999999 b.png\n", "line 2"),
  ]) func explainsLists(text: String, words: String) throws {
    let list = try scratch.write(text, to: "list")
    for path in try sets(["a.png", "b.png"].map { ($0, Self.picture()) }) {
      let error = #expect(throws: HewnError.self) { try ImageSet(contentsOf: path, labels: list) }
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
      #expect(error?.message.contains(list) == true, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: [
    (["a.png", "cat/b.png"], "a.png has no label"), (["cat/a.png", "cat/b.png"], "one folder"),
    (["a.txt"], "no PNG or JPEG"), ([], "no PNG or JPEG"),
  ]) func explainsSetsWithoutLabels(names: [String], words: String) throws {
    _ = try scratch.write([], to: "set/.empty")
    for path in try sets(names.map { ($0, Self.picture()) }) {
      let error = #expect(throws: HewnError.self) { try ImageSet(contentsOf: path) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: [
    (["a.png", "cat/b.png"], "a.png has no label"), (["cat/a.png", "cat/b.png"], "one folder"),
  ]) func takesSetsWithoutLabelsWhereAsked(names: [String], words: String) throws {
    for path in try sets(names.map { ($0, Self.picture()) }) {
      let set = try ImageSet(contentsOf: path, requiresLabels: false)
      #expect(items(set) == names.map { "\($0) -" })
      #expect(set.labelObstacle?.contains(words) == true, "\(set.labelObstacle ?? "")")
      #expect(set.folderCount == nil)
      // What is given for labels must still fit.
      #expect(throws: HewnError.self) {
        try ImageSet(contentsOf: path, classes: ["dog"], requiresLabels: false)
      }
      let list = try scratch.write("3 z.png", to: "list")
      #expect(throws: HewnError.self) {
        try ImageSet(contentsOf: path, labels: list, requiresLabels: false)
      }
    }
  }

  @Test func readsLabelsThatAreNotRequired() throws {
    for path in try sets(["cat/a.png", "dog/b.png"].map { ($0, Self.picture()) }) {
      let set = try ImageSet(contentsOf: path, requiresLabels: false)
      #expect(items(set) == ["cat/a.png 0", "dog/b.png 1"] && set.labelObstacle == nil)
    }
  }

  @Test func keepsAnEvenSpread() throws {
    let files = (0..<10).map { ("\($0 / 5)/\($0).png", Self.picture()) }
    for path in try sets(files) {
      for (count, want) in [
        (1, [0]), (2, [0, 5]), (3, [0, 3, 6]), (9, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (10, Array(0..<10)), (99, Array(0..<10)),
      ] {
        var set = try ImageSet(contentsOf: path)
        set.keep(count)
        #expect(items(set) == want.map { "\($0 / 5)/\($0).png \($0 / 5)" }, "\(count)")
      }
    }
  }
  @Test func keepsSomeInOrder() throws {
    let files = (0..<6).map { ("\($0 / 3)/\($0).png", Self.picture(UInt8($0))) }
    for path in try sets(files) {
      let set = try ImageSet(contentsOf: path)
      let some = set.keeping([4, 1, 1])
      #expect(items(some) == ["1/4.png 1", "0/1.png 0", "0/1.png 0"])
      #expect(some.path == set.path && some.folderCount == 2 && some.notes == set.notes)
      #expect(items(some.keeping([2])) == ["0/1.png 0"])
      #expect(set.keeping([]).items.isEmpty && set.items.count == 6)
      // Pictures are those of their own place.
      var gray = Preprocessing()
      gray.color = .gray
      var loader = ImageLoader(some, preprocessing: gray, inputSize: nil, threads: 1)
      #expect(try loader.next(9).map { $0.planes.values[0] } == [4, 1, 1])
    }
  }
}
