/// How far a solution is drawn to the original weights.
///
/// Refits minimise E(w) + δ‖w − w₀‖², with δ = ``relative`` times the mean of Ĥ's diagonal. Damping keeps
/// weights from fitting what a few hundred images have by chance. 0.01 is what the literature on
/// pruning after training uses: it changes directions of the inputs that carry less than a hundredth of
/// the mean power, and no others.
package struct Damping: Hashable, Sendable {
  package var relative: Double
  /// How many times damping is raised tenfold where the matrix is not positive definite.
  package var maximumRaises: Int

  package init(relative: Double = 0.01, maximumRaises: Int = 6) {
    precondition(relative >= 0 && relative.isFinite && maximumRaises >= 0)
    self.relative = relative
    self.maximumRaises = maximumRaises
  }

  /// The dampings to try, ascending; 10⁻¹⁰ follows on 0.
  var attempts: [Double] {
    var attempts = [relative]
    for _ in 0..<maximumRaises { attempts.append(max(1e-10, (attempts.last ?? 0) * 10)) }
    return attempts
  }
}
