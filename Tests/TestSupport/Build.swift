/// Whether these tests are compiled with optimization: some take too long without.
public let isOptimizedBuild: Bool = {
  var isDebug = false
  func note() -> Bool {
    isDebug = true
    return true
  }
  // Not evaluated in an optimized build.
  assert(note())
  return !isDebug
}()
