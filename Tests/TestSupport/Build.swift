/// Whether these tests are compiled with optimisation: some take too long without.
public let isOptimizedBuild: Bool = {
  var isDebug = false
  func note() -> Bool {
    isDebug = true
    return true
  }
  // Not evaluated in an optimised build.
  assert(note())
  return !isDebug
}()
