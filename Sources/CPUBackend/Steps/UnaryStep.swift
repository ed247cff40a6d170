internal import Graphs

/// y = f(x) for every element. x and y have one shape.
///
/// Where both have one pitch, rows run on through the gaps between them.
struct UnaryStep: Step {
  private let function: Unary.Function
  private var input: GridSource
  private var output: GridTarget
  private let parts: WorkParts

  init(_ function: Unary.Function, input: GridSource, output: GridTarget) {
    self.function = function
    self.input = input
    self.output = output
    if input.grid.planes == nil && output.grid.planes == nil {
      self.input.grid = input.grid.flattened
      self.output.grid = output.grid.flattened
    }
    let grid = self.output.grid
    parts = WorkParts(
      planes: grid.planeCount, images: grid.images, rows: grid.height, columns: grid.width,
      cost: function.cost)
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) { run(function, part: part, in: memory) }

  fileprivate func run(_ function: Unary.Function, part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = output.pointer(in: memory)
    let (xPitch, yPitch) = (input.grid.pitch, output.grid.pitch)
    parts.forEachTile(of: part) { tile in
      let from = x + input.grid.offset(of: tile)
      let to = y + output.grid.offset(of: tile)
      if xPitch == yPitch {
        let count = (tile.rows.count - 1) * yPitch + tile.columns.count
        apply(function, from: from, to: to, count: count)
        let firstGap = function.keepsZero ? tile.rows.upperBound - 1 : tile.rows.lowerBound
        output.grid.zeroBorder(of: tile, at: y, firstGap: firstGap)
      } else {
        for row in 0..<tile.rows.count {
          apply(
            function, from: from + row * xPitch, to: to + row * yPitch, count: tile.columns.count)
        }
        output.grid.zeroBorder(of: tile, at: y)
      }
    }
  }
}

/// y = min(max(x, lower), upper) with bounds that are read when the step runs.
struct ClipStep: Step {
  private let lower: FloatSource
  private let upper: FloatSource
  private let walk: UnaryStep

  init(lower: FloatSource, upper: FloatSource, input: GridSource, output: GridTarget) {
    self.lower = lower
    self.upper = upper
    walk = UnaryStep(.activation(.identity), input: input, output: output)
  }

  var partCount: Int { walk.partCount }

  func run(part: Int, in memory: StepMemory) {
    let clip = Activation.clip(
      lower: lower.pointer(in: memory)[0], upper: upper.pointer(in: memory)[0])
    walk.run(.activation(clip), part: part, in: memory)
  }
}
