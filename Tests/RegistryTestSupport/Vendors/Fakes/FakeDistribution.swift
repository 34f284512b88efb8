@testable import Registry

/// A registry that has nothing but the distribution protocol and removes tags by their names.
struct FakeDistribution: FakeVendor {
    static let name = "default"
    static let repository = "r.example/group/app"
    static let behaviour: FakeRegistry.Behaviour = {
        var behaviour = FakeRegistry.Behaviour()
        behaviour.untags = true
        return behaviour
    }()
    static let ways: VendorWays = {
        // The root, the list, a manifest for each tag and a config for each image; for each tag a look and a deletion.
        var ways = VendorWays(
            listing: 2 + 2500 + 1250, deletion: 1 + 2000, limit: .init(headers: ["Retry-After": "7"], seconds: 7))
        ways.time = .created
        ways.protects = false
        return ways
    }()

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.method == "DELETE" else { return nil }
        if world.isDenied { return .error(403, "DENIED") }
        // By either of its names.
        let names = world.failing.union(world.failing.compactMap { world.content.tags[$0]?.text })
        return names.contains { call.path.hasSuffix("/manifests/\($0)") } ? .error(500, "UNKNOWN") : nil
    }
}
