internal import CPerceptronSystem

/// Tells the processor that `count` elements at `start` are going to be read soon, so that they are
/// on their way from memory while something else is done.
package func willRead<Element>(_ start: UnsafePointer<Element>, count: Int) {
  // Further on the processor sees by itself what is read; and its queue of loads is short.
  hint_reading(start, min(count * MemoryLayout<Element>.stride, 4096))
}
