/// What blocks of a cluster do together (sm_90). Before a block accesses another's memory or barriers, it must
/// know that the other has begun, and no block may return before the last such access to it is over: a
/// ``KernelBuilder/clusterBarrier(file:line:)`` stands at the start and at the end.
extension KernelBuilder {
  /// The block's number in its cluster.
  package var blockRank: Value<U32> { once(.special(.blockRank)) }

  /// Waits for all threads of the cluster, and orders what they did in memory.
  package func clusterBarrier(file: String = #fileID, line: Int = #line) {
    arriveAtCluster(file: file, line: line)
    waitForCluster(file: file, line: line)
  }

  /// The first half of ``clusterBarrier(file:line:)``.
  package func arriveAtCluster(file: String = #fileID, line: Int = #line) {
    at(file, line)
    emit(.clusterArrive)
  }

  /// The second half of ``clusterBarrier(file:line:)``.
  package func waitForCluster(file: String = #fileID, line: Int = #line) {
    at(file, line)
    emit(.clusterWait)
  }

  /// Makes barriers that the thread has initialized known to other blocks, before a
  /// ``clusterBarrier(file:line:)``.
  package func fenceBarrierInit() { emit(.fenceBarrierInit) }
}

extension Pointer where Memory == Shared {
  /// The same place in the shared memory of a block of the cluster.
  package func inBlock(
    _ rank: Value<U32>, file: String = #fileID, line: Int = #line
  ) -> ClusterPointer<T> {
    builder.at(file, line)
    let address: Value<U32> = builder.result(
      of: .remoteAddress, [self.address.operand, rank.operand])
    guard let register = address.operand.register else {
      preconditionFailure("results lie in registers")
    }
    return ClusterPointer(base: .register(register), byteOffset: 0, builder: builder)
  }
}

/// A barrier in the shared memory of any block of the cluster.
package struct ClusterBarrier {
  let pointer: ClusterPointer<U64>

  package init(_ pointer: ClusterPointer<U64>) { self.pointer = pointer }

  /// Arrives, and orders what the thread did before; whoever waits must do it with
  /// ``SharedBarrier/waitForCluster(parity:file:line:)``.
  package func arrive(file: String = #fileID, line: Int = #line) {
    pointer.builder.at(file, line)
    pointer.builder.emit(.barrierArriveCluster(.cluster), sources: [pointer.operand])
  }

  /// Arrives where the thread tells only that it has read, as of a stage that can be filled again. It
  /// does not wait for the thread's stores, and any wait will do.
  package func arriveAfterReads(file: String = #fileID, line: Int = #line) {
    pointer.builder.at(file, line)
    pointer.builder.emit(.barrierArriveCluster(.block), sources: [pointer.operand])
  }
}

extension SharedBarrier {
  /// The barrier at the same place in a block of the cluster.
  package func inBlock(
    _ rank: Value<U32>, file: String = #fileID, line: Int = #line
  ) -> ClusterBarrier {
    ClusterBarrier(pointer.inBlock(rank, file: file, line: line))
  }

  /// Waits until the phase of a parity is over, at which threads of other blocks arrive too.
  package func waitForCluster(
    parity: Value<U32>, file: String = #fileID, line: Int = #line
  ) {
    wait(.barrierTryCluster, parity: parity, file: file, line: line)
  }

  /// Starts copying a box of a tensor to the same place in several blocks of the cluster; one thread
  /// does. In each of them the phase of the barrier at this one's place counts the bytes.
  ///
  /// - Parameter blocks: a bit for each.
  package func copy<T>(
    box coordinates: [Value<S32>], of map: GlobalPointer<U64>, to destination: SharedPointer<T>,
    inBlocks blocks: Value<U32>, file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(
      .tensorMulticast(dimensionCount: coordinates.count),
      sources: [destination.operand, map.withoutOffset.operand, source] + coordinates.map(\.operand)
        + [builder.lowHalf(of: blocks)])
  }
}

extension KernelBuilder {
  /// The low 16 bits of a number, as an operand.
  fileprivate func lowHalf(of number: Value<U32>) -> Operand {
    guard number.constant == nil else { return number.operand }
    let halves = [newRegister(.f16), newRegister(.f16)]
    emit(.unpack(.f16x2), results: halves, sources: [number.operand])
    return .register(halves[0])
  }
}
