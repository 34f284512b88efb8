@testable import Registry
@testable import RegistryTestSupport

/// What `api` lists: by tag, or by digest where there is none.
func listed(_ api: any VendorAPI, _ wanted: ManifestReader.Wanted) async throws -> [String: ManifestFacts] {
    let found = Noted<[String: ManifestFacts]>([:])
    try await api.list(wanted) { entry in
        found.note { $0[entry.tag?.text ?? entry.facts.digest.text] = entry.facts }
    }
    return found.value
}

extension VendorStage {
    /// What a vendor's calls for the repository of `vendor` are made from; `change` changes the settings before.
    func context(
        _ vendor: any FakeVendor.Type, _ change: (inout RegistrySettings) -> Void = { _ in }
    ) throws -> VendorContext {
        var settings = settings
        change(&settings)
        return VendorContext(try Repository(vendor.repository), settings)
    }
}

/// The implementation that is found for a registry by its host alone; nil where its host says nothing.
func implementation(of host: String) throws -> String? {
    let settings = RegistrySettings(client: FakeRegistry()) { _ in nil }
    return VendorTable.known(try Repository("\(host)/acme/app").host, settings)?.vendor.name
}
