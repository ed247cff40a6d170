import ONNXFormat
import ONNXTestSupport
import Tensors
import Testing

/// Tensors in sparse form, as initializers and as values of `Constant`.
@Suite struct SparseTensorTests {
  private static func initializer(_ sparse: ONNXSparseTensorProto) -> ONNXModelProto {
    ONNXModelProto([ONNXNodeProto("Add", ["x", "w"], ["y"])]).with {
      $0.graph.sparseInitializer = [sparse]
    }
  }

  private static func constant(_ sparse: ONNXSparseTensorProto) -> ONNXModelProto {
    ONNXModelProto([
      ONNXNodeProto("Constant", [], ["w"], ["sparse_value": .sparse(sparse)]),
      ONNXNodeProto("Add", ["x", "w"], ["y"]),
    ])
  }

  static let accepted: [(name: String, sparse: ONNXSparseTensorProto, want: [Double])] = [
    (
      "positions", ONNXSparseTensorProto("w", [2, 3], values: [1, -2], indices: [1, 5]),
      [0, 1, 0, 0, 0, -2]
    ),
    (
      "coordinates",
      ONNXSparseTensorProto("w", [2, 3], values: [1, -2], indices: [0, 1, 1, 2], rank: 2),
      [0, 1, 0, 0, 0, -2]
    ),
    (
      "coordinates of rank 1",
      ONNXSparseTensorProto("w", [4], values: [3, 4], indices: [0, 3], rank: 1), [3, 0, 0, 4]
    ),
    ("nothing stored", ONNXSparseTensorProto("w", [3], values: [], indices: []), [0, 0, 0]),
    (
      "nothing stored, coordinates",
      ONNXSparseTensorProto("w", [1, 2], values: [], indices: [], rank: 2).with {
        $0.indices.dims = [0, 2]
      }, [0, 0]
    ),
    (
      "everything stored", ONNXSparseTensorProto("w", [2], values: [7, 8], indices: [0, 1]),
      [7, 8]
    ),
    ("no elements", ONNXSparseTensorProto("w", [0, 5], values: [], indices: []), []),
    (
      "int8 values",
      ONNXSparseTensorProto("w", [3], values: [], indices: [2]).with {
        $0.values = ONNXTensorProto("w", type: 3, [1], raw: [0xff])
      }, [0, 0, -1]
    ),
  ]

  @Test(arguments: accepted.indices)
  func reads(_ index: Int) throws {
    let item = Self.accepted[index]
    for model in [Self.initializer(item.sparse), Self.constant(item.sparse)] {
      let tensor = try #require(try model.read().template.constants["w"], "\(item.name)")
      #expect(tensor.shape.dimensions == item.sparse.dims.map { Int($0) }, "\(item.name)")
      #expect(tensor.doubles() == item.want, "\(item.name)")
    }
  }

  static let rejected: [(name: String, sparse: ONNXSparseTensorProto, text: String)] = [
    ("unsorted", .init("w", [4], values: [1, 2], indices: [2, 1]), "before the one before"),
    ("duplicate", .init("w", [4], values: [1, 2], indices: [2, 2]), "as the one before"),
    ("negative", .init("w", [4], values: [1], indices: [-1]), "outside the shape"),
    ("beyond the end", .init("w", [4], values: [1], indices: [4]), "outside the shape"),
    ("far beyond", .init("w", [4], values: [1], indices: [.max]), "outside the shape"),
    (
      "coordinate beyond its axis", .init("w", [2, 3], values: [1], indices: [0, 3], rank: 2),
      "index 0, [0, 3], lies outside"
    ),
    (
      "negative coordinate", .init("w", [2, 3], values: [1], indices: [1, -1], rank: 2),
      "lies outside"
    ),
    (
      "unsorted coordinates",
      .init("w", [2, 3], values: [1, 2], indices: [1, 0, 0, 2], rank: 2), "before the one before"
    ),
    ("fewer indices", .init("w", [4], values: [1, 2], indices: [2]), "indices of shape 1"),
    (
      "indices of another rank", .init("w", [2, 3], values: [1], indices: [0, 1, 1], rank: 3),
      "indices of shape 1×3"
    ),
    ("more values than elements", .init("w", [1], values: [1, 2], indices: [0, 1]), "do not fit"),
    (
      "values of rank 2",
      .init("w", [4], values: [1, 2], indices: [0, 1]).with { $0.values.dims = [1, 2] },
      "do not fit"
    ),
    ("negative extent", .init("w", [-4], values: [1], indices: [0]), "negative"),
    (
      "product beyond the limit", .init("w", [1 << 40, 1 << 40], values: [1], indices: [0]), "2^40"
    ),
    ("wraps to 0", .init("w", [1 << 32, 1 << 32], values: [1], indices: [0]), "2^40"),
    ("far larger than the file", .init("w", [1 << 25], values: [1], indices: [0]), "1024 times"),
    (
      "int32 indices",
      .init("w", [4], values: [1], indices: []).with {
        $0.indices = ONNXTensorProto("", type: 6, [1]) { $0.int32Data = [1] }
      }, "no int64"
    ),
    (
      "text", .init("w", [4], values: [1], indices: [0]).with { $0.values.dataType = 8 }, "string"
    ),
    (
      "values missing", .init("w", [4], values: [], indices: [0]).with { $0.values.dims = [1] },
      "holds 0"
    ),
  ]

  @Test(arguments: rejected.indices)
  func rejects(_ index: Int) throws {
    let item = Self.rejected[index]
    for model in [Self.initializer(item.sparse), Self.constant(item.sparse)] {
      let error = #expect(throws: HewnError.self, "\(item.name)") { try model.read() }
      let text = error?.message ?? ""
      #expect(text.contains(item.text), "\(item.name): \(text)")
      #expect(text.contains("sparse tensor \"w\""), "\(item.name): \(text)")
    }
  }

  /// The limit holds for all tensors together.
  @Test func boundsAllTensorsTogether() throws {
    let model = ONNXModelProto([ONNXNodeProto("Add", ["x", "w0"], ["y"])]).with {
      $0.graph.sparseInitializer = (0..<5).map {
        ONNXSparseTensorProto("w\($0)", [4 << 20], values: [1], indices: [0])
      }
    }
    let error = #expect(throws: HewnError.self) { try model.read() }
    #expect(error?.message.contains("\"w4\"") == true, "\(error as Any)")
  }

  @Test func namesMustBeUnique() throws {
    let model = Self.initializer(.init("w", [1], values: [1], indices: [0])).with {
      $0.graph.initializer = [.floats("w", [1])]
    }
    let error = #expect(throws: HewnError.self) { try model.read() }
    #expect(error?.message.contains("\"w\" is defined twice") == true)
    let nameless = Self.initializer(.init("", [1], values: [1], indices: [0]))
    #expect(throws: HewnError.self) { try nameless.read() }
  }

  @Test func olderOperatorSetsHaveNoSparseConstants() throws {
    let model = Self.constant(.init("w", [1], values: [1], indices: [0]))
      .with { $0.opsetImport[0].version = 10 }
    let error = #expect(throws: HewnError.self) { try model.read() }
    #expect(error?.message.contains("sparse_value") == true, "\(error as Any)")
  }
}

extension ONNXSparseTensorProto {
  /// The tensor with a change.
  fileprivate func with(_ change: (inout ONNXSparseTensorProto) -> Void) -> ONNXSparseTensorProto {
    var copy = self
    change(&copy)
    return copy
  }
}
