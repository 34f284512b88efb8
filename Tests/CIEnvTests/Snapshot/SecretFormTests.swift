internal import CIEnv
internal import TestSupport
internal import Testing

/// The forms in which programs write a secret, in variables whose names say nothing.
@Suite("A secret of a job, in its usual form")
struct SecretFormTests {
    static let values = [
        // Passwords that begin as references do.
        "password=$Sommer2024", "password=%Sommer2024", "password=<Sommer2024", "password={{Sommer2024",
        "password=***Sommer2024", "postgres://app:%40Sommer2024@db/x", "postgres://app:$Sommer2024@db/x",
        // Signs in a URL's password.
        "postgres://app:Som/mer@db/x", "postgres://app:Som#mer@db/x", "postgres://app:Som?mer@db/x",
        "postgres://app:Som\"mer@db/x", "postgres://app:Som'mer@db/x", #"postgres://app:Som\mer@db/x"#,
        "bot:Sommer@tcp(db:3306)/app", "app/Sommer@db:1521/x", "https://9f86d081884c7d659a2feaa0c55ad015@example.com/2",
        // Names and values.
        "machine h login bot password Sommer", "requirepass Sommer", "password Sommer2024", "-u bot:Sommer",
        "--user bot:Sommer --silent", "mysql -uroot -pSommer2024", "db:5432:app:bot:Sommer", "password := Sommer",
        #""password" => "Sommer""#, "<password>Sommer</password>", "password: Sommer # prod",
        "Authorization: Bearer abcdefgh", "Authorization: token abcdefgh", "a: b\npassword: Sommer is not over\nc: d",
        "password: |\n  Sommer\n",
        // In each other.
        #"{"a": "{\"password\": \"Sommer\"}"}"#, "postgres%3A%2F%2Fapp%3ASommer%40db", #"a\nghp_0123456789abcdefghij"#,
        #"{"name": "DB_PASSWORD", "value": "Sommer"}"#, "- name: DB_PASSWORD\n  value: Sommer",
        // Marks.
        "glpat-abcdefghijklmnopqrst", "xoxd-abcdefghijklmno", "hvs.abcdefghij0123456", "xkeysib-abcdefghijklmnop",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    ]

    @Test("is known", arguments: values)
    func known(value: String) throws {
        #expect(try snapshot(["SETTING": value]).snapshot.values == ["SETTING": "{{SETTING}}"])
    }

    static let plainValues = [
        "--password ${PASSWORD} -v", "token: {{ .Values.token }}", "Authorization: Bearer $TOKEN", "token: $(cat file)",
        "token=%TOKEN%", "password=***", "https://me:***@example.com/x", "https://me:$TOKEN@example.com/x",
        "docker run -u 1000:1000 -p 8080:80 app", "http://registry:5000/app@1.2.3", "https://example.com/x?y=a:b@c",
        "registry:5000/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Bump jwt v9.0.1 to v9.0.2", "Rotate the token weekly", "actions/checkout@v4", "--token-file /run/token",
        "fix token: refresh it in time\n\nIt was late.", "docker login --password-stdin registry.example.com",
    ]

    @Test("is not what only refers to one", arguments: plainValues)
    func plain(value: String) throws {
        #expect(try snapshot(["SETTING": value]).snapshot.values == ["SETTING": value])
    }

    @Test(
        "is known by its name",
        arguments: [
            "X_PSW", "SLACK_WEBHOOK_URL", "DB_CONNECTION_STRING", "SSH_KEY2", "KEY1", "DB_PASS1", "PASSCODE", "MY_OTP",
            "TOTP", "CARD_PIN", "MNEMONIC", "MYSQL_PSWD", "WIFI_PSK", "HMAC", "SALT", "CA_PEM", "CODE_PFX", "NETRC",
            "NPMRC", "SESSION_ID", "BUNDLE_GEMS__EXAMPLE__COM",
        ])
    func name(name: String) throws {
        #expect(try snapshot([name: plainValue]).snapshot.values == [name: "{{\(name)}}"])
    }

    @Test(
        "is not what settings, programs and fingerprints are called",
        arguments: [
            ("GIT_CONFIG_KEY_0", "http.extraheader"), ("GIT_ASKPASS", "/usr/bin/askpass"), ("SSH_ASKPASS", "askpass-x"),
            ("GPG_KEY", "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901"), ("SONAR_PROJECT_KEY", "group_app"),
            ("CACHE_KEY", "ruby-main"), ("OTP_VERSION", "26.1.2"),
        ])
    func harmless(name: String, value: String) throws {
        #expect(try snapshot([name: value]).snapshot.values == [name: value])
    }

    @Test("is both halves of Jenkins' logins, and the two together")
    func jenkins() throws {
        let variables = ["HUB": "bot:Sommer2024", "HUB_USR": "bot", "HUB_PSW": "Sommer2024"]
        #expect(
            try snapshot(variables, of: "jenkins").snapshot.values == [
                "HUB": "{{HUB}}", "HUB_USR": "bot", "HUB_PSW": "{{HUB_PSW}}",
            ])
    }

    @Test("is not what is called like one and is the job's branch")
    func branch() throws {
        let variables = ["CI_COMMIT_BRANCH": "main", "DEPLOY_KEY": "main"]
        #expect(try snapshot(variables).snapshot.values == variables)
    }
}
