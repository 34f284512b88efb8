internal import HTTP
internal import Registry

/// Two registries that a client reaches.
final class FakeNetwork: HTTPClient {
    let source: FakeRegistry
    let destination: FakeRegistry

    init(_ source: FakeRegistry.Behaviour = .init(), _ destination: FakeRegistry.Behaviour = .init()) {
        let clock = StillClock()
        self.source = FakeRegistry(source, host: "source.example", clock: clock)
        self.destination = FakeRegistry(destination, host: "target.example", clock: clock)
    }

    private func registry(_ request: HTTPRequest) -> FakeRegistry {
        request.url.host == source.host ? source : destination
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await registry(request).send(request)
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        try await registry(request).stream(request)
    }

    func client(of registry: FakeRegistry, for actions: Set<AuthScope.Action>) async throws -> RepositoryClient {
        var settings = RegistrySettings(client: self) { _ in nil }
        settings.pacing = registry.clock.pacing()
        return try await RepositoryClient.connect(to: registry.repository(), for: actions, settings)
    }

    /// What has the source copied to the destination.
    func copier(
        referrers: Bool = false, progress: @escaping @Sendable (ImageCopier.Progress) -> Void = { _ in }
    ) async throws -> ImageCopier {
        ImageCopier(
            from: try await client(of: source, for: [.pull]),
            to: try await client(of: destination, for: [.pull, .push]),
            copiesReferrers: referrers, progress: progress)
    }
}

extension FakeRegistry {
    /// What copies from one repository of this registry to another.
    func copier(from source: String = "app", to destination: String = "mirror") async throws -> ImageCopier {
        ImageCopier(
            from: try await client(source, for: [.pull]), to: try await client(destination, for: [.pull, .push]))
    }
}
