/// The operation's name in printed kernels and messages, as `fma.f32` or `load.global.f32x4`.
extension Operation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .move(let type): "move.\(type)"
    case .special(let register): "special.\(register.rawValue)"
    case .sharedAddress: "shared address"
    case .pack(let type): "pack.\(type)"
    case .unpack(let type): "unpack.\(type)"
    case .unary(let operation, let type): "\(operation).\(type)"
    case .binary(let operation, let type): "\(operation).\(type)"
    case .ternary(let operation, let type): "\(operation).\(type)"
    case .multiplyWide(let type): "multiplyWide.\(type)"
    case .multiplyAddWide(let type): "multiplyAddWide.\(type)"
    case .compare(let comparison, let type): "\(comparison).\(type)"
    case .select(let type): "select.\(type)"
    case .convert(let conversion): "convert.\(conversion)"
    case .load(let access): "load.\(access)"
    case .store(let access): "store.\(access)"
    case .atomic(let operation, let space, let type): "atomic.\(space).\(operation).\(type)"
    case .reduce(let operation, let space, let type): "reduce.\(space).\(operation).\(type)"
    case .prefetch: "prefetch"
    case .asyncCopy(let byteCount): "asyncCopy.\(byteCount)"
    case .asyncCopyCommit: "asyncCopy.commit"
    case .asyncCopyWait(let count): "asyncCopy.wait(\(count))"
    case .shuffle(let mode, let type): "shuffle.\(mode).\(type)"
    case .vote(let mode): "vote.\(mode)"
    case .ballot: "ballot"
    case .warpBarrier: "warpBarrier"
    case .barrier(let id, let threadCount):
      "barrier(\(id)" + (threadCount.map { ", \($0) threads" } ?? "") + ")"
    case .barrierArrive(let id, let threadCount): "barrier.arrive(\(id), \(threadCount) threads)"
    case .fence(let scope): "fence.\(scope)"
    case .electOne: "electOne"
    case .barrierInit: "mbarrier.init"
    case .barrierInvalidate: "mbarrier.invalidate"
    case .barrierArriveShared: "mbarrier.arrive"
    case .barrierExpect: "mbarrier.arrive.expect"
    case .barrierTest: "mbarrier.test"
    case .barrierTry: "mbarrier.try"
    case .asyncCopyArrive: "mbarrier.arrive.afterCopies"
    case .loadMatrix(let count, let transposed):
      "loadMatrix.x\(count)" + (transposed ? ".transposed" : "")
    case .storeMatrix(let count, let transposed):
      "storeMatrix.x\(count)" + (transposed ? ".transposed" : "")
    case .multiplyMatrices(let shape): "mma.m16n8k\(shape.k).\(shape.type)"
    case .multiplySparseMatrices(let shape, let selector):
      "mma.sparse.m16n8k\(shape.k).\(shape.type)(\(selector))"
    case .multiplyWarpgroup(let shape):
      "wgmma.m64n\(shape.n)k\(shape.k).\(shape.type)"
        + (shape.aInRegisters ? ".registers" : "") + (shape.transposesA ? ".transposedA" : "")
        + (shape.transposesB ? ".transposedB" : "")
    case .warpgroupFence: "wgmma.fence"
    case .warpgroupCommit: "wgmma.commit"
    case .warpgroupWait(let count): "wgmma.wait(\(count))"
    case .fenceAsyncProxy: "fence.asyncProxy"
    case .fenceTensorMap: "fence.tensorMap"
    case .tensorCopy(let dimensionCount): "tensorCopy.\(dimensionCount)d"
    case .setMaxRegisters(let count, let increases):
      "setMaxRegisters.\(increases ? "increase" : "decrease")(\(count))"
    case .clusterArrive: "cluster.arrive"
    case .clusterWait: "cluster.wait"
    case .remoteAddress: "remote address"
    case .barrierArriveCluster(let scope): "mbarrier.arrive.remote.\(scope)"
    case .barrierTryCluster: "mbarrier.try.cluster"
    case .fenceBarrierInit: "fence.mbarrier.init"
    case .tensorMulticast(let dimensionCount): "tensorCopy.\(dimensionCount)d.multicast"
    case .label(let label): "label \(label)"
    case .branch(let label, let isUniform): "branch\(isUniform ? ".uniform" : "") \(label)"
    case .return: "return"
    }
  }
}

extension Access: CustomStringConvertible {
  package var description: String {
    "\(space).\(type)" + (count > 1 ? "x\(count)" : "") + (cache == .readOnly ? ".readOnly" : "")
      + (order == .weak ? "" : ".\(order)")
  }
}

extension Register: CustomStringConvertible {
  package var description: String {
    let letter =
      switch `class` {
      case .predicate: "p"
      case .b16: "h"
      case .b32: "r"
      case .f32: "f"
      case .b64: "d"
      }
    return "%\(letter)\(index)"
  }
}
