internal import HTTP

/// Which implementation is used for a repository, and why.
public struct Detection: Sendable {
    /// The implementation's name.
    public let implementation: String
    /// The rule by which it was chosen, for people.
    public let rule: String

    /// What the user's choice and the registry's host say; nobody is asked.
    public static func byHost(
        _ repository: Repository, _ named: NamedImplementation?, variable: (_ name: String) -> String?
    ) -> Detection {
        guard let finding = VendorTable.known(repository.host, named, variable) else {
            return Detection(
                implementation: VendorTable.fallback.name, rule: "no other implementation is made for this host")
        }
        return Detection(implementation: finding.vendor.name, rule: finding.rule)
    }

    /// The same, with what the registry says: at its API's root, and to questions that only one vendor's registries
    /// answer.
    ///
    /// - Throws: `RegistryError` where no registry answers.
    public static func byProbing(
        _ repository: Repository, _ settings: RegistrySettings
    ) async throws(RegistryError) -> Detection {
        let answer = try await settings.memory.ping(repository.host, settings)
        var finding = VendorTable.find(repository.host, settings, answer)
        if finding.isFallback, let found = await byQuestions(answer.root, settings) { finding = found }
        let login =
            answer.isOpen
            ? "lets everybody in" : "wants a login by \(answer.challenges.map(\.scheme).joined(separator: " or "))"
        return Detection(
            implementation: finding.vendor.name,
            rule: "\(finding.rule); a registry of the distribution protocol answers at \(answer.root.origin) and "
                + Excerpt.line(login))
    }

    /// Who answers what only one vendor's registries do: without credentials, once, and with no patience.
    private static func byQuestions(_ root: URLParts, _ settings: RegistrySettings) async -> VendorFinding? {
        for row in VendorTable.rows {
            for probe in row.probes {
                guard let url = URLParts(root.origin + probe.path) else { continue }
                let request = HTTPRequest(.get, url, timeout: .seconds(10))
                guard let response = try? await settings.client.send(request), probe.accepts(response) else { continue }
                return VendorFinding(vendor: row.vendor, rule: "it answers at \(probe.path)")
            }
        }
        return nil
    }
}
