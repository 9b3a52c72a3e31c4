import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a page or an SVG document contains; reading it records an issue where it is not well-formed XML.
public final class MarkupReading: NSObject, XMLParserDelegate {
  /// The names of the elements, in order.
  public private(set) var elements: [String] = []
  /// Their ids.
  public private(set) var ids: [String] = []
  /// What they refer to.
  public private(set) var references: [String] = []
  /// Their ARIA labels.
  public private(set) var labels: [String] = []
  /// The text after each start tag.
  public private(set) var texts: [String] = []

  /// Reads a whole document.
  public init(_ document: String) {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    #expect(parser.parse(), "\(String(describing: parser.parserError)): \(document.prefix(2000))")
  }

  /// Notes an element and its attributes.
  public func parser(
    _: XMLParser, didStartElement element: String, namespaceURI _: String?,
    qualifiedName _: String?, attributes: [String: String]
  ) {
    elements.append(element)
    ids += [attributes["id"]].compactMap { $0 }
    labels += [attributes["aria-label"]].compactMap { $0 }
    references += [attributes["href"], attributes["xlink:href"]].compactMap { $0 }
    texts.append("")
  }

  /// Adds to the text of the last element.
  public func parser(_: XMLParser, foundCharacters text: String) {
    if !texts.isEmpty { texts[texts.count - 1] += text }
  }
}
