internal import Tensors

/// Finds the names of values in a model file, those included that importing a graph does not read.
struct GraphNames {
  private var names: Set<String> = []

  /// How deep messages may be nested, as in other readers of protocol buffers.
  private static let maximumDepth = 100

  /// All names of values in the graph, and in graphs that its nodes hold, which share its scope.
  /// Functions have scopes of their own.
  ///
  /// - Throws: `unsupported` for messages that are nested too deeply, `invalidFile` for those in nested
  ///   graphs that are malformed, `io`.
  /// - Complexity: O(fields of the graph).
  static func all(in source: ByteSource) throws(HewnError) -> Set<String> {
    var search = GraphNames()
    try search.run(in: source)
    return search.names
  }

  /// The messages that hold names, or messages that do.
  private enum Message {
    case model, graph, node, attribute, tensor, sparseTensor
    /// What says something about a value: a port, a type, a quantization.
    case annotation

    enum Use {
      case name
      case descend(Message)
    }

    func use(of field: Int) -> Use? {
      switch (self, field) {
      case (.model, 7), (.attribute, 6), (.attribute, 11): .descend(.graph)
      case (.graph, 1): .descend(.node)
      case (.graph, 5), (.sparseTensor, 1): .descend(.tensor)
      case (.graph, 11...14): .descend(.annotation)
      case (.graph, 15): .descend(.sparseTensor)
      case (.node, 5): .descend(.attribute)
      case (.node, 1...2), (.tensor, 8), (.annotation, 1): .name
      default: nil
      }
    }
  }

  private mutating func run(in source: ByteSource) throws(HewnError) {
    var open: [(message: Message, reader: WireReader)] = [(.model, WireReader(source))]
    while !open.isEmpty {
      let last = open.count - 1
      guard let field = try open[last].reader.next() else {
        open.removeLast()
        continue
      }
      guard case .bytes(let range) = field.content else { continue }
      switch open[last].message.use(of: field.number) {
      case .name:
        var text: [UInt8] = []
        try open[last].reader.copy(range, to: &text)
        names.insert(String(decoding: text, as: UTF8.self))
      case .descend(let message):
        guard open.count < Self.maximumDepth else {
          throw HewnError(
            .unsupported, "messages are nested more than \(Self.maximumDepth) deep")
        }
        open.append((message, open[last].reader.reader(for: range)))
      case nil: continue
      }
    }
  }
}
