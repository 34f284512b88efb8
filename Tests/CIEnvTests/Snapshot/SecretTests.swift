internal import CIEnv
internal import TestSupport
internal import Testing

/// What a snapshot takes for a secret.
@Suite("A secret of a job")
struct SecretTests {
    /// Names of secrets, whatever their values.
    static let names = [
        "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "GITHUB_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN",
        "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "DB_PASSWORD", "MYSQL_PWD", "PGPASSWORD", "REDISPASS",
        "npm_config__auth",
        "SSH_PRIVATE_KEY", "DEPLOY_KEY", "STRIPE_APIKEY", "SIGNING_KEYS", "SENTRY_DSN", "SESSION_COOKIE", "APP_JWT",
        "GPG_PASSPHRASE", "WEBHOOK_SIGNATURE", "accessToken", "ghprbCredentialsId", "DOCKER_AUTH", "BASIC_AUTH", "SAS",
        "AZURE_STORAGE_CONNECTIONSTRING", "encrypted_0a6446eb3ae3_key", "ENDPOINT_AUTH_1",
    ]

    @Test("is known by its name", arguments: names)
    func name(name: String) throws {
        let result = try snapshot([name: plainValue])
        #expect(result.snapshot.values == [name: "{{\(name)}}"])
        #expect(result.snapshot.secrets == [name])
    }

    /// Names that have such a word in them and are none's.
    static let publicNames = [
        "SSH_PUBLIC_KEY", "GIT_AUTHOR_NAME", "AUTHOR", "CI_COMMIT_AUTHOR", "KEYCLOAK_URL", "KEYBOARD_MAP",
        "PASSENGER_ROOT",
        "BITBUCKET_PROJECT_KEY", "BUILDKITE_STEP_KEY", "CI_RUNNER_SHORT_TOKEN", "PASSAGE_URL", "PATHS",
    ]

    @Test("is not what is only called a little like one", arguments: publicNames)
    func publicName(name: String) throws {
        #expect(try snapshot([name: plainValue]).snapshot.values == [name: plainValue])
    }

    /// Values of secrets, in variables whose names say nothing.
    static let values = [
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nb3Bl\n", "AGE-SECRET-KEY-1QQQ",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "ghp_0123456789abcdefghij", "glpat-abcdefghij0123456789",
        "use github_pat_11AAAAAAA0123456789 here", "xoxb-12345678901-abcdefgh", "dckr_pat_abcdefghij0123456",
        "AKIAIOSFODNN7EXAMPLE", "https://user:hunter2@example.com/x", "postgres://app:pa%2Fss@db:5432/app",
        "https://user:pa@ss@example.com", "Authorization: Basic dXNlcjpwYXNzd29yZA==", "Bearer abcdefghijklmnopqrst",
        #"{"auths": {"r.example.com": {"auth": "dTpw"}}}"#, "--user me --password hunter2 --verbose",
        "password=hunter2",
        "Server=db;Password=hunter2;", #"{"token": "hunter2"}"#, "db:\n  password: hunter2\n", "x?sig=abcdef%3D",
        "AccountKey=abc", "hX9kWq2ZpL4vB7", "a1Bc2dE3-f4Gh5iJ6", "4f9d8c7b6a5e4d3c2b1a09f8e7d6c5b4",
        "Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRg",
        "https://hooks.example.com/services/T0AB1CD2E/B3FG4HI5J/k6L7mN8oP9qR0sT1uV2wX3yZ",
    ]

    @Test("is known by its value", arguments: values)
    func value(value: String) throws {
        let result = try snapshot(["SETTING": value])
        #expect(result.snapshot.values == ["SETTING": "{{SETTING}}"])
        #expect(result.replaced.map(\.reason) == [.value])
    }

    /// Values of jobs that are none.
    static let plainValues = [
        "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901", "v1.2.3-rc.1+build.5", "0190d5b4-1111-4222-8333-0123456789ab",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "registry.example.com/group/app:8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901",
        "/runner/work/_temp/_runner_file_commands/set_env_0190d5b4-1111-4222-8333-0123456789ab",
        "https://gitlab.example.com/group/sub-group/a-long-project-name/-/jobs/1234567890",
        "git@github.com:owner/app.git",
        "https://user@example.com/owner/app.git", "feature/JIRA-1234-a-very-long-branch-name",
        "fix token: refresh it in time",
        "fix(auth): log in again", "JIRA-1234-FixOAuth2V3", "MacOS15ArmXcode26", "Ubuntu-24.04-LTS-x64",
        "MyVeryLongCamelCaseIdentifierName", "runner-t1_abcdef-project-123-concurrent-0",
        "arn:aws:codebuild:eu-west-1:123456789012:build/app:0190d5b4-1111-4222-8333-0123456789ab",
        "2026-01-02T03:04:05Z",
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "--password $PASSWORD", "token=${TOKEN}",
        "*_PASSWORD,*_SECRET,*_TOKEN", "{\"key\": \"value\"}", "12345678901234567890123",
        "ssh -o StrictHostKeyChecking=no",
        "https://api.github.com/graphql", "a=b,c=d", "日本語の説明",
    ]

    @Test("is not what any job has", arguments: plainValues)
    func plain(value: String) throws {
        let result = try snapshot(["SETTING": value])
        #expect(result.snapshot.values == ["SETTING": value])
        #expect(result.snapshot.secrets == [])
    }

    /// Values of variables that are called like secrets.
    static let answers = [
        "", "0", "1", "true", "False", "yes", "no", "on", "off", "***", "[MASKED]", "30", "100", "none",
    ]

    @Test("is not what answers a question, whatever it is called", arguments: answers)
    func answer(value: String) throws {
        #expect(
            try snapshot(["USE_TOKEN": value, "X": "100 true"]).snapshot.values == [
                "USE_TOKEN": value, "X": "100 true",
            ])
    }

    /// Variables that say in which file a secret is.
    static let places = [
        ("SSH_KEY_FILE", "/builds/key"), ("DEPLOY_KEY", "/builds/app.tmp/DEPLOY_KEY"), ("SSH_AUTH_SOCK", "/tmp/agent"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/secrets/account.json"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token"),
    ]

    @Test("is not the path of a file", arguments: places)
    func place(name: String, value: String) throws {
        #expect(try snapshot([name: value]).snapshot.values == [name: value])
    }

    @Test("may be as short as it likes, where it is known for one")
    func short() throws {
        let result = try snapshot(["CI_REGISTRY_PASSWORD": "pw", "A": "the pw", "B": "b"])
        #expect(
            result.snapshot.values == [
                "CI_REGISTRY_PASSWORD": "{{CI_REGISTRY_PASSWORD}}", "A": "{{A}}", "B": "b",
            ])
    }

    @Test("is what somebody says is one")
    func named() throws {
        let result = try snapshot(["SETTING": plainValue], secret: ["SETTING"])
        #expect(result.snapshot.values == ["SETTING": "{{SETTING}}"])
        #expect(result.replaced.map(\.reason) == [.named])
    }

    @Test("is not what somebody says is none", arguments: ["MY_TOKEN", "SETTING"])
    func kept(name: String) throws {
        let value = "ghp_0123456789abcdefghij"
        #expect(try snapshot([name: value], keep: [name]).snapshot.values == [name: value])
    }

    @Test(
        "is one, whatever somebody says, where the CI system, berth or they themselves know",
        arguments: [
            "CI_JOB_TOKEN", "ID_TOKEN", "CI_DEPLOY_PASSWORD", "GHCR_WORD", "MY_ID", "BERTH_REGISTRY_PASSWORD", "S",
        ])
    func known(name: String) throws {
        let variables = [
            "CI_REGISTRY": "r.example.com", "BERTH_LOGIN": "ghcr.io=GHCR_USER,GHCR_WORD",
            "BERTH_OIDC": "quay.io=robot:a+b,token-var:MY_ID", name: plainValue,
        ]
        let error = #expect(throws: CIEnvError.self) { try snapshot(variables, secret: ["S"], keep: [name]) }
        #expect(error?.kind == .usage)
        #expect(try snapshot(variables, secret: ["S"]).snapshot.values[name] == "{{\(name)}}")
    }

    @Test("is what the job's docker config has")
    func logins() throws {
        let variables = ["ARGUMENTS": "login -u me -p opensesame", "OTHER": "of no account"]
        let result = try snapshot(variables, logins: ["opensesame"])
        #expect(result.snapshot.values == ["ARGUMENTS": "{{ARGUMENTS}}", "OTHER": "of no account"])
        #expect(result.replaced.map(\.reason) == [.holdsAnother])
    }
}
