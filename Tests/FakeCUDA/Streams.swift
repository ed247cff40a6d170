extension State {
  /// Ends all captures, as calls do that may not be captured.
  mutating func invalidateCaptures() -> Bool {
    var isCapturing = false
    for (handle, thing) in things {
      guard case .stream(var stream) = thing, stream.captured != nil else { continue }
      stream.isInvalidated = true
      things[handle] = .stream(stream)
      isCapturing = true
    }
    return isCapturing
  }

  mutating func endCaptures() {
    for (handle, thing) in things {
      if case .stream = thing { things[handle] = .stream(FakeStream()) }
    }
  }

  /// Does work at once, or collects it.
  mutating func enqueue(_ work: Work, on stream: OpaquePointer?) -> Int32 {
    guard case .stream(var target)? = things[handle(stream)] else { return 400 }
    guard target.captured == nil else {
      target.captured?.append(work)
      things[handle(stream)] = .stream(target)
      return 0
    }
    return perform(work)
  }

  mutating func perform(_ work: Work) -> Int32 {
    switch work {
    case .copy(let to, let from, let byteCount):
      guard
        let to = UnsafeMutableRawPointer(bitPattern: UInt(to)),
        let from = UnsafeRawPointer(bitPattern: UInt(from))
      else { return 1 }
      to.copyMemory(from: from, byteCount: byteCount)
    case .fill(let address, let bytes, let count):
      guard let start = UnsafeMutableRawPointer(bitPattern: UInt(address)) else { return 1 }
      for index in 0..<count * bytes.count {
        start.storeBytes(of: bytes[index % bytes.count], toByteOffset: index, as: UInt8.self)
      }
    case .launch(let handle, let arguments, let description):
      guard case .function(let function)? = things[handle] else {
        faults.append("a launch of a kernel whose module was unloaded")
        return 400
      }
      launches.append(description)
      seconds += 0.001
      return execute(function, arguments)
    }
    return 0
  }

  /// The one kernel that does something, `increment`, adds 1 to the 32-bit word at its first
  /// argument, an address.
  private mutating func execute(_ function: FakeFunction, _ arguments: [UInt8]) -> Int32 {
    guard function.name == "increment" else { return 0 }
    let address = arguments.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard isMemory(address, 4), let word = UnsafeMutablePointer<UInt32>(bitPattern: UInt(address))
    else { return 700 }
    word.pointee += 1
    return 0
  }
}

@c package func cuStreamCreate(
  _ stream: UnsafeMutablePointer<OpaquePointer?>?, _ flags: UInt32
) -> Int32 {
  call("cuStreamCreate") { state in
    stream?.pointee = pointer(state.add(.stream(FakeStream())))
    return 0
  }
}

@c(cuStreamDestroy_v2) package func cuStreamDestroy(_ stream: OpaquePointer?) -> Int32 {
  call("cuStreamDestroy_v2") { state in
    guard case .stream? = state.things.removeValue(forKey: handle(stream)) else { return 400 }
    return 0
  }
}

@c package func cuStreamSynchronize(_ stream: OpaquePointer?) -> Int32 {
  call("cuStreamSynchronize") { state in
    guard case .stream(let target)? = state.things[handle(stream)] else { return 400 }
    return target.captured == nil ? 0 : 900
  }
}

@c package func cuStreamWaitEvent(
  _ stream: OpaquePointer?, _ event: OpaquePointer?, _ flags: UInt32
) -> Int32 {
  call("cuStreamWaitEvent") { state in
    guard case .stream? = state.things[handle(stream)], case .event? = state.things[handle(event)]
    else { return 400 }
    return 0
  }
}

@c(cuStreamBeginCapture_v2) package func cuStreamBeginCapture(
  _ stream: OpaquePointer?, _ mode: Int32
) -> Int32 {
  call("cuStreamBeginCapture_v2") { state in
    guard case .stream(var target)? = state.things[handle(stream)] else { return 400 }
    guard target.captured == nil, (0...2).contains(mode) else { return 1 }
    target.captured = []
    state.things[handle(stream)] = .stream(target)
    return 0
  }
}

@c package func cuStreamEndCapture(
  _ stream: OpaquePointer?, _ graph: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  call("cuStreamEndCapture") { state in
    guard case .stream(let target)? = state.things[handle(stream)] else { return 400 }
    guard let captured = target.captured else { return 1 }
    state.things[handle(stream)] = .stream(FakeStream())
    guard !target.isInvalidated else { return 901 }
    graph?.pointee = pointer(state.add(.graph(captured)))
    return 0
  }
}

@c package func cuGraphInstantiateWithFlags(
  _ executable: UnsafeMutablePointer<OpaquePointer?>?, _ graph: OpaquePointer?, _ flags: UInt64
) -> Int32 {
  call("cuGraphInstantiateWithFlags") { state in
    guard case .graph(let work)? = state.things[handle(graph)] else { return 400 }
    executable?.pointee = pointer(state.add(.executable(work)))
    return 0
  }
}

@c package func cuGraphLaunch(_ executable: OpaquePointer?, _ stream: OpaquePointer?) -> Int32 {
  call("cuGraphLaunch") { state in
    guard case .executable(let work)? = state.things[handle(executable)] else { return 400 }
    for item in work {
      let result = state.perform(item)
      guard result == 0 else { return result }
    }
    return 0
  }
}

@c package func cuGraphExecDestroy(_ executable: OpaquePointer?) -> Int32 {
  call("cuGraphExecDestroy") { state in
    guard case .executable? = state.things.removeValue(forKey: handle(executable)) else {
      return 400
    }
    return 0
  }
}

@c package func cuGraphDestroy(_ graph: OpaquePointer?) -> Int32 {
  call("cuGraphDestroy") { state in
    guard case .graph? = state.things.removeValue(forKey: handle(graph)) else { return 400 }
    return 0
  }
}

@c package func cuEventCreate(_ event: UnsafeMutablePointer<OpaquePointer?>?, _ flags: UInt32)
  -> Int32
{
  call("cuEventCreate") { state in
    event?.pointee = pointer(state.add(.event(seconds: nil)))
    return 0
  }
}

@c(cuEventDestroy_v2) package func cuEventDestroy(_ event: OpaquePointer?) -> Int32 {
  call("cuEventDestroy_v2") { state in
    guard case .event? = state.things.removeValue(forKey: handle(event)) else { return 400 }
    return 0
  }
}

@c package func cuEventRecord(_ event: OpaquePointer?, _ stream: OpaquePointer?) -> Int32 {
  call("cuEventRecord") { state in
    guard case .event? = state.things[handle(event)], case .stream? = state.things[handle(stream)]
    else { return 400 }
    state.things[handle(event)] = .event(seconds: state.seconds)
    return 0
  }
}

@c package func cuEventSynchronize(_ event: OpaquePointer?) -> Int32 {
  call("cuEventSynchronize") { state in
    guard case .event? = state.things[handle(event)] else { return 400 }
    return 0
  }
}

@c package func cuEventElapsedTime(
  _ milliseconds: UnsafeMutablePointer<Float>?, _ start: OpaquePointer?, _ end: OpaquePointer?
) -> Int32 {
  call("cuEventElapsedTime") { state in
    guard
      case .event(let start?)? = state.things[handle(start)],
      case .event(let end?)? = state.things[handle(end)]
    else { return 400 }
    milliseconds?.pointee = Float((end - start) * 1000)
    return 0
  }
}
