internal import DockerConfig
internal import Testing

/// Which registries' credentials a job may see.
@Suite("What a job in a job inherits")
struct NestedInheritanceTests {
    static let cases: [(outer: String, inner: String, both: String)] = [
        ("all", "all", "all"), ("all", "none", "none"), ("none", "all", "none"),
        ("all", "a.example", "a.example"), ("a.example", "all", "a.example"),
        ("a.example,b.example", "b.example,c.example", "b.example"),
        ("a.example", "b.example", "none"),
        ("a.example/team", "a.example", "a.example/team"), ("a.example", "a.example/team", "a.example/team"),
        ("a.example/team,b.example", "a.example,b.example/x", "a.example/team,b.example/x"),
        ("a.example/one", "a.example/two", "none"),
    ]

    @Test("is what both may see", arguments: cases)
    func both(example: (outer: String, inner: String, both: String)) throws {
        let outer = try #require(Inheritance(example.outer)), inner = try #require(Inheritance(example.inner))
        let both = try #require(Inheritance(example.both))
        for registry in [
            "a.example", "a.example/team/app", "a.example/one", "a.example/two", "b.example/x", "c.example",
        ] {
            let key = try #require(RegistryKey(registry))
            #expect(outer.and(inner).allows(key) == (outer.allows(key) && inner.allows(key)), "\(registry)")
            #expect(inner.and(outer).allows(key) == both.allows(key), "\(registry)")
        }
    }
}
