extension Int {
  /// The least multiple of `factor` that is not below.
  package func roundedUp(to factor: Int) -> Int { (self + factor - 1) / factor * factor }
}
