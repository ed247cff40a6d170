#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What Hewn asks about the machine it runs on.
public enum Machine {
  /// The cores that this process may use.
  public static var coreCount: Int {
    Swift.min(max(1, ProcessInfo.processInfo.activeProcessorCount), maximumThreadCount)
  }

  /// The greatest number of threads that a session takes.
  public static let maximumThreadCount = 1024
}

/// Which Hewn this is.
public enum Release {
  /// The version, by the rules of semantic versioning.
  public static let version = "0.1.0"
}
