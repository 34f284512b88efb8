internal import JSON
internal import Testing

@Suite struct JSONValueTests {
    @Test
    func `a member that is set keeps its place, a new one comes last, and nil removes`() throws {
        var object = try #require(try parsed(#"{"a":1,"b":2,"c":3}"#).object)
        object["b"] = "new"
        object["d"] = .null
        #expect(object.keys == ["a", "b", "c", "d"])
        #expect(object["b"] == "new")
        object["a"] = nil
        object["missing"] = nil
        #expect(object.keys == ["b", "c", "d"])
        #expect(object["a"] == nil)
        #expect(!object.isEmpty)
        object.removeAll { $0.key != "c" }
        #expect(object.members.map(\.value) == [3])
        object.removeAll { _ in true }
        #expect(object.isEmpty)
    }

    @Test(arguments: [.null, true, 1, .real(1), "text", [], [:]] as [JSONValue])
    func `a value is of its own kind only`(value: JSONValue) {
        let kinds = [value.string != nil, value.integer != nil, value.object != nil, value.array != nil]
        let expected: [Bool] =
            switch value {
            case .string: [true, false, false, false]
            case .integer: [false, true, false, false]
            case .object: [false, false, true, false]
            case .array: [false, false, false, true]
            default: [false, false, false, false]
            }
        #expect(kinds == expected)
    }

    @Test
    func `objects are equal in the same order only`() throws {
        #expect(try parsed(#"{"a":1,"b":2}"#) == ["a": 1, "b": 2])
        #expect(try parsed(#"{"a":1,"b":2}"#) != ["b": 2, "a": 1])
    }
}
