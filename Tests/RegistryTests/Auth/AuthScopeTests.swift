@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A token's scope")
struct AuthScopeTests {
    @Test("names the repository and the actions in one order")
    func text() throws {
        let name = try RepositoryName("group/app")
        #expect(AuthScope(name, [.push, .delete, .pull]).text == "repository:group/app:pull,push,delete")
        #expect(AuthScope(name, [.all]).text == "repository:group/app:*")
    }

    static let readable = [
        "repository:a/b:pull", "repository:a/b:pull,push", "repository(plugin):a:pull", "registry:catalog:*",
        "repository:r.example:5000/a:pull",
    ]

    @Test("is read as a challenge has it", arguments: readable)
    func read(text: String) {
        #expect(AuthScope(text[...])?.text == text)
    }

    @Test(
        "that is none is not read",
        arguments: ["", "*", "a", "repository:", ":pull", "repository:a:", "repository:a:,"])
    func unreadable(text: String) {
        #expect(AuthScope(text[...]) == nil)
    }

    static let sets: [(scopes: [String], merged: [String])] = [
        ([], []), (["r:a:pull"], ["r:a:pull"]), (["r:a:pull", "r:a:pull"], ["r:a:pull"]),
        (["r:a:pull", "r:a:push,pull"], ["r:a:pull,push"]), (["r:b:pull", "r:a:pull"], ["r:a:pull", "r:b:pull"]),
        (["r:a:pull", "r:b:push", "r:a:delete"], ["r:a:pull,delete", "r:b:push"]), (["r:a:pull,pull"], ["r:a:pull"]),
        (["r:a:*", "r:a:pull"], ["r:a:*,pull"]),
    ]

    @Test("is merged with others of the same resource", arguments: sets)
    func merge(scopes: [String], merged: [String]) throws {
        let set = ScopeSet(try scopes.map { try #require(AuthScope($0[...])) })
        #expect(set.scopes.map(\.text) == merged)
    }

    @Test("is the same set in any order of the resources")
    func equal() throws {
        let one = try #require(AuthScope("r:a:pull")), other = try #require(AuthScope("r:b:pull"))
        #expect(ScopeSet([one, other]) == ScopeSet([other, one]))
        #expect(ScopeSet([one]).union(ScopeSet([other])) == ScopeSet([one, other]))
        #expect(ScopeSet([one]) != ScopeSet([other]))
    }
}
