import CPUBackend
import Graphs
import Testing

@Suite struct StepsCatalogTests {
  @Test func everyOperatorHasAStep() {
    for type in OperatorCatalog.types {
      #expect(type is any CPUOperator.Type, "\(type) has no CPU implementation")
    }
  }
}
