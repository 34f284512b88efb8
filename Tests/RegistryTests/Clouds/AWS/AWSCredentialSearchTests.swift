internal import DockerConfig
internal import HTTP
internal import POSIX
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("Credentials for AWS")
struct AWSCredentialSearchTests {
    private static let keys = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s3cret"]
    private static let role = "arn:aws:iam::111122223333:role/ci"
    private static let answer = ScriptedClient.Answer.status(
        200, [:],
        """
        <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>\
        <SecretAccessKey>r0le&amp;</SecretAccessKey><SessionToken>sess</SessionToken>\
        <Expiration>2023-11-14T23:13:20Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
        """)
    private static let nobody = ScriptedClient.Answer.failure(.timeout)

    private func find(
        _ variables: [String: String], files: [String: String] = [:], _ client: ScriptedClient = ScriptedClient([])
    ) async throws(RegistryError) -> AWSCredentials {
        let context = CloudContext(variables.merging(["HOME": "/h"]) { first, _ in first }, files: files, client)
        return try await AWSCredentialSearch(context) { (program, _) throws(SystemError) in
            let text = #"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"p"}"#
            return HelperProgram.Answer(code: program == "good" ? 0 : 1, output: Array(text.utf8))
        }.find()
    }

    @Test("are those of variables before all others")
    func variables() async throws {
        let variables = Self.keys.merging(
            ["AWS_SESSION_TOKEN": "t0ken", "AWS_PROFILE": "none", "AWS_ROLE_ARN": Self.role]) { $1 }
        #expect(
            try await find(variables)
                == AWSCredentials(
                    accessKeyID: "ENV", secretAccessKey: Secret("s3cret"), sessionToken: Secret("t0ken")))
    }

    @Test("are an error where variables hold half of them", arguments: Array(keys.keys))
    func halves(variable: String) async {
        let error = await #expect(throws: RegistryError.self) { try await find([variable: "s3cret"]) }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("\(variable) is set without") == true)
        #expect(error?.text.contains("s3cret") == false)
    }

    private static let files = [
        "/h/.aws/credentials": """
        [default]
        aws_access_key_id = DEFAULT
        aws_secret_access_key = d
        [keys]
        aws_access_key_id = KEYS
        aws_secret_access_key = k
        aws_session_token = kt
        [half]
        aws_access_key_id = HALF
        """,
        "/h/.aws/config": """
        [profile keys]
        aws_access_key_id = OVERRIDDEN
        [profile role]
        role_arn = \(role)
        source_profile = keys
        region = eu-west-1
        external_id = ext
        role_session_name = me & you
        duration_seconds = 900
        [profile role-by-environment]
        role_arn = \(role)
        credential_source = Environment
        [profile web]
        role_arn = \(role)
        web_identity_token_file = /token
        [profile process]
        credential_process = good "a b"
        [profile bad-process]
        credential_process = bad
        [profile self]
        role_arn = \(role)
        source_profile = self
        aws_access_key_id = SELF
        aws_secret_access_key = s
        [profile a]
        role_arn = \(role)
        source_profile = b
        [profile b]
        role_arn = \(role)
        source_profile = a
        [profile sso]
        sso_session = x
        [profile mfa]
        role_arn = \(role)
        source_profile = keys
        mfa_serial = arn:aws:iam::1:mfa/me
        [profile nothing]
        role_arn = \(role)
        [profile both]
        role_arn = \(role)
        source_profile = keys
        credential_source = Environment
        [profile strange]
        role_arn = \(role)
        credential_source = Moon
        [profile orphan]
        role_arn = \(role)
        source_profile = missing
        [profile bad-role]
        role_arn = admin
        source_profile = keys
        """,
        "/token": "web.t0ken\n",
    ]

    @Test(
        "are those of the profile",
        arguments: [(nil, "DEFAULT"), ("keys", "KEYS"), ("process", "PROCESS")]
            as [(
                String?, String
            )])
    func profiles(name: String?, id: String) async throws {
        let found = try await find(name.map { ["AWS_PROFILE": $0] } ?? [:], files: Self.files)
        #expect(found.accessKeyID == id)
    }

    @Test("are those of a profile's role, taken on with another profile's")
    func role() async throws {
        let client = ScriptedClient([Self.answer])
        let found = try await find(["AWS_PROFILE": "role"], files: Self.files, client)
        #expect(
            found
                == AWSCredentials(
                    accessKeyID: "ROLE", secretAccessKey: Secret("r0le&"), sessionToken: Secret("sess"),
                    expiry: 1_700_003_600))
        let asked = client.asked.map(withoutSignature)
        #expect(
            asked == [
                "POST https://sts.eu-west-1.amazonaws.com/ | Content-Type: application/x-www-form-urlencoded; "
                    + "charset=utf-8 | X-Amz-Security-Token: kt | Action=AssumeRole&Version=2011-06-15&RoleArn="
                    + "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fci&RoleSessionName=me---you&DurationSeconds=900"
                    + "&ExternalId=ext"
            ])
        #expect(client.asked[0].contains("Credential=KEYS/20231114/eu-west-1/sts/aws4_request"))
    }

    @Test("are those of a role that its own profile's keys take on")
    func ownKeys() async throws {
        let client = ScriptedClient([Self.answer])
        #expect(try await find(["AWS_PROFILE": "self"], files: Self.files, client).accessKeyID == "ROLE")
        #expect(client.asked[0].contains("Credential=SELF/"))
    }

    @Test("are those of a role that a web identity token takes on, unsigned", arguments: [true, false])
    func webIdentity(isProfile: Bool) async throws {
        let client = ScriptedClient([Self.answer.withWebIdentity])
        let variables =
            isProfile
            ? ["AWS_PROFILE": "web"]
            : ["AWS_ROLE_ARN": Self.role, "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_SESSION_NAME": "job"]
        #expect(try await find(variables, files: Self.files, client).accessKeyID == "ROLE")
        let session = isProfile ? "berth-1700000000" : "job"
        #expect(
            client.asked == [
                "POST https://sts.us-east-1.amazonaws.com/ | Content-Type: application/x-www-form-urlencoded; "
                    + "charset=utf-8 | Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn="
                    + "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fci&RoleSessionName=\(session)"
                    + "&WebIdentityToken=web.t0ken"
            ])
    }

    @Test(
        "are an error where the profile that is named cannot be used",
        arguments: [
            ("missing", "there is no AWS profile"), ("half", "without the other"), ("bad-process", "exit code 1"),
            ("a", "names itself"), ("sso", "logs in by a browser"), ("mfa", "wants a code"), ("nothing", "neither"),
            ("both", "has both"), ("strange", "\"Moon\""), ("orphan", "\"missing\""), ("bad-role", "\"admin\""),
            ("role-by-environment", "are no credentials"),
        ])
    func refusals(name: String, text: String) async {
        let client = ScriptedClient([])
        let error = await #expect(throws: RegistryError.self) {
            try await find(["AWS_PROFILE": name], files: Self.files, client)
        }
        #expect(error?.text.contains(text) == true)
        #expect(client.asked.isEmpty)
    }

    @Test(
        "are an error where the token's file holds none, or its variable the token",
        arguments: ["/none", "/empty", "/lines", "eyJ.t0ken.x"])
    func noToken(path: String) async {
        let variables = ["AWS_ROLE_ARN": Self.role, "AWS_WEB_IDENTITY_TOKEN_FILE": path]
        let error = await #expect(throws: RegistryError.self) {
            try await find(variables, files: ["/empty": " \n", "/lines": "t0ken\nX-Evil: 1"])
        }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("t0ken") == false)
    }

    @Test("are an error that names all ways where there are none")
    func none() async {
        let client = ScriptedClient([Self.nobody])
        let error = await #expect(throws: RegistryError.self) { try await find([:], client) }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("/h/.aws/credentials or /h/.aws/config") == true)
        #expect(error?.hint?.contains("AWS_WEB_IDENTITY_TOKEN_FILE") == true)
        #expect(client.timeouts == [.seconds(1)])
    }
}

extension ScriptedClient.Answer {
    /// The same as the answer to AssumeRoleWithWebIdentity.
    fileprivate var withWebIdentity: ScriptedClient.Answer {
        guard case .status(let status, let headers, var body) = self else { return self }
        while let range = body.firstRange(of: "AssumeRoleRes") {
            body.replaceSubrange(range, with: "AssumeRoleWithWebIdentityRes")
        }
        return .status(status, headers, body)
    }
}
