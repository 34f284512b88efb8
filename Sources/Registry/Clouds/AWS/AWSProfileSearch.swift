internal import DockerConfig

/// What a profile of the AWS tools has credentials from (AWS SDKs and Tools Reference Guide, "Assume role credential
/// provider", "Process credential provider").
struct AWSProfileSearch: Sendable {
    private let context: CloudContext
    private let profiles: AWSProfiles
    private let runProgram: AWSCredentialProcess.Run

    /// More roles in a row than anybody has.
    private static let chainLimit = 10

    /// A search in `profiles`.
    init(_ context: CloudContext, _ profiles: AWSProfiles, runProgram: @escaping AWSCredentialProcess.Run) {
        self.context = context
        self.profiles = profiles
        self.runProgram = runProgram
    }

    /// The credentials of the profile `name`; `nil` where it is there and says nothing about them.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where what it says cannot be used.
    func credentials(of name: String) async throws(RegistryError) -> AWSCredentials? {
        try await credentials(of: name, after: [])
    }

    /// The same, for a profile that the profiles `visited` have led to, each by its `source_profile`.
    private func credentials(
        of name: String, after visited: [String]
    ) async throws(RegistryError) -> AWSCredentials? {
        guard let profile = profiles.profile(name) else {
            throw RegistryError(
                .denied, "there is no AWS profile \(Excerpt.quoted(name)), which another names as its source_profile")
        }
        // A profile that names itself means its own keys.
        let isRevisited = visited.contains(name)
        if let role = profile.text("role_arn"), !(isRevisited && profile.secret("aws_access_key_id") != nil) {
            guard !isRevisited, visited.count < Self.chainLimit else {
                throw refusal(of: profile, "names itself as its source_profile in the end")
            }
            return try await credentials(of: profile, role: role, after: visited + [name])
        }
        if let keys = try keys(of: profile) { return keys }
        for key in ["sso_session", "sso_start_url", "login_session"] where profile.secret(key) != nil {
            throw RegistryError(
                .denied, "the AWS profile \(Excerpt.quoted(name)) logs in by a browser (\(key))",
                hint: "log in, and give berth what `aws configure export-credentials --format env` prints")
        }
        guard let line = profile.text("credential_process") else { return nil }
        return try await AWSCredentialProcess(run: runProgram).credentials(line, profile: name)
    }

    private func keys(of profile: AWSProfile) throws(RegistryError) -> AWSCredentials? {
        let id = profile.text("aws_access_key_id"), secret = profile.secret("aws_secret_access_key")
        guard id != nil || secret != nil else { return nil }
        guard let id, let secret else {
            throw refusal(of: profile, "has one of aws_access_key_id and aws_secret_access_key without the other")
        }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: profile.secret("aws_session_token"))
    }

    private func credentials(
        of profile: AWSProfile, role: String, after visited: [String]
    ) async throws(RegistryError) -> AWSCredentials {
        let sts = AWSSTS(context)
        // The region of the profile that has the role, unless a variable names one.
        let region =
            context.variable("AWS_REGION") ?? context.variable("AWS_DEFAULT_REGION") ?? profile.text("region")
        let duration = profile.text("duration_seconds").flatMap { Int($0) }
        if let path = profile.text("web_identity_token_file") {
            return try await sts.assumeRole(
                webIdentityToken: context.token(in: path), role: role, sessionName: profile.text("role_session_name"),
                duration: duration, region: region)
        }
        guard profile.text("mfa_serial") == nil else {
            throw RegistryError(
                .denied, "the AWS profile \(Excerpt.quoted(profile.name)) wants a code of a device (mfa_serial)",
                hint: "give berth what `aws configure export-credentials --format env` prints")
        }
        let source = try await source(of: profile, after: visited)
        let wanted = AWSSTS.Role(
            arn: role, sessionName: profile.text("role_session_name"), externalID: profile.text("external_id"),
            duration: duration)
        return try await sts.assumeRole(wanted, as: source, region: region)
    }

    /// What the profile's role is taken on with.
    private func source(
        of profile: AWSProfile, after visited: [String]
    ) async throws(RegistryError) -> AWSCredentials {
        let found: AWSCredentials?
        switch (profile.text("source_profile"), profile.text("credential_source")) {
        case (let name?, nil): found = try await credentials(of: name, after: visited)
        case (nil, "Environment"): found = try AWSCredentialSearch.inVariables(context)
        case (nil, "EcsContainer"): found = try await AWSContainerCredentials(context).credentials()
        case (nil, "Ec2InstanceMetadata"): found = try await AWSInstanceMetadata(context).credentials()
        case (nil, let other?):
            throw refusal(of: profile, "has a credential_source that AWS does not know, \(Excerpt.quoted(other))")
        case (_?, _?): throw refusal(of: profile, "has both source_profile and credential_source")
        case (nil, nil): throw refusal(of: profile, "has role_arn, but neither source_profile nor credential_source")
        }
        guard let found else { throw refusal(of: profile, "has role_arn, but where it leads to are no credentials") }
        return found
    }

    private func refusal(of profile: AWSProfile, _ reason: String) -> RegistryError {
        RegistryError(
            .denied, "the AWS profile \(Excerpt.quoted(profile.name)) \(reason)",
            hint: "mend it in \(profiles.paths.joined(separator: " or "))")
    }
}
