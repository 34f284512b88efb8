internal import JSON
internal import Testing

@Suite("A node")
struct JSONNodeTests {
    private func node(_ text: String) throws(JSONError) -> JSONNode {
        try JSONNode(parsing: Array(text.utf8))
    }

    @Test("gives what is asked for")
    func access() throws {
        let root = try node(
            #"{"text":"a\u0000é","whole":-5,"real":1.5,"yes":true,"no":false,"null":null,"list":[1,"b"]}"#)
        #expect(root.member("text")?.string == "a\u{0}é")
        #expect(root.member("whole")?.integer == -5)
        #expect(root.member("yes")?.bool == true)
        #expect(root.member("no")?.bool == false)
        #expect(root.member("null")?.isNull == true)
        #expect(root.member("list")?.isArray == true)
        #expect(root.member("list")?.count == 2)
        #expect(root.member("list")?.element(1)?.string == "b")
        #expect(root.isObject == true)
    }

    @Test("of another kind, or that is not there, gives nothing")
    func missing() throws {
        let root = try node(#"{"text":"5","whole":1,"real":1.0,"list":[],"object":{}}"#)
        #expect(root.member("other")?.isNull == nil)
        #expect(root.member("text")?.integer == nil)
        #expect(root.member("whole")?.string == nil)
        #expect(root.member("whole")?.bool == nil)
        #expect(root.member("real")?.integer == nil)
        #expect(root.member("whole")?.member("x")?.isNull == nil)
        #expect(root.member("list")?.member("x")?.isNull == nil)
        #expect(root.member("object")?.element(0)?.isNull == nil)
        #expect(root.member("list")?.element(0)?.isNull == nil)
        #expect(root.member("list")?.element(-1)?.isNull == nil)
        #expect(root.member("object")?.count == 0)
        #expect(root.member("text")?.count == 0)
        #expect(root.isArray == false)
        #expect(root.isNull == false)
    }

    @Test(
        "gives a number of any kind",
        arguments: [
            ("1.7E9", 1.7e9), ("1700000000.25", 1_700_000_000.25), ("-5", -5), ("1e-3", 0.001), ("0", 0),
            (#""5""#, nil),
            ("true", nil), ("null", nil), ("[1]", nil),
        ] as [(String, Double?)])
    func numbers(text: String, number: Double?) throws {
        #expect(try node("[\(text)]").element(0)?.number == number)
    }

    @Test("outlives what it was taken from")
    func lifetime() throws {
        func inner() throws -> JSONNode? { try node(#"{"a":{"b":["c"]}}"#).member("a")?.member("b") }
        #expect(try inner()?.element(0)?.string == "c")
    }

    @Test("shows members and elements in the order of the text, and stops where it is told to")
    func order() throws {
        let root = try node(#"{"b":1,"a":2,"c":[3,4]}"#)
        var seen: [String] = []
        root.forEachMember { key, value in seen.append("\(key)\(value.integer ?? 0)") }
        root.member("c")?.forEachElement { seen.append("\($0.integer ?? 0)") }
        root.member("a")?.forEachMember { key, _ in seen.append(key) }
        root.forEachElement { _ in seen.append("element") }
        #expect(seen == ["b1", "a2", "c0", "3", "4"])

        struct Enough: Error {}
        var count = 0
        #expect(throws: Enough.self) {
            try root.forEachMember { (_, _) throws(Enough) in
                count += 1
                throw Enough()
            }
        }
        #expect(count == 1)
    }

    @Test("of members with one name is the last")
    func twice() throws {
        #expect(try node(#"{"a":1,"a":2}"#).member("a")?.integer == 2)
    }

    @Test(
        "is refused where it is none, and told where",
        arguments: [
            ("", 1, 1), ("{", 1, 2), ("1", 1, 1), ("\"a\"", 1, 1), ("[1,]", 1, 4), ("[\n\n 01]", 3, 3),
            ("{\"a\":\n1 2}", 2, 3),
        ])
    func refused(text: String, line: Int, column: Int) throws {
        let error = try #require(throws: JSONError.self) { _ = try node(text) }
        #expect(error.line == line)
        #expect(error.column == column)
    }
}
