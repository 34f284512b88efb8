internal import DockerConfig

/// Looks for credentials where the AWS tools do (AWS SDKs and Tools Reference Guide, "Standardized credential
/// providers").
///
/// In this order: keys in variables; the profile that `AWS_PROFILE` names; a web identity token; the default profile; a
/// container's endpoint; the instance's metadata service. What is there and does not work is an error and not passed
/// over: whoever set it means it.
struct AWSCredentialSearch: Sendable {
    private let context: CloudContext
    private let runProgram: AWSCredentialProcess.Run

    /// A search in `context`; `runProgram` runs what a profile's `credential_process` names.
    init(_ context: CloudContext, runProgram: @escaping AWSCredentialProcess.Run = AWSCredentialProcess.system) {
        self.context = context
        self.runProgram = runProgram
    }

    /// The first credentials that there are.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where there are none, or those that are meant cannot be used.
    func find() async throws(RegistryError) -> AWSCredentials {
        if let keys = try Self.inVariables(context) { return keys }
        // A token means more than files that happen to be in the home directory, and less than a profile by its name.
        if !AWSProfiles.isNamed(in: context), let found = try await byWebIdentity() { return found }
        let profiles = try AWSProfiles(context)
        if let found = try await inProfiles(profiles) { return found }
        if profiles.isNamed, let found = try await byWebIdentity() { return found }
        if let found = try await AWSContainerCredentials(context).credentials() { return found }
        if let found = try await AWSInstanceMetadata(context).credentials() { return found }
        throw RegistryError(
            .denied,
            "no AWS credentials: none in variables, in \(profiles.paths.joined(separator: " or ")), for a "
                + "web identity, a container or an instance",
            hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or AWS_ROLE_ARN and "
                + "AWS_WEB_IDENTITY_TOKEN_FILE")
    }

    /// The keys in variables; `nil` where there are none.
    ///
    /// - Throws: `RegistryError` where there is only a part of them.
    static func inVariables(_ context: CloudContext) throws(RegistryError) -> AWSCredentials? {
        let id = context.variable("AWS_ACCESS_KEY_ID"), secret = context.variable("AWS_SECRET_ACCESS_KEY")
        guard id != nil || secret != nil else { return nil }
        guard let id, let secret else {
            let (there, missing) =
                id == nil
                ? ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID") : ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
            throw RegistryError(.denied, "\(there) is set without \(missing)", hint: "set both, or neither")
        }
        var expiry: Int?
        if let text = context.variable("AWS_CREDENTIAL_EXPIRATION") {
            guard let time = Timestamp(text) else {
                throw RegistryError(
                    .denied, "AWS_CREDENTIAL_EXPIRATION is no time", hint: "it needs the form 2026-01-31T12:00:00Z")
            }
            expiry = time.secondsSince1970
        }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: Secret(secret),
            sessionToken: context.variable("AWS_SESSION_TOKEN").map { Secret($0) }, expiry: expiry)
    }

    private func byWebIdentity() async throws(RegistryError) -> AWSCredentials? {
        guard let path = try context.tokenPath("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
        guard let role = context.variable("AWS_ROLE_ARN") else {
            throw RegistryError(
                .denied, "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN",
                hint: "name the role to take on with AWS_ROLE_ARN")
        }
        return try await AWSSTS(context).assumeRole(
            webIdentityToken: context.token(in: path), role: role,
            sessionName: context.variable("AWS_ROLE_SESSION_NAME"))
    }

    private func inProfiles(_ profiles: AWSProfiles) async throws(RegistryError) -> AWSCredentials? {
        guard profiles.profile(profiles.currentName) != nil else {
            guard profiles.isNamed else { return nil }
            throw RegistryError(
                .denied, "there is no AWS profile \(Excerpt.quoted(profiles.currentName))",
                hint: "check AWS_PROFILE; profiles are in \(profiles.paths.joined(separator: " and "))")
        }
        let search = AWSProfileSearch(context, profiles, runProgram: runProgram)
        return try await search.credentials(of: profiles.currentName)
    }
}

extension CloudContext {
    /// The path of a token's file that the variable `name` has; `nil` where it is not set.
    ///
    /// - Throws: `RegistryError` of the kind `denied` where it holds the token itself, which errors would show.
    func tokenPath(_ name: String) throws(RegistryError) -> String? {
        // What every JSON Web Token begins with.
        guard let path = variable(name), path.hasPrefix("eyJ") else { return variable(name) }
        throw RegistryError(.denied, "\(name) holds a token", hint: "it should hold the path of a file with the token")
    }

    /// The token that a file holds, read anew each time: who has put it there renews it.
    ///
    /// - Throws: `RegistryError` of the kind `denied` where there is none.
    func token(in path: String) throws(RegistryError) -> Secret {
        guard let bytes = try readFile(path) else {
            throw RegistryError(.denied, "\(path), which should hold a token, is not there")
        }
        let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let start = bytes.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex
        let token = start[..<end]
        guard !token.isEmpty, token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw RegistryError(.denied, "\(path) holds no token")
        }
        return Secret(String(decoding: token, as: UTF8.self))
    }
}
