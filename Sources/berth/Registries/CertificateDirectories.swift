internal import CIEnv
internal import HTTP
internal import POSIX
internal import Registry

/// The directories in which docker and podman have certificates for single registries (containers-certs.d(5)).
struct CertificateDirectories {
    private let roots: [String]

    init(_ environment: Environment, home: String?) {
        let config = environment["XDG_CONFIG_HOME"] ?? home.map { "\($0)/.config" }
        roots =
            [config.map { "\($0)/containers/certs.d" }, config.map { "\($0)/docker/certs.d" }].compactMap { $0 }
            + ["/etc/containers/certs.d", "/etc/docker/certs.d"]
    }

    /// What the first directory for `host` has: `*.crt` are authorities, `*.cert` with its `*.key` is this client's.
    ///
    /// - Parameters:
    ///   - host: The registry.
    ///   - trust: The authorities that hold for all registries, and go on doing so.
    /// - Returns: What there is, or `nil` where there is no directory.
    func settings(for host: RegistryHost, besides trust: TrustStore) -> CurlClient.HostTLS? {
        for root in roots {
            let directory = "\(root)/\(host)"
            guard let names = try? Directory(path: directory).names() else { continue }
            var settings = CurlClient.HostTLS()
            for name in names.sorted() where name.hasSuffix(".crt") {
                settings.authorities += Self.read("\(directory)/\(name)") + Array("\n".utf8)
            }
            if !settings.authorities.isEmpty, case .file(let path) = trust { settings.authorities += Self.read(path) }
            if let name = names.sorted().first(where: { $0.hasSuffix(".cert") }) {
                let stem = name.dropLast(".cert".count)
                settings.certificate = .init(path: "\(directory)/\(name)", keyPath: "\(directory)/\(stem).key")
            }
            return settings
        }
        return nil
    }

    private static func read(_ path: String) -> [UInt8] {
        (try? FileDescriptor(reading: path).readAll(limit: 4 << 20)) ?? []
    }
}
