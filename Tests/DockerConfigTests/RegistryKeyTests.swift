internal import DockerConfig
internal import Testing

@Suite struct RegistryKeyTests {
    @Test(arguments: [
        "docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/",
        "https://index.docker.io/v1", "http://index.docker.io/v1/", "https://index.docker.io/v2/",
        "https://registry-1.docker.io/v2/", "https://docker.io", "Docker.IO", "HTTPS://INDEX.DOCKER.IO/v1/",
        "docker.io/",
        " docker.io\n",
    ])
    func `Docker Hub is one registry by all its names`(text: String) throws {
        let key = try key(text)
        #expect(key.host == "docker.io")
        #expect(key.path == "")
        #expect(key.configKey == "https://index.docker.io/v1/")
        #expect(key.helperKeys == ["https://index.docker.io/v1/", "docker.io"])
    }

    @Test(arguments: [
        ("registry.example.com", "registry.example.com", ""),
        ("https://registry.example.com", "registry.example.com", ""),
        ("http://registry.example.com/v1/", "registry.example.com", ""),
        ("https://registry.example.com/v2", "registry.example.com", ""),
        ("registry.example.com/v2/", "registry.example.com", ""),
        ("registry.example.com///", "registry.example.com", ""),
        ("Registry.Example.COM:5000", "registry.example.com:5000", ""), ("localhost:5000/", "localhost:5000", ""),
        ("[::1]:5000", "[::1]:5000", ""), ("https://[FE80::1]/v2/", "[fe80::1]", ""),
        ("registry.example.com:443", "registry.example.com:443", ""), ("docker.io:443", "docker.io:443", ""),
        ("docker.io.example.com", "docker.io.example.com", ""), ("mydocker.io", "mydocker.io", ""),
        ("registry.example.com/group", "registry.example.com", "group"),
        ("registry.example.com/Group/App/", "registry.example.com", "Group/App"),
        ("registry.example.com/v2/group", "registry.example.com", "v2/group"),
        ("https://registry.example.com/group", "registry.example.com", "group"),
        ("index.docker.io/library/busybox", "docker.io", "library/busybox"),
        ("https://user:secret@registry.example.com/v2/", "registry.example.com", ""),
        ("user:se@cret@registry.example.com", "registry.example.com", ""),
    ])
    func `a key is its host and the part of it`(text: String, host: String, path: String) throws {
        let key = try key(text)
        #expect(key.host == host)
        #expect(key.path == path)
        #expect(!"\(key) \(key.configKey)".contains("secret"))
    }

    @Test(arguments: [
        "", " ", "/", "https://", "https:///v1/", "http://user@/", "a b", "a\u{0}b", "a\tb/c", "host/a b", "h\u{7F}",
    ])
    func `a text without a host is no key`(text: String) {
        #expect(RegistryKey(text) == nil)
    }

    @Test(arguments: [
        ("registry.example.com", "registry.example.com"), ("https://registry.example.com/v2/", "registry.example.com"),
        ("registry.example.com:5000/group/", "registry.example.com:5000/group"),
        ("index.docker.io/group", "docker.io/group"),
    ])
    func `the config's key is the one that every client finds`(text: String, expected: String) throws {
        #expect(try key(text).configKey == expected)
    }

    @Test(arguments: [
        ("a.example", "a.example", true), ("a.example", "https://A.example/v1/", true),
        ("a.example", "a.example/x/y", true),
        ("a.example/x", "a.example/x", true), ("a.example/x", "a.example/x/y", true),
        ("a.example/x", "a.example/xy", false),
        ("a.example/x", "a.example", false), ("a.example", "a.example:443", false), ("a.example", "b.a.example", false),
    ])
    func `a key covers its parts and nothing that looks like one`(text: String, other: String, expected: Bool) throws {
        #expect(try key(text).covers(key(other)) == expected)
    }

    @Test
    func `a key's own texts make the same key`() throws {
        for text in ["docker.io", "docker.io/a/b", "r.example:5000", "r.example/a", "https://r.example/v1/"] {
            let original = try key(text)
            #expect(RegistryKey(original.configKey) == original)
            #expect(RegistryKey(original.description) == original)
            #expect(original.helperKeys.allSatisfy { RegistryKey($0) == original.hostKey })
        }
    }

    @Test
    func `random texts never crash, and what is read is read again the same`() {
        let pieces = [
            "https://", "http://", "://", "/", "//", ":", "@", ".", "docker.io", "index.", "v1", "v2", "a", "B", " ",
            "é",
            "\u{0}", "\u{301}", "[", "]", "::1", "%2f", "?", "#", "\r\n", "🚢",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...8)).compactMap { _ in pieces.randomElement() }.joined()
            guard let key = RegistryKey(text) else { continue }
            #expect(!key.host.isEmpty)
            if !key.host.contains("://") { #expect(RegistryKey(key.configKey) == key, "\(text.debugDescription)") }
        }
    }
}

@Suite struct InheritanceTests {
    @Test
    func `all, none and lists are read`() throws {
        #expect(Inheritance("all") == .all)
        #expect(Inheritance("none") == Inheritance.none)
        #expect(
            Inheritance("a.example,https://index.docker.io/v1/") == .only([try key("a.example"), try key("docker.io")]))
        #expect(Inheritance("a.example, b.example/x") == .only([try key("a.example"), try key("b.example/x")]))
    }

    @Test(arguments: ["", ",", "a.example,/", "https://", "a b"])
    func `a list with a name that is no registry's is refused`(text: String) {
        #expect(Inheritance(text) == nil)
    }

    @Test(arguments: [
        ("all", "a.example", true), ("none", "a.example", false), ("a.example", "a.example", true),
        ("a.example", "a.example/group", true), ("a.example/group", "a.example", false),
        ("a.example/group", "a.example/group/app", true), ("a.example", "b.example", false),
        ("docker.io", "https://index.docker.io/v1/", true),
    ])
    func `what a list allows`(list: String, registry: String, expected: Bool) throws {
        #expect(try #require(Inheritance(list)).allows(key(registry)) == expected)
    }
}
