internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

private func page(_ tags: String, next: String? = nil) -> ScriptedClient.Answer {
    .status(200, next.map { ["Link": "<\($0)>; rel=\"next\""] } ?? [:], #"{"name":"app","tags":\#(tags)}"#)
}

/// The tags that a registry lists which gives these answers after its ping.
private func list(_ answers: [ScriptedClient.Answer]) async throws -> (tags: [String], asked: [String]) {
    let client = ScriptedClient([.status(200)] + answers)
    let repository = RepositoryClient(repository: try Repository("r.example/app"), session: try await client.session())
    var tags: [String] = []
    for try await tag in repository.tags { tags.append(tag.text) }
    return (tags, client.asked.dropFirst().map { String($0.prefix { $0 != "|" }.dropLast()) })
}

private func failure(_ answers: [ScriptedClient.Answer]) async throws -> RegistryError {
    try #require(await #expect(throws: RegistryError.self) { _ = try await list(answers) })
}

@Suite("The tags of a repository")
struct TagSequenceTests {
    private let first = "GET https://r.example/v2/app/tags/list?n=1000"

    @Test("are none where the list is empty", arguments: ["null", "[]"])
    func none(list tags: String) async throws {
        let (tags, asked) = try await list([page(tags)])
        #expect(tags == [])
        #expect(asked == [first])
    }

    static let links = [
        "/v2/app/tags/list?last=b&n=2", "https://r.example/v2/app/tags/list?last=b&n=2", "list?last=b&n=2",
        "?last=b&n=2",
    ]

    @Test("come from all pages, however these are named", arguments: links)
    func pages(link: String) async throws {
        let (tags, asked) = try await list([page(#"["a","b"]"#, next: link), page(#"["c"]"#)])
        #expect(tags == ["a", "b", "c"])
        #expect(asked == [first, "GET https://r.example/v2/app/tags/list?last=b&n=2"])
    }

    @Test("go on behind an empty page")
    func emptyPage() async throws {
        let (tags, _) = try await list([
            page(#"["a"]"#, next: "?last=a"), page("null", next: "?last=b"), page(#"["c"]"#),
        ])
        #expect(tags == ["a", "c"])
    }

    @Test("all come at once where the registry does not look at the number")
    func all() async throws {
        let names = (1...5000).map { "v\($0)" }
        let (tags, asked) = try await list([page("[\(names.map { "\"\($0)\"" }.joined(separator: ","))]")])
        #expect(tags == names)
        #expect(asked.count == 1)
    }

    static let circles: [[ScriptedClient.Answer]] = [
        [page(#"["a"]"#, next: "?n=1000")],
        [page(#"["a"]"#, next: "?last=a"), page(#"["b"]"#, next: "?last=b"), page(#"["c"]"#, next: "?last=a")],
    ]

    @Test("do not go round in a circle", arguments: circles)
    func circle(answers: [ScriptedClient.Answer]) async throws {
        let error = try await failure(answers)
        #expect(error.kind == .protocolViolation)
        #expect(error.text.contains("circle"))
    }

    @Test("are given up where pages without any never end")
    func emptyPages() async throws {
        let error = try await failure((1...2000).map { page("[]", next: "?last=\($0)") })
        #expect(error.kind == .protocolViolation)
        #expect(error.text.contains("1000 pages"))
    }

    static let failures: [(answer: ScriptedClient.Answer, kind: RegistryError.Kind)] = [
        (.status(404, [:], #"{"errors":[{"code":"NAME_UNKNOWN"}]}"#), .notFound), (.status(401), .denied),
        (.status(403), .denied), (.status(429, ["Retry-After": "9999"]), .tryLater), (.status(405), .unsupported),
        (.status(204), .protocolViolation), (.status(200), .protocolViolation),
        (.status(200, [:], "<html>"), .protocolViolation), (.status(200, [:], #"{"tags":"a"}"#), .protocolViolation),
        (.status(200, [:], #"{"tags":["a",5]}"#), .protocolViolation), (.status(200, [:], "{}"), .protocolViolation),
        (.status(200, [:], #"{"tags":["a","#), .protocolViolation), (.failure(.tooLarge), .protocolViolation),
        (.failure(.unreachable), .unreachable),
        (.status(200, ["Link": "<?last=a>; rel=\"next"], #"{"tags":["a"]}"#), .protocolViolation),
    ]

    @Test("are not made up where the answer is none", arguments: failures)
    func noList(answer: ScriptedClient.Answer, kind: RegistryError.Kind) async throws {
        #expect(try await failure([answer]).kind == kind)
    }

    @Test("are not taken for all where a later page is missing", arguments: failures)
    func noLaterPage(answer: ScriptedClient.Answer, kind: RegistryError.Kind) async throws {
        #expect(try await failure([page(#"["a"]"#, next: "?last=a"), answer]).kind == kind)
    }

    @Test("are asked for again where the registry is busy")
    func busy() async throws {
        let (tags, asked) = try await list([.status(503), .failure(.interrupted), page(#"["a"]"#)])
        #expect(tags == ["a"])
        #expect(asked.count == 3)
    }
}
