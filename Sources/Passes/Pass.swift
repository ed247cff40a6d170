package import Graphs

/// One rewriting rule.
///
/// A pass is pure: it reads the graph and says what it would change, or why it cannot. It knows no
/// device, clock or environment, and never changes the graph itself; ``PassPipeline`` does.
package protocol Pass: Sendable {
  /// A verb and its object, as `FoldPad`.
  var name: String { get }

  /// Tries the rule at one node.
  ///
  /// - Parameter node: The index of a node of `view.graph`.
  /// - Throws: only what makes the whole compilation fail, such as `outOfMemory`; a rule that does
  ///   not apply answers ``Rewrite/noMatch`` or ``Rewrite/blocked(_:)``.
  func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite
}

/// What a pass answers at a node.
package enum Rewrite: Sendable {
  /// The rule is not about this node.
  case noMatch
  /// The rule is about this node, and this keeps it from applying. The reason follows on the
  /// node's name: "its weights are not constant".
  case blocked(String)
  case patch(Patch)
}

/// What a pass did, and what kept it from doing more.
package struct PassReport: Sendable, Equatable, Codable {
  package struct Entry: Sendable, Hashable, Codable {
    /// The node as errors name it: `Conv "conv1"`.
    package var node: String
    /// What was done there, or why nothing was.
    package var what: String

    package init(node: String, what: String) {
      self.node = node
      self.what = what
    }
  }

  package var pass: String
  /// In the order of application.
  package var applied: [Entry]
  /// What the pass would have liked to change in the graph as it was when the pass last ran.
  package var blocked: [Entry]

  package init(pass: String, applied: [Entry] = [], blocked: [Entry] = []) {
    self.pass = pass
    self.applied = applied
    self.blocked = blocked
  }
}
