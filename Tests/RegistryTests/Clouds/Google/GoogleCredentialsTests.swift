internal import DockerConfig
internal import HTTP
internal import Hashing
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("Google's credentials")
struct GoogleCredentialsTests {
    private static let good = ScriptedClient.Answer.status(200, [:], #"{"access_token":"T","expires_in":3600}"#)
    private static let form = " | Content-Type: application/x-www-form-urlencoded | "
    private static let user =
        #"{"type":"authorized_user","client_id":"c","client_secret":"c s","refresh_token":"r/t"}"#
    /// What the metadata server answers to whoever finds out whether it is there.
    private static let here = ScriptedClient.Answer.status(200, ["Metadata-Flavor": "Google"], "computeMetadata/")

    private func error(_ site: CloudSite) async -> RegistryError? {
        await #expect(throws: RegistryError.self) { try await GoogleCredentials(site.context).accessToken() }
    }

    // MARK: where they are

    @Test(
        "may be an access token in a variable, which comes first and is not kept",
        arguments: ["CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"])
    func given(name: String) async throws {
        let site = CloudSite([name: "ya29.x", "GOOGLE_APPLICATION_CREDENTIALS": "/missing"])
        let credentials = GoogleCredentials(site.context)
        #expect(try await credentials.accessToken().text == "ya29.x")
        #expect(credentials.source == "an access token in \(name)")
    }

    @Test("are not a variable with something else in it", arguments: ["two words", "line\n", "é"])
    func noToken(text: String) async throws {
        let error = await error(CloudSite(["GOOGLE_OAUTH_ACCESS_TOKEN": text]))
        #expect(error?.kind == .denied)
        #expect(error?.whole.contains(text) == false)
    }

    static let places: [(variables: [String: String], path: String)] = [
        (["GOOGLE_APPLICATION_CREDENTIALS": "/a", "GOOGLE_GHA_CREDS_PATH": "/b", "HOME": "/h"], "/a"),
        (["GOOGLE_GHA_CREDS_PATH": "/b", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": "/c"], "/b"),
        (["CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": "/c", "HOME": "/h"], "/c"),
        (["CLOUDSDK_CONFIG": "/d", "HOME": "/h"], "/d/application_default_credentials.json"),
        (["HOME": "/h"], "/h/.config/gcloud/application_default_credentials.json"),
    ]

    @Test("may be in a file", arguments: places)
    func files(variables: [String: String], path: String) async throws {
        let site = CloudSite(variables, files: [path: Self.user], [Self.good])
        let credentials = GoogleCredentials(site.context)
        #expect(credentials.source.contains(path))
        #expect(try await credentials.accessToken().text == "T")
    }

    @Test("are not looked for elsewhere where the file that a variable names is missing")
    func missing() async throws {
        let site = CloudSite(["GOOGLE_APPLICATION_CREDENTIALS": "/gone"])
        let error = await error(site)
        #expect(error?.kind == .denied)
        #expect(error?.text == "GOOGLE_APPLICATION_CREDENTIALS is /gone, which is not there")
        #expect(GoogleCredentials(site.context).source.hasPrefix("nothing: GOOGLE_APPLICATION_CREDENTIALS"))
        #expect(site.client.asked.isEmpty)
    }

    @Test("may be the machine's, which is looked for with little patience")
    func machine() async throws {
        let answer = #"{"access_token":"M","expires_in":600}"#
        let site = CloudSite(["HOME": "/h"], [Self.here, .status(200, ["metadata-flavor": "Google"], answer)])
        #expect(try await GoogleCredentials(site.context).accessToken().text == "M")
        let header = " | Metadata-Flavor: Google"
        let path = "computeMetadata/v1/instance/service-accounts/default/token"
        #expect(
            site.client.asked == [
                "GET http://169.254.169.254/\(header)", "GET http://169.254.169.254/\(path)\(header)",
            ])
        #expect(site.client.timeouts == [.seconds(2), .seconds(30)])
    }

    @Test(
        "may be the machine's by the address that a variable names",
        arguments: ["localhost:8080", "metadata.google.internal"])
    func namedMachine(host: String) async throws {
        let site = CloudSite(
            ["GCE_METADATA_HOST": host], [.status(200, ["Metadata-Flavor": "Google"], #"{"access_token":"M"}"#)])
        #expect(try await GoogleCredentials(site.context).accessToken().text == "M")
        #expect(site.client.asked.first?.hasPrefix("GET http://\(host)/computeMetadata/") == true)
    }

    @Test("are not taken from another machine over plain HTTP")
    func foreignMachine() async throws {
        let site = CloudSite(["GCE_METADATA_HOST": "evil.example"])
        #expect(await error(site)?.kind == .badName)
        #expect(site.client.asked.isEmpty)
    }

    static let silence: [ScriptedClient.Answer] = [
        .failure(.timeout), .failure(.unreachable), .status(404), .status(200, [:], #"{"access_token":"M"}"#),
    ]

    @Test("that are nowhere are an error that says where they could be", arguments: silence)
    func nowhere(answer: ScriptedClient.Answer) async throws {
        let error = await error(CloudSite(["HOME": "/h"], [answer]))
        #expect(error?.kind == .denied)
        let words = [
            "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS",
            "/h/.config/gcloud/application_default_credentials.json", "metadata server",
        ]
        for word in words { #expect(error?.text.contains(word) == true) }
        #expect(error?.hint?.contains("gcloud auth application-default login") == true)
    }

    @Test("of a machine without a service account say so")
    func machineWithout() async throws {
        let error = await error(CloudSite([:], [Self.here, .status(404, ["Metadata-Flavor": "Google"])]))
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("no service account") == true)
    }

    @Test(
        "of a metadata server that the user names and that is none say so",
        arguments: [(.status(200, [:], "{}"), .protocolViolation), (.failure(.timeout), .tryLater)]
            as [(ScriptedClient.Answer, RegistryError.Kind)])
    func notTheServer(answer: ScriptedClient.Answer, kind: RegistryError.Kind) async throws {
        #expect(await error(CloudSite(["GCE_METADATA_HOST": "127.0.0.1:1"], [answer]))?.kind == kind)
    }

    @Test("are asked for once as long as the token lives")
    func kept() async throws {
        let site = CloudSite(
            ["GOOGLE_APPLICATION_CREDENTIALS": "/a"], files: ["/a": Self.user], [Self.good, Self.good])
        let credentials = GoogleCredentials(site.context)
        for _ in 0..<3 { _ = try await credentials.accessToken() }
        #expect(site.client.asked.count == 1)
        site.clock.advance(by: .seconds(3540))
        _ = try await credentials.accessToken()
        #expect(site.client.asked.count == 2)
    }

    // MARK: what is asked

    @Test(
        "of a person are a refresh token, which is shown to Google",
        arguments: [
            ([:], "", "https://oauth2.googleapis.com/token"),
            (
                [:], #","token_uri":"https://accounts.google.com/o/oauth2/token""#,
                "https://accounts.google.com/o/oauth2/token"
            ),
            (["BERTH_GCP_STS_URL": "http://[::1]:9"], #","token_uri":"https://evil.example/""#, "http://[::1]:9/token"),
        ] as [([String: String], String, String)])
    func person(variables: [String: String], more: String, url: String) async throws {
        let file = Self.user.dropLast() + more + "}"
        let site = CloudSite(
            variables.merging(["GOOGLE_APPLICATION_CREDENTIALS": "/a"]) { $1 }, files: ["/a": String(file)], [Self.good]
        )
        _ = try await GoogleCredentials(site.context).accessToken()
        #expect(
            site.client.asked == [
                "POST \(url)\(Self.form)grant_type=refresh_token&client_id=c&client_secret=c%20s&refresh_token=r%2Ft"
            ])
    }

    @Test("of a person that have ended say what to do")
    func personEnded() async throws {
        let body = #"{"error":"invalid_grant","error_description":"Token r/t has been expired or revoked."}"#
        let error = await error(
            CloudSite(["GOOGLE_APPLICATION_CREDENTIALS": "/a"], files: ["/a": Self.user], [.status(400, [:], body)]))
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("invalid_grant: Token *** has been expired or revoked.") == true)
        #expect(error?.hint == "log in anew: gcloud auth application-default login")
    }

    /// The word that the service account gives, and where to.
    private func assertion(_ site: CloudSite) async throws -> (
        url: String, header: String, claims: String, isSigned: Bool
    )? {
        guard let line = site.client.asked.first else { return nil }
        let marker = Self.form + "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
        let cut = line.split(separator: " | ")
        guard cut.count == 3, line.hasPrefix("\(cut[0])\(marker)") else { return nil }
        let parts = line.dropFirst(cut[0].utf8.count + marker.utf8.count).split(separator: ".")
        guard parts.count == 3 else { return nil }
        let bytes = parts.map { Base64.decodeURL($0) ?? [] }
        let texts = bytes.map { String(decoding: $0, as: UTF8.self) }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        let signature = try await RSASignature.sign(signed, privateKey: Array(TestKey.pem.utf8))
        return (String(cut[0]), texts[0], texts[1], bytes[2] == signature)
    }

    private func claims(_ url: String) -> String {
        #"{"iss":"ci@p.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/cloud-platform","#
            + #""aud":"\#(url)","iat":1700000000,"exp":1700003600}"#
    }

    @Test(
        "of a service account are its signed word, by whatever way the key has come",
        arguments: ["file", "_json_key", "_json_key_base64"])
    func serviceAccount(way: String) async throws {
        let file = try await TestKey.file(#","token_uri":"https://oauth2.googleapis.com/token""#)
        let site = CloudSite(["GOOGLE_APPLICATION_CREDENTIALS": "/a"], files: ["/a": file], [Self.good])
        let password = way == "_json_key_base64" ? Base64.encode(Array(file.utf8)) : file
        let credentials =
            way == "file"
            ? GoogleCredentials(site.context)
            : try #require(try GoogleCredentials(Credential(username: way, password: Secret(password)), site.context))
        #expect(try await credentials.accessToken().text == "T")
        #expect(credentials.source.hasSuffix("the key of ci@p.iam.gserviceaccount.com"))
        let sent = try #require(try await assertion(site))
        #expect(sent.url == "POST https://oauth2.googleapis.com/token")
        #expect(sent.header == #"{"alg":"RS256","typ":"JWT","kid":"k1"}"#)
        #expect(sent.claims == claims("https://oauth2.googleapis.com/token"))
        #expect(sent.isSigned)
    }

    @Test("of a service account are meant for Google wherever they are sent")
    func serviceAccountElsewhere() async throws {
        let variables = ["GOOGLE_APPLICATION_CREDENTIALS": "/a", "BERTH_GCP_STS_URL": "http://127.0.0.1:9"]
        let site = CloudSite(variables, files: ["/a": try await TestKey.file()], [Self.good])
        _ = try await GoogleCredentials(site.context).accessToken()
        let sent = try #require(try await assertion(site))
        #expect(sent.url == "POST http://127.0.0.1:9/token")
        #expect(sent.claims == claims("https://oauth2.googleapis.com/token"))
    }

    @Test("may be an access token in a docker login")
    func dockerToken() async throws {
        let site = CloudSite()
        let login = Credential(username: "oauth2accesstoken", password: Secret("ya29.y"))
        let credentials = try #require(try GoogleCredentials(login, site.context))
        #expect(try await credentials.accessToken().text == "ya29.y")
    }

    @Test("are not in a docker login of another kind", arguments: ["me", "", "_token"])
    func otherLogin(username: String) throws {
        let login = Credential(username: username, password: Secret("x"))
        #expect(try GoogleCredentials(login, CloudSite().context) == nil)
    }

    @Test(
        "in a docker login are read before they are used, and not shown",
        arguments: [
            ("_json_key", "s3cret"), ("_json_key_base64", "s3cret!"), ("_json_key_base64", "e30="),
            ("oauth2accesstoken", "s3 cret"),
        ])
    func badLogin(username: String, password: String) throws {
        let error = #expect(throws: RegistryError.self) {
            try GoogleCredentials(Credential(username: username, password: Secret(password)), CloudSite().context)
        }
        #expect(error?.text.contains("the password of \(username)") == true)
        #expect(error?.whole.contains(password) == false)
    }
}
