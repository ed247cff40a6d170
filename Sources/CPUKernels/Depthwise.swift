/// One channel of a depthwise convolution, as runs of outputs:
///
/// out[run][p] = mask[p] & clamp(bias + Σ_t weight[t] · in[run][offset[t] + p · stride]).
///
/// With stride 1 and equal pitches the whole plane is one flat run; otherwise each row is one. Where a
/// vector holds one pixel of several images, p counts floats of all images, and strides lie in `inputStep`.
package struct Depthwise {
  /// Where offset 0 of the first output lies.
  package var input: UnsafePointer<Float>
  package var inputRunStride: Int
  package var output: UnsafeMutablePointer<Float>
  package var outputRunStride: Int
  package var runCount: Int
  /// Whole vectors of outputs in a run.
  package var vectorCount: Int
  /// Floats from the inputs of one output vector to those of the next.
  package var inputStep: Int
  /// Whether a vector of outputs reads every second float.
  package var readsEvenFloats: Bool
  package var offsets: UnsafePointer<Int32>
  package var weights: UnsafePointer<Float>
  package var tapCount: Int
  /// Of how many neighbours the taps are rows; 0 where they are none.
  package var columns: Int
  /// All ones where a pixel of a run exists, zero elsewhere.
  package var mask: UnsafePointer<UInt32>
  package var bias: Float
  package var lower: Float
  package var upper: Float

  @inlinable
  package init(
    input: UnsafePointer<Float>, inputRunStride: Int, output: UnsafeMutablePointer<Float>,
    outputRunStride: Int, runCount: Int, vectorCount: Int, inputStep: Int, readsEvenFloats: Bool,
    offsets: UnsafePointer<Int32>, weights: UnsafePointer<Float>, tapCount: Int,
    columns: Int, mask: UnsafePointer<UInt32>, bias: Float, lower: Float, upper: Float
  ) {
    self.input = input
    self.inputRunStride = inputRunStride
    self.output = output
    self.outputRunStride = outputRunStride
    self.runCount = runCount
    self.vectorCount = vectorCount
    self.inputStep = inputStep
    self.readsEvenFloats = readsEvenFloats
    self.offsets = offsets
    self.weights = weights
    self.tapCount = tapCount
    self.columns = columns
    self.mask = mask
    self.bias = bias
    self.lower = lower
    self.upper = upper
  }
}

package typealias DepthwiseKernel = @Sendable (_ channel: Depthwise) -> Void
