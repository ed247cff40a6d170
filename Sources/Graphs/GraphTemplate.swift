package import Tensors

/// One extent of a graph input before binding.
package enum Dimension: Hashable, Sendable {
  case fixed(Int)
  /// A named free extent, such as `batch`.
  case symbol(String)
  /// A free extent without a name.
  case unknown
}

/// A model as its file states it: operators and names, no inferred shapes, extents still free.
///
/// `bind` turns it into a ``Graph``.
package struct GraphTemplate: Sendable {
  /// An input or output as declared.
  package struct Port: Sendable {
    package var name: String
    package var element: ElementType
    /// `nil` where the file declares no shape (outputs only).
    package var dimensions: [Dimension]?

    package init(name: String, element: ElementType, dimensions: [Dimension]?) {
      self.name = name
      self.element = element
      self.dimensions = dimensions
    }
  }

  /// A node by names; a missing optional input is the empty string, an unused output too.
  package struct NamedNode: Sendable {
    package var name: String
    package var op: any Operator
    package var inputs: [String]
    package var outputs: [String]

    package init(name: String, op: any Operator, inputs: [String], outputs: [String]) {
      self.name = name
      self.op = op
      self.inputs = inputs
      self.outputs = outputs
    }
  }

  package var name: String
  /// The inputs that a user must give; inputs with an initializer are constants instead.
  package var inputs: [Port]
  package var outputs: [Port]
  package var constants: [String: Tensor]
  /// In topological order.
  package var nodes: [NamedNode]

  package init(
    name: String, inputs: [Port], outputs: [Port], constants: [String: Tensor], nodes: [NamedNode]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.constants = constants
    self.nodes = nodes
  }
}
