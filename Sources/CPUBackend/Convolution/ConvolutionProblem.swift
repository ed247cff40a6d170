package import Graphs

/// What a convolution computes, in terms of planes: for every branch, row i and output cell p
///
/// out[outputPlanes[i]][p] = activation(bias[i] + residual[i][p] + Σ_j matrix[i, j] · in[tap j][p])
///
/// with the matrix and the bias of ``FilterWeights``, where `in[tap j][p]` is the input cell that lies at
/// the tap's offset from p.
///
/// Planes of one image are run over flat: input and output have the same pitch, so that an offset
/// serves all cells, and strides are phases of the input layout. Planes of several images are run over
/// row by row, and strides are steps.
///
/// The branches of a `Conv` are its groups. A `ConvTranspose` has one for each group and output
/// phase.
package struct ConvolutionProblem: Sendable {
  /// One input plane, shifted.
  package struct Tap: Hashable, Sendable {
    package var plane: Int
    package var dy: Int
    package var dx: Int

    package init(plane: Int, dy: Int, dx: Int) {
      self.plane = plane
      self.dy = dy
      self.dx = dx
    }
  }

  /// Rows that share a tap list.
  package struct Branch: Sendable {
    /// The columns of the filter matrix, by channel, kernel row and kernel column.
    package var taps: [Tap]
    /// The output plane of each row.
    package var outputPlanes: [Int]
    /// The residual plane of each row; empty without a residual.
    package var residualPlanes: [Int]
    /// The output phase that the branch computes.
    package var verticalPhase: Int
    package var horizontalPhase: Int
    /// Taps of one input channel.
    package var tapsPerChannel: Int

    package init(
      taps: [Tap], outputPlanes: [Int],
      residualPlanes: [Int] = [], verticalPhase: Int = 0, horizontalPhase: Int = 0,
      tapsPerChannel: Int
    ) {
      self.taps = taps
      self.outputPlanes = outputPlanes
      self.residualPlanes = residualPlanes
      self.verticalPhase = verticalPhase
      self.horizontalPhase = horizontalPhase
      self.tapsPerChannel = tapsPerChannel
    }

    /// The filters.
    package var rowCount: Int { outputPlanes.count }
  }

  package var input: PlanesLayout
  package var output: PlanesLayout
  package var residual: PlanesLayout?
  package var branches: [Branch]
  package var activation: Activation
  /// Input cells from one output cell to the next.
  package var step: Step

  package struct Step: Hashable, Sendable {
    package var vertical: Int
    package var horizontal: Int

    package init(vertical: Int = 1, horizontal: Int = 1) {
      self.vertical = vertical
      self.horizontal = horizontal
    }
  }

  package init(
    input: PlanesLayout, output: PlanesLayout, residual: PlanesLayout?, branches: [Branch],
    activation: Activation, step: Step = Step()
  ) {
    precondition(input.lanes == output.lanes, "lanes \(input.lanes) and \(output.lanes)")
    if input.lanes == 1 {
      precondition(input.pitch == output.pitch, "pitches \(input.pitch) and \(output.pitch)")
      precondition(residual.map { $0.pitch == output.pitch } ?? true, "residual pitch")
      precondition(step == Step(), "strides of planes of one image are phases")
    }
    self.step = step
    self.input = input
    self.output = output
    self.residual = residual
    self.branches = branches
    self.activation = activation
  }

  /// Floats from an output cell's input address to the tap's.
  package func offset(of tap: Tap) -> Int {
    (tap.plane * input.channelStride + tap.dy * input.pitch + tap.dx) * input.lanes
  }

  /// All filters.
  package var rowCount: Int { branches.reduce(0) { $0 + $1.rowCount } }
}
