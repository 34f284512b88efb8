internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@Suite("A Link header")
struct LinkHeaderTests {
    private static let page = LinkHeader(target: "/v2/a/tags/list?last=b&n=2", parameters: ["rel": "next"])

    static let good: [(field: String, links: [LinkHeader])] = [
        (#"</v2/a/tags/list?last=b&n=2>; rel="next""#, [page]),
        ("</v2/a/tags/list?last=b&n=2>;rel=next", [page]),
        ("</v2/a/tags/list?last=b&n=2> ; REL = next ", [page]),
        ("</v2/a/tags/list?last=b&n=2>; ; rel=next;", [page]),
        (#"</v2/a/tags/list?last=b&n=2>; rel=next; rel="prev""#, [page]),
        (
            #"<https://r.example/x>; title="a, \"b\"; c>"; crossorigin, <b>, , <>; rel="prev first""#,
            [
                LinkHeader(target: "https://r.example/x", parameters: ["title": #"a, "b"; c>"#, "crossorigin": ""]),
                LinkHeader(target: "b", parameters: [:]), LinkHeader(target: "", parameters: ["rel": "prev first"]),
            ]
        ),
        ("<a,b;c>; rel*=x'y'z", [LinkHeader(target: "a,b;c", parameters: ["rel*": "x'y'z"])]),
        ("", []), (" , ,", []),
    ]

    @Test("is read by RFC 8288", arguments: good)
    func read(field: String, links: [LinkHeader]) throws {
        #expect(LinkHeader.parse([field]) == links)
    }

    static let bad: [(field: String, targets: [String])] = [
        ("/v2/x; rel=next", []), ("<a", []), ("<a b>; rel=next", []), ("<a\u{1}>", []), ("<ä>; rel=prev", []),
        ("<a>; rel=", []), (#"<a>; rel="next"#, []), ("<a> rel=next", []), ("<a>; rel next", []), ("<a>;=x", []),
        ("<a>; rel=prev, b; rel=next", ["a"]), ("<a>, <b>; rel=\"", ["a"]),
    ]

    @Test("that has a fault is read up to the link with it", arguments: bad)
    func fault(field: String, targets: [String]) throws {
        #expect(LinkHeader.parse([field]).map(\.target) == targets)
    }

    @Test("that has a fault is not the last page's", arguments: bad)
    func notLast(field: String, targets _: [String]) throws {
        #expect(try refusal { try LinkHeader.next(in: [field]) }.kind == .protocolViolation)
        #expect(try LinkHeader.next(in: [field, "<c>; rel=next"]) == "c")
    }

    static let pages: [(fields: [String], next: String?)] = [
        ([], nil), ([""], nil), (["<a>"], nil), (["<a>; rel=prev"], nil), (["<a>; rel=nextish"], nil),
        (["<a>; title=next"], nil), (["<a>; rel=next"], "a"), (["<a>; rel=NEXT"], "a"),
        ([#"<a>; rel="last  next""#], "a"), (["<a>; rel=prev, <b>; rel=next"], "b"),
        (["<a>; rel=prev", "<b>; rel=next", "<c>; rel=next"], "b"),
        // It is what follows another page.
        ([#"<a>; rel=next; anchor="/other""#], nil),
    ]

    @Test("tells the next page", arguments: pages)
    func next(fields: [String], next: String?) throws {
        #expect(try LinkHeader.next(in: fields) == next)
    }

    @Test("of random characters is read to its end")
    func random() {
        let characters = Array(#"<>;,="\ abc*é"#)
        var generator = SeededGenerator(seed: 8288)
        for _ in 0..<5000 {
            let count = Int.random(in: 0...30, using: &generator)
            let field = String((0..<count).compactMap { _ in characters.randomElement(using: &generator) })
            for link in LinkHeader.parse([field]) {
                #expect(field.contains("<\(link.target)>"))
            }
        }
    }
}
