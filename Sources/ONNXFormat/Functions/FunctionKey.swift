/// What a node names a function of its file by.
struct FunctionKey: Hashable, CustomStringConvertible {
  private let domain: String
  private let name: String
  private let overload: String

  init(_ function: ONNXFunctionProto) {
    self.init(domain: function.domain, name: function.name, overload: function.overload)
  }

  /// The function that a node calls, if the file has it.
  init(calledBy node: ONNXNodeProto) {
    self.init(domain: node.domain, name: node.opType, overload: node.overload)
  }

  private init(domain: String, name: String, overload: String) {
    self.domain = OperatorSets.isStandardDomain(domain) ? "" : domain
    self.name = name
    self.overload = overload
  }

  var description: String {
    [domain, name, overload].filter { !$0.isEmpty }.joined(separator: ".")
  }
}
