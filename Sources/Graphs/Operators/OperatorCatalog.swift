/// Every operator type, once. Tests walk it to find an operator that lacks its importer, its
/// reference implementation, its CPU kernel or its cases.
package enum OperatorCatalog {
  package static let types: [any Operator.Type] = [
    ArgReduce.self, AveragePool.self, BatchNormalization.self, Binary.self, Cast.self, Clip.self,
    Concat.self,
    ConstantOfShape.self, Conv.self, ConvTranspose.self, Cumulate.self, DepthToSpace.self,
    Expand.self,
    Flatten.self, Gather.self, Gemm.self, GlobalAveragePool.self, GlobalLpPool.self,
    GlobalMaxPool.self,
    Identity.self, LRN.self, LpPool.self, MatMul.self, MaxPool.self, MaxUnpool.self, PRelu.self,
    Pad.self, Reduce.self,
    Reshape.self, Resize.self, ShapeOf.self, Slice.self, Softmax.self, Split.self, Squeeze.self,
    GroupNormalization.self, InstanceNormalization.self, LayerNormalization.self,
    LpNormalization.self, MeanVarianceNormalization.self, RMSNormalization.self,
    TopK.self, Transpose.self, Unary.self, Unsqueeze.self,
    AffineGrid.self, BitCast.self, CenterCropPad.self, Col2Im.self, Compress.self, EyeLike.self,
    GatherElements.self, GatherND.self, GridSample.self, NonMaxSuppression.self, NonZero.self,
    OneHot.self, RangeOf.self,
    ReverseSequence.self, ScatterElements.self, ScatterND.self, SizeOf.self, SpaceToDepth.self,
    TensorScatter.self, Tile.self, Trilu.self, Unique.self,
    BitShift.self, CastLike.self, Comparison.self, IsInf.self, IsNaN.self, Logic.self, Mean.self,
    Mod.self, Where.self,
    DeformConv.self, Det.self, Einsum.self, RoiAlign.self,
  ]
}
