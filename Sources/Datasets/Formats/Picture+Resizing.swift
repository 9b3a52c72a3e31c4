extension Picture {
  /// The picture at another size; width and height are scaled independently.
  ///
  /// Where an extent shrinks, a pixel is the mean of the area that it covers, with the shares of those that
  /// it covers in part. Where it grows, a pixel is interpolated linearly between the centers of the two
  /// nearest. Both are computed in whole numbers and rounded once, to nearest.
  ///
  /// Shrunk by a whole factor, the result is that of Pillow's `BOX` filter, and enlarged that of its
  /// `BILINEAR`, up to Pillow's roundings, which are 1 at most.
  public func resized(to newSize: PictureSize) -> Picture {
    if newSize == size { return self }
    let columns = ResizingAxis(from: size.width, to: newSize.width)
    let rows = ResizingAxis(from: size.height, to: newSize.height)
    let rowLength = newSize.width * channels
    // The sums of weighted pixels: first each row at its new width, then weighted sums of rows.
    var narrowed = [Int](repeating: 0, count: size.height * rowLength)
    for row in 0..<size.height {
      for (column, sources) in columns.sources.enumerated() {
        for channel in 0..<channels {
          var sum = 0
          for (source, weight) in sources {
            sum += weight * Int(pixels[(row * size.width + source) * channels + channel])
          }
          narrowed[row * rowLength + column * channels + channel] = sum
        }
      }
    }
    let divisor = columns.divisor * rows.divisor
    var resized = [UInt8](repeating: 0, count: newSize.height * rowLength)
    for (row, sources) in rows.sources.enumerated() {
      for place in 0..<rowLength {
        var sum = 0
        for (source, weight) in sources { sum += weight * narrowed[source * rowLength + place] }
        resized[row * rowLength + place] = UInt8((2 * sum + divisor) / (2 * divisor))
      }
    }
    return Picture(newSize, channels: channels, pixels: resized)
  }
}

/// What one extent of a resized picture takes of the pixels of the old one.
private struct ResizingAxis {
  /// For each new pixel, the old ones and their whole weights, whose sum is ``divisor``.
  var sources: [[(pixel: Int, weight: Int)]] = []
  let divisor: Int

  init(from oldCount: Int, to newCount: Int) {
    if newCount <= oldCount {
      // In units of which an old pixel has newCount and a new one oldCount.
      divisor = oldCount
      for new in 0..<newCount {
        let (start, end) = (new * oldCount, (new + 1) * oldCount)
        let covered = start / newCount...(end - 1) / newCount
        sources.append(
          covered.map { old in
            (old, min(end, (old + 1) * newCount) - max(start, old * newCount))
          })
      }
    } else {
      // In units of which an old pixel has 2 · newCount, counted from the center of the first.
      divisor = 2 * newCount
      for new in 0..<newCount {
        let place = (2 * new + 1) * oldCount - newCount
        let lower = place < 0 ? -1 : place / divisor
        let weight = place - lower * divisor
        sources.append([
          (max(lower, 0), divisor - weight), (min(lower + 1, oldCount - 1), weight),
        ])
      }
    }
  }
}
