internal import KernelIR

/// Stages of shared memory between one thread that fills them and warps that read them, each with
/// two barriers.
///
/// In a cluster, each block's thread fills a part of the stages of all blocks: a stage is empty when the
/// warps of all blocks have read theirs, and full when all parts have come.
///
/// The n-th time that a stage is filled, its barrier `full` ends its phase n, and so does `empty`
/// when it has been read. A barrier that is new counts as one whose phase before is over, so that
/// stages are empty at first.
struct StagePipeline {
  private let k: KernelBuilder
  private let stageCount: Int
  private let clusterSize: Int
  private let full: SharedPointer<U64>
  private let empty: SharedPointer<U64>

  /// Where a thread is: a stage, and the parity of how often it has passed the last one.
  struct Place {
    let stage: Variable<U32>
    let parity: Variable<U32>
  }

  init(_ k: KernelBuilder, stageCount: Int, clusterSize: Int = 1) {
    self.k = k
    self.stageCount = stageCount
    self.clusterSize = clusterSize
    full = k.shared(U64.self, count: stageCount, alignment: 8)
    empty = k.shared(U64.self, count: stageCount, alignment: 8)
  }

  /// Called by one thread, before a barrier of the block or cluster.
  ///
  /// - Parameter consumingWarps: of a block.
  func initialize(consumingWarps: Int) {
    for stage in 0..<stageCount {
      SharedBarrier(full.advanced(by: stage)).initialize(arrivals: 1)
      SharedBarrier(empty.advanced(by: stage)).initialize(
        arrivals: consumingWarps * clusterSize)
    }
    if clusterSize > 1 { k.fenceBarrierInit() }
    k.fenceAsyncProxy()
  }

  func start() -> Place {
    Place(
      stage: k.variable(U32.self, "stage", initially: 0),
      parity: k.variable(U32.self, "parity", initially: 0))
  }

  func advance(_ place: Place) {
    let next = place.stage.value + 1
    let isLast = next == Value(stageCount)
    place.stage.value = select(isLast, 0, next)
    place.parity ^= select(isLast, 1, 0)
  }

  /// Waits until the stage has been read, and returns the barrier that its bytes arrive at.
  func awaitEmpty(_ place: Place) -> SharedBarrier {
    SharedBarrier(empty.advanced(by: place.stage.value)).wait(parity: place.parity.value ^ 1)
    return SharedBarrier(full.advanced(by: place.stage.value))
  }

  func awaitFull(_ place: Place) {
    SharedBarrier(full.advanced(by: place.stage.value)).wait(parity: place.parity.value)
  }

  /// Called by whole warps that have read a stage.
  func release(_ stage: Value<U32>) {
    if clusterSize > 1 {
      // A lane for each block of the cluster.
      k.if(k.laneIndex < Value(clusterSize)) {
        SharedBarrier(empty.advanced(by: stage)).inBlock(k.laneIndex).arriveAfterReads()
      }
    } else {
      k.if(k.laneIndex == 0) { SharedBarrier(empty.advanced(by: stage)).arrive() }
    }
  }
}
