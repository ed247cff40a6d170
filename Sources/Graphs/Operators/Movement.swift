package import Tensors

/// Joins tensors along an axis. Inputs: one or more.
package struct Concat: Operator, Hashable {
  package var axis: Int
  package var name: String { "Concat" }
  package init(axis: Int) { self.axis = axis }
}

/// Cuts a tensor along an axis. Inputs: X, sizes (optional int64; none means equal parts, the
/// last one smaller where it does not divide).
package struct Split: Operator, Hashable {
  package var axis: Int
  package var outputCount: Int
  package var name: String { "Split" }

  package init(axis: Int, outputCount: Int) {
    self.axis = axis
    self.outputCount = outputCount
  }
}

/// Takes a strided range. Inputs: X, starts, ends, axes (optional), steps (optional), all int64
/// constants; NumPy's clamping, negative steps allowed.
package struct Slice: Operator, Hashable {
  package var name: String { "Slice" }
  package init() {}
}

/// Pads or, where negative, crops. Inputs: X, pads (int64 constant, all begins then all ends),
/// value (optional scalar), axes (optional int64 constant).
package struct Pad: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable {
    case constant, reflect, edge, wrap
  }
  package var mode: Mode
  package var name: String { "Pad" }
  package init(mode: Mode = .constant) { self.mode = mode }
}

/// Permutes axes; an empty permutation reverses them. Inputs: X.
package struct Transpose: Operator, Hashable {
  package var permutation: [Int]
  package var name: String { "Transpose" }
  package init(permutation: [Int] = []) { self.permutation = permutation }
}

/// Gives the elements another shape. Inputs: X, shape (int64 constant; −1 infers, 0 copies unless
/// `allowsZero`).
package struct Reshape: Operator, Hashable {
  package var allowsZero: Bool
  package var name: String { "Reshape" }
  package init(allowsZero: Bool = false) { self.allowsZero = allowsZero }
}

/// A matrix of the axes before and from `axis`. Inputs: X.
package struct Flatten: Operator, Hashable {
  package var axis: Int
  package var name: String { "Flatten" }
  package init(axis: Int = 1) { self.axis = axis }
}

/// Drops axes of extent 1. Inputs: X, axes (optional int64 constant; none means all of extent 1).
package struct Squeeze: Operator, Hashable {
  package var name: String { "Squeeze" }
  package init() {}
}

/// Inserts axes of extent 1. Inputs: X, axes (int64 constant).
package struct Unsqueeze: Operator, Hashable {
  package var name: String { "Unsqueeze" }
  package init() {}
}

/// Repeats along axes of extent 1. Inputs: X, shape (int64 constant; broadcast with X's).
package struct Expand: Operator, Hashable {
  package var name: String { "Expand" }
  package init() {}
}

/// Repeats the whole tensor. Inputs: X, repeats (int64 constant; how often along each axis).
package struct Tile: Operator, Hashable {
  package var name: String { "Tile" }
  package init() {}
}

/// Crops, or pads with zeros, around the centre. Inputs: X, shape (int64 constant; the extents that
/// the axes get). An odd element is cropped or added at the end.
package struct CenterCropPad: Operator, Hashable {
  /// The axes that shape speaks of; `nil` means all.
  package var axes: [Int]?
  package var name: String { "CenterCropPad" }
  package init(axes: [Int]? = nil) { self.axes = axes }
}

/// Keeps the slices where a condition holds. Inputs: X, condition (bool constant of one axis, at most
/// as long as the axis).
package struct Compress: Operator, Hashable {
  /// `nil` takes the elements of the flattened tensor.
  package var axis: Int?
  package var name: String { "Compress" }
  package init(axis: Int? = nil) { self.axis = axis }
}

/// Keeps one triangle of matrices, zeroes the rest. Inputs: X [..., rows, columns], k (optional int64
/// scalar; how many diagonals the border lies above the main one).
package struct Trilu: Operator, Hashable {
  package var keepsUpper: Bool
  package var name: String { "Trilu" }
  package init(keepsUpper: Bool = true) { self.keepsUpper = keepsUpper }
}

/// Turns sequences of different lengths around. Inputs: X, lengths (int64, one for each index of the
/// batch axis): element t of the time axis becomes element length − 1 − t, where t < length.
package struct ReverseSequence: Operator, Hashable {
  /// Both are 0 or 1.
  package var batchAxis: Int
  package var timeAxis: Int
  package var name: String { "ReverseSequence" }

  package init(batchAxis: Int = 1, timeAxis: Int = 0) {
    self.batchAxis = batchAxis
    self.timeAxis = timeAxis
  }
}

/// Takes the bits for elements of another type of the same size. Inputs: X.
package struct BitCast: Operator, Hashable {
  package var target: ElementType
  package var name: String { "BitCast" }
  package init(to target: ElementType) { self.target = target }
}

/// Moves channels into blocks of pixels. Inputs: X [N, C, H, W].
package struct DepthToSpace: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable {
    case depthColumnRow = "DCR"
    case columnRowDepth = "CRD"
  }
  package var blockSize: Int
  package var mode: Mode
  package var name: String { "DepthToSpace" }

  package init(blockSize: Int, mode: Mode = .depthColumnRow) {
    self.blockSize = blockSize
    self.mode = mode
  }
}

/// Moves blocks of pixels into channels; channels vary fastest, then columns, then rows of a block.
/// Inputs: X [N, C, H, W].
package struct SpaceToDepth: Operator, Hashable {
  package var blockSize: Int
  package var name: String { "SpaceToDepth" }
  package init(blockSize: Int) { self.blockSize = blockSize }
}

/// Adds up columns of blocks where the blocks lie in an image, as the transpose of taking them out.
/// Inputs: X [N, C · block, L], image (int64 constant; the spatial extents), block (int64 constant;
/// the blocks' extents).
package struct Col2Im: Operator, Hashable {
  /// One for each spatial axis; empty means 1 everywhere.
  package var strides: [Int]
  package var dilations: [Int]
  /// All begins, then all ends; empty means none.
  package var pads: [Int]
  package var name: String { "Col2Im" }

  package init(strides: [Int] = [], dilations: [Int] = [], pads: [Int] = []) {
    self.strides = strides
    self.dilations = dilations
    self.pads = pads
  }
}
