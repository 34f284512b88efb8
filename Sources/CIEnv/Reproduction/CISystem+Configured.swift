extension CISystem {
    /// The system that runs the jobs of `checkout`.
    ///
    /// Its configuration tells. Where there is more than one system's, that of the remote's host counts; where there is
    /// none, the host alone.
    ///
    /// - Parameter checkout: What is checked out.
    /// - Returns: The system; ``generic`` where nothing tells.
    /// - Throws: `CIEnvError` with `usage` where it could be several.
    public static func configured(in checkout: Checkout) throws(CIEnvError) -> CISystem {
        let host = checkout.remote?.hostName ?? ""
        let home = all.first { $0.isHome(host) }
        if let home, checkout.has(home.configuration + home.otherConfiguration) { return home }
        let candidates = all.filter { checkout.has($0.configuration) }
        guard candidates.count > 1 else { return candidates.first ?? home ?? generic }
        let names = candidates.map(\.name).joined(separator: ", ")
        throw CIEnvError(
            .usage, "the checkout is configured for several CI systems", hint: "name the one to reproduce: \(names)")
    }

    /// Whether `host` is the system's own, or an installation that is called after it, as `gitlab.example.com` is.
    func isHome(_ host: String) -> Bool {
        hosts.contains { host == $0 || host.hasSuffix(".\($0)") }
            || host.split(separator: ".").first.map(String.init) == name
    }
}

extension Checkout {
    /// Whether a file is at, or below, one of `paths`.
    fileprivate func has(_ paths: [String]) -> Bool {
        paths.contains { path in configuration.contains { $0 == path || $0.hasPrefix("\(path)/") } }
    }
}
