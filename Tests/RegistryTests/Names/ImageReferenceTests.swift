internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

/// What reading a name fails with.
func refusal(of read: () throws -> some Any) throws -> RegistryError {
    try #require(throws: RegistryError.self) { _ = try read() }
}

private let hash = String(repeating: "0123456789abcdef", count: 4)

@Suite("An image's name")
struct ImageReferenceTests {
    /// Most are from the tests of distribution/reference.
    static let good: [(text: String, whole: String)] = [
        ("ubuntu", "docker.io/library/ubuntu"),
        ("ubuntu:22.04", "docker.io/library/ubuntu:22.04"),
        ("foo/bar", "docker.io/foo/bar"),
        ("docker.io/ubuntu", "docker.io/library/ubuntu"),
        ("docker.io/library/ubuntu", "docker.io/library/ubuntu"),
        ("index.docker.io/ubuntu", "docker.io/library/ubuntu"),
        ("index.docker.io/foo/bar", "docker.io/foo/bar"),
        ("docker.io/foo_bar/x", "docker.io/foo_bar/x"),
        ("localhost/bar", "localhost/bar"),
        ("localhost:5000/foo/bar:latest", "localhost:5000/foo/bar:latest"),
        ("127.0.0.1:5000/x", "127.0.0.1:5000/x"),
        ("[2001:db8::1]:5000/x:v1", "[2001:db8::1]:5000/x:v1"),
        ("[::1]/x", "[::1]/x"),
        ("r.example/x", "r.example/x"),
        ("R.Example/x", "r.example/x"),
        // Without a dot or a colon it is the first part of a name on Docker Hub.
        ("registry/x", "docker.io/registry/x"),
        // A name alone is a name, whatever it looks like.
        ("localhost", "docker.io/library/localhost"),
        ("ghcr.io", "docker.io/library/ghcr.io"),
        ("r.example:5000", "docker.io/library/r.example:5000"),
        ("ghcr.io/a/b@sha256:\(hash)", "ghcr.io/a/b@sha256:\(hash)"),
        ("ghcr.io/a/b:v1@sha256:\(hash)", "ghcr.io/a/b:v1@sha256:\(hash)"),
        ("ghcr.io/a/b@sha512:\(hash)\(hash)", "ghcr.io/a/b@sha512:\(hash)\(hash)"),
        ("a.b/x__y/x--y/x.y/x---y", "a.b/x__y/x--y/x.y/x---y"),
        ("r.example:443/x:_.-", "r.example:443/x:_.-"),
    ]

    @Test("is read as docker reads it, and shown whole", arguments: good)
    func whole(text: String, whole: String) throws {
        let reference = try ImageReference(text)
        #expect(reference.description == whole)
        #expect(try ImageReference(whole) == reference, "what is shown means the same")
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", "/", "/x", "Registry/x", "x/", "r.example/", "r.example//x", "r.example/X", "X", "ubuntu:", "ubuntu:-x",
            "ubuntu:a b",
            "ubuntu:a:b", "ubuntu@", "ubuntu@sha256:\(hash.dropLast())", "ubuntu@sha256:\(hash)0",
            "ubuntu@sha256:\(hash.uppercased())", "ubuntu@SHA256:\(hash)", "ubuntu@md5:\(hash.prefix(32))",
            "ubuntu@sha256:\(hash)@sha256:\(hash)", "ubuntu@sha256:\(hash):v1", "https://r.example/x",
            "docker://r.example/x", "r.example/x?y", "r.example/x#y", "r.example/x y", "r.example/x\n", "r.example/ä",
            "r..example/x", "r.example:0/x", "r.example:x/x", "r_.example/x", "user@r.example/x", ".x/y", "x/.y", "-x",
            "x-", "x_-y", "x___y", "x..y", "x._y", "r.example/x\u{0}",
            "a.b/\(String(repeating: "x", count: 252))",
        ])
    func refused(text: String) throws {
        let error = try refusal { try ImageReference(text) }
        #expect(error.kind == .badName)
        #expect(error.text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 >= 0x80 })
        #expect(error.text.unicodeScalars.count < 200)
    }

    @Test("is not shown where it is an address that may have a password in it")
    func password() throws {
        let error = try refusal { try ImageReference("https://user:hunter2@r.example/x") }
        #expect(!error.text.contains("hunter2"))
        #expect(error.hint?.contains("https://") == true)
    }

    @Test("with capitals is refused with a hint", arguments: ["r.example/Group/x", "Group/x", "Ubuntu"])
    func capitals(text: String) throws {
        #expect(
            try refusal { try ImageReference(text) }.hint == "names of repositories are in lower case")
    }

    @Test("has 255 bytes with its registry at most")
    func length() throws {
        let longest = "a.b/\(String(repeating: "x", count: 251))"
        #expect(try ImageReference(longest).description.utf8.count == 255)
        // Docker Hub's prefix counts too.
        _ = try refusal { try ImageReference(String(repeating: "x", count: 238)) }
        #expect(try ImageReference(String(repeating: "x", count: 237)).description.utf8.count == 255)
    }

    static let references: [(text: String, reference: String?, latest: String)] = [
        ("x", nil, "docker.io/library/x:latest"), ("x:v1", "v1", "docker.io/library/x:v1"),
        ("x@sha256:\(hash)", "sha256:\(hash)", "docker.io/library/x@sha256:\(hash)"),
        ("x:v1@sha256:\(hash)", "sha256:\(hash)", "docker.io/library/x:v1@sha256:\(hash)"),
    ]

    @Test("means its digest, else its tag, else latest", arguments: references)
    func reference(text: String, reference: String?, latest: String) throws {
        let image = try ImageReference(text)
        #expect(image.reference?.text == reference)
        #expect(image.defaultingToLatest().description == latest)
    }
}

@Suite("A repository")
struct RepositoryTests {
    @Test("is read by the same rules")
    func read() throws {
        let repository = try Repository("index.docker.io/ubuntu")
        #expect(repository.host == .dockerHub)
        #expect(repository.name.text == "library/ubuntu")
        #expect(repository.description == "docker.io/library/ubuntu")
    }

    @Test("has neither tag nor digest", arguments: ["r.example/x:v1", "r.example/x@sha256:\(hash)"])
    func tag(text: String) throws {
        let error = try refusal { try Repository(text) }
        #expect(error.kind == .badName)
        #expect(error.hint == "leave out what stands behind \"r.example/x\"")
    }
}

@Suite("A tag")
struct TagTests {
    static let longest = String(repeating: "a", count: 128)

    @Test("is what the grammar says", arguments: ["a", "_", "0", "A.b-c_d", "v1.0.0-rc.1", longest])
    func good(text: String) throws {
        #expect(try Tag(text).description == text)
    }

    @Test(
        "is refused where it is none",
        arguments: ["", ".", "-", ".a", "-a", "a b", "a/b", "a:b", "ä", longest + "a", "a\n"])
    func refused(text: String) throws {
        #expect(try refusal { try Tag(text) }.kind == .badName)
    }

    @Test("comes in the order of bytes")
    func order() throws {
        let texts = ["0", "10", "9", "A", "Z", "_", "a", "a-", "a.", "a0", "aa", "z"]
        #expect(try texts.shuffled().map { try Tag($0) }.sorted().map(\.text) == texts)
    }
}
