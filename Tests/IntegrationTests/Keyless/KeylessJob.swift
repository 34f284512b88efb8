internal import TestSupport

/// A job of GitHub's that may have OIDC tokens, and what its variables name.
enum KeylessJob {
    /// A registry whose credential takes only a role.
    static let registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    /// What asks for it.
    static let request = "\(registry)=role:arn:aws:iam::123456789012:role/ci"
    /// What lets the job in at GitHub's service.
    static let access = "hunter2-access"

    /// The variables of a job without tokens.
    static func variables(_ machine: borrowing Machine) -> [String: String] {
        machine.environment.merging([
            "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "7", "GITHUB_REPOSITORY": "group/app", "GITHUB_ACTOR": "me",
            "GITHUB_TOKEN": "hunter2-github",
        ]) { $1 }.merging(disposable) { $1 }
    }

    /// What makes it one with tokens.
    static func tokens(port: Int = 9) -> [String: String] {
        [
            "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:\(port)/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": access,
        ]
    }

    /// The event of a pull request from a fork, as variables of the job name it.
    static func fork(_ machine: borrowing Machine) throws -> [String: String] {
        let path = machine.path("event.json")
        try Files.write(#"{"pull_request": {"head": {"repo": {"full_name": "stranger/app"}}}}"#, to: path)
        return ["GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": path]
    }

    /// A JSON Web Token that nobody has signed, with these claims.
    static func token(_ claims: String) -> String {
        let parts = [#"{"alg":"none"}"#, claims, "hunter2"].map { part in
            base64(Array(part.utf8)).filter { $0 != "=" }.map { ["+": "-", "/": "_"][$0] ?? $0 }
        }
        return parts.map { String($0) }.joined(separator: ".")
    }

    /// GitHub's service, and one that exchanges tokens by RFC 8693 for `password`.
    static func services(password: String, aud: String = "services") throws -> CannedServer {
        try CannedServer { request, _ in
            let isExchange = request.hasPrefix("POST /exchange ")
            let body =
                isExchange
                ? """
                {"access_token": "\(password)", "token_type": "Bearer", "expires_in": 600,
                 "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}
                """ : #"{"value": "\#(token(#"{"aud": "\#(aud)"}"#))"}"#
            return .text(
                """
                HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\
                Connection: close\r\n\r\n\(body)
                """)
        }
    }
}
