extension Report {
  /// Pictures of one thing at successive moments, which a page plays: a slider chooses the moment, a button
  /// lets them follow each other. Where no script runs, and in print, they stand side by side.
  public struct Frames: Hashable, Sendable {
    /// A name of a color in the pictures.
    public struct Key: Hashable, Sendable {
      /// The name.
      public var name: String
      /// The color, 0xrrggbb.
      public var color: UInt32

      /// Creates a key.
      public init(_ name: String, color: UInt32) { (self.name, self.color) = (name, color) }
    }

    /// What the pictures show; the label of the slider.
    public var title: String
    /// The pictures in their order, with distinct names among all of the page's.
    public var pictures: [Picture]
    /// The colors in them.
    public var key: [Key]

    /// Creates frames.
    public init(_ title: String, _ pictures: [Picture], key: [Key] = []) {
      self.title = title
      self.pictures = pictures
      self.key = key
    }
  }
}

extension Report.Frames {
  /// The slider is hidden until the script runs.
  ///
  /// - Parameter picture: the markup of a picture.
  func html(_ picture: (Report.Picture) throws -> String) rethrows -> String {
    let keys = key.map { key in
      let digits = String(key.color, radix: 16)
      let color = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
      return "<li><span style=\"background: #\(color)\"></span>\(HTML.escaped(key.name))</li>\n"
    }
    let list = keys.isEmpty ? "" : "<ul class=\"key\">\n\(keys.joined())</ul>\n"
    let title = HTML.escaped(title)
    let last = max(pictures.count - 1, 0)
    return """
      <div class="frames" role="group" aria-label="\(title)">
      \(list)<div class="player" hidden="hidden"><button type="button">Play</button>
      <input type="range" min="0" max="\(last)" value="\(last)" step="1" aria-label="\(title)"/></div>
      <div class="stack">
      \(try pictures.map(picture).joined())</div>
      </div>

      """
  }

  /// Plays all frames of a page. It stands in XML, and has no character that would need an escape.
  ///
  /// The last frame is shown first. Nothing moves by itself; readers who ask for less motion have the slider
  /// alone.
  static let script = """
    document.querySelectorAll(".frames").forEach(function (box) {
      var frames = Array.from(box.querySelectorAll("figure"));
      var player = box.querySelector(".player");
      var slider = player.querySelector("input"), button = player.querySelector("button");
      var last = frames.length - 1, timer = 0;
      function show(place) {
        frames.forEach(function (frame, index) { frame.classList.toggle("off", index !== place); });
        slider.value = place;
        slider.setAttribute("aria-valuetext", frames[place].querySelector("figcaption").textContent);
      }
      function stop() {
        clearInterval(timer);
        timer = 0;
        button.textContent = "Play";
      }
      function step() {
        show(Math.min(Number(slider.value) + 1, last));
        if (Number(slider.value) === last) { stop(); }
      }
      if (frames.length === 0) { return; }
      button.addEventListener("click", function () {
        if (timer) { return stop(); }
        if (Number(slider.value) === last) { show(0); }
        button.textContent = "Pause";
        timer = setInterval(step, 400);
      });
      slider.addEventListener("input", function () {
        stop();
        show(Number(slider.value));
      });
      button.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
      player.hidden = false;
      box.classList.add("played");
      show(last);
    });

    """
}
