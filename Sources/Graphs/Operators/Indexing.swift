/// Takes slices along an axis by index. Inputs: X, indices (int32 or int64, negative from the end).
package struct Gather: Operator, Hashable {
  package var axis: Int
  package var name: String { "Gather" }
  package init(axis: Int = 0) { self.axis = axis }
}

/// Takes elements at their own coordinates but for one axis, where an index stands. Inputs: X, indices
/// (int32 or int64 of X's rank, negative from the end); the result has the shape of the indices.
package struct GatherElements: Operator, Hashable {
  package var axis: Int
  package var name: String { "GatherElements" }
  package init(axis: Int = 0) { self.axis = axis }
}

/// Takes elements or slices by tuples of indices. Inputs: X, indices (int64, negative from the end; the
/// last axis holds the tuples).
package struct GatherND: Operator, Hashable {
  /// Leading axes that X and indices share.
  package var batchAxes: Int
  package var name: String { "GatherND" }
  package init(batchAxes: Int = 0) { self.batchAxes = batchAxes }
}

/// How an update and what is there combine.
package enum ScatterReduction: String, Hashable, Sendable, Codable {
  /// The update replaces what is there; the last of several wins.
  case none
  case add
  case multiply = "mul"
  case maximum = "max"
  case minimum = "min"
}

/// Updates elements at their own coordinates but for one axis, where an index stands. Inputs: X,
/// indices (int32 or int64 of X's rank, negative from the end), updates of the indices' shape.
package struct ScatterElements: Operator, Hashable {
  package var axis: Int
  package var reduction: ScatterReduction
  package var name: String { "ScatterElements" }

  package init(axis: Int = 0, reduction: ScatterReduction = .none) {
    self.axis = axis
    self.reduction = reduction
  }
}

/// Updates elements or slices by tuples of indices. Inputs: X, indices (int64, negative from the end;
/// the last axis holds the tuples), updates.
package struct ScatterND: Operator, Hashable {
  package var reduction: ScatterReduction
  package var name: String { "ScatterND" }
  package init(reduction: ScatterReduction = .none) { self.reduction = reduction }
}

/// Writes a run of an axis into a cache. Inputs: cache, update (the cache's shape but for the axis),
/// starts (optional int64, one for each index of axis 0; none means 0).
package struct TensorScatter: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable {
    case linear
    /// Beyond the end of the axis comes its start.
    case circular
  }
  package var axis: Int
  package var mode: Mode
  package var name: String { "TensorScatter" }

  package init(axis: Int = -2, mode: Mode = .linear) {
    self.axis = axis
    self.mode = mode
  }
}
