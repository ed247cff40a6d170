package import Graphs

extension PassPipeline {
  /// The passes that every backend's graph goes through.
  ///
  /// - Parameter evaluate: How constants are computed.
  package static func standard(evaluate: @escaping Evaluator) -> PassPipeline {
    PassPipeline([
      // Nothing that is done for a dead node pays.
      RemoveDeadNodes(),
      NormalizeCastLike(),
      // All that follows looks for single precision.
      ComputeInFloat32(),
      // Masked weights, paddings and shapes become the constants that all other passes look for.
      FoldConstants(evaluate: evaluate),
      // What stands between two operators that belong together goes first.
      RemoveIdentities(),
      MergeReshapes(),
      // One form for each thing, so that what follows has one form to look for. Swish is recognised
      // before a convolution takes the sigmoid or clip that it consists of.
      NormalizeClip(),
      RecognizeSwish(),
      RecognizeGelu(),
      NormalizeReduce(),
      NormalizeMatMul(),
      NormalizeGemm(),
      FoldPad(),
      // Linear arithmetic folds into weights as long as nothing else is fused after them.
      FoldBatchNormalization(),
      FoldScaleAndShift(),
      // A kernel adds the residual before it applies the activation, so they are fused in that order.
      FuseResidual(),
      FuseActivation(),
    ])
  }
}
