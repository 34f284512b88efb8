internal import JSON

/// What a login and a logout change in a config.
extension DockerConfigFile {
    /// The credential that clients find for `key`: that of the smallest part of the host which `key` lies in.
    public func credential(for key: RegistryKey) -> Credential? {
        var best: (rank: EntryRank, credential: Credential)?
        for member in auths.members {
            guard let found = RegistryKey(member.key), found.covers(key),
                let credential = try? Credential(entry: member.value)
            else { continue }
            let rank = EntryRank(found, named: member.key)
            if let best, best.rank >= rank { continue }
            best = (rank, credential)
        }
        return best?.credential
    }

    /// The program that has the credentials of the whole host, without `docker-credential-`.
    func helper(for key: RegistryKey) -> String? {
        credHelpers.last { RegistryKey($0.server)?.host == key.host }?.program ?? credsStore
    }

    /// Puts `entry` under `key`, and takes away whatever else clients would find before it or instead of it.
    ///
    /// A login to a host owns the host; one to a part of it leaves the other parts alone.
    mutating func logIn(_ key: RegistryKey, _ entry: JSONValue) {
        eraseEntries(key, keepingPlaceOf: key.configKey)
        removeHelpers(of: key)
        var auths = self.auths
        auths[key.configKey] = entry
        object["auths"] = .object(auths)
        addHostKey(for: key)
    }

    /// Takes away what is under `key`, and the program that has the host's credentials.
    ///
    /// - Returns: Whether there was anything.
    mutating func logOut(_ key: RegistryKey) -> Bool {
        let hadEntry = eraseEntries(key)
        return removeHelpers(of: key) || hadEntry
    }

    /// Takes away what is under `key`, and the host's own entry where it was no more than a copy of that.
    ///
    /// - Returns: Whether there was anything.
    @discardableResult
    mutating func eraseEntries(_ key: RegistryKey, keepingPlaceOf kept: String? = nil) -> Bool {
        var auths = self.auths
        let owned = auths.members.filter { key.owns(RegistryKey($0.key)) }
        guard !owned.isEmpty else { return false }
        let copy = key.path.isEmpty ? nil : auths[key.hostKey.configKey]
        let hasCopy = copy != nil && owned.contains { $0.value == copy }
        auths.removeAll { member in
            member.key != kept
                && (key.owns(RegistryKey(member.key)) || hasCopy && member.key == key.hostKey.configKey)
        }
        object["auths"] = .object(auths)
        if kept == nil { addHostKey(for: key) }
        return true
    }

    /// Puts the host's key beside those of its parts: without it docker would take any of them.
    private mutating func addHostKey(for key: RegistryKey) {
        var auths = self.auths
        let ofHost = auths.members.compactMap { member in
            RegistryKey(member.key).flatMap { $0.host == key.host ? (key: $0, value: member.value) : nil }
        }
        guard !ofHost.contains(where: { $0.key.path.isEmpty }),
            let largest = ofHost.min(by: { $0.key.path.utf8.count < $1.key.path.utf8.count })
        else { return }
        auths[key.hostKey.configKey] = largest.value
        object["auths"] = .object(auths)
    }

    @discardableResult
    private mutating func removeHelpers(of key: RegistryKey) -> Bool {
        guard var helpers = object["credHelpers"]?.object else { return false }
        let count = helpers.members.count
        helpers.removeAll { RegistryKey($0.key)?.host == key.host }
        object["credHelpers"] = helpers.isEmpty ? nil : .object(helpers)
        return helpers.members.count < count
    }
}

extension RegistryKey {
    /// Whether a login to this registry takes the other's place.
    fileprivate func owns(_ other: RegistryKey?) -> Bool {
        path.isEmpty ? other?.host == host : other == self
    }
}
