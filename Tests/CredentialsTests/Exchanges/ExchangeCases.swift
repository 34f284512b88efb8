internal import CIEnv
internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport

extension ExchangeCase {
    static let all = clouds + others

    static let ecrHost = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
    static let role = "arn:aws:iam::111122223333:role/ci"
    static let provider = "projects/1/locations/global/workloadIdentityPools/ci/providers/github"
    private static let jwt = JobToken.text
    private static let exchange = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
    private static let type = "urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3A"

    static let session = ScriptedClient.Answer.status(
        200, [:],
        """
        <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>2023-11-14T23:13:20Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
        </AssumeRoleWithWebIdentityResponse>
        """)

    static func ecrToken(_ text: String = "AWS:ecr-pw", expires: String = "1700043200.5") -> ScriptedClient.Answer {
        let token = Base64.encode(Array(text.utf8))
        return .status(
            200, [:],
            #"{"authorizationData":[{"authorizationToken":"\#(token)","expiresAt":\#(expires),"proxyEndpoint":"https://r"}]}"#
        )
    }

    private static func assumption(in region: String) -> String {
        "POST https://sts.\(region).amazonaws.com/ | Content-Type: application/x-www-form-urlencoded; charset=utf-8"
            + " | Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fci"
            + "&RoleSessionName=berth-github-1.2&WebIdentityToken=\(jwt)"
    }

    private static func authorization(at url: String, _ target: String) -> String {
        "POST \(url) | Content-Type: application/x-amz-json-1.1 | X-Amz-Target: \(target).GetAuthorizationToken"
            + " | X-Amz-Security-Token: t | {}\n"
    }

    private static let ecrTarget = "AmazonEC2ContainerRegistry_V20150921"

    private static let clouds = [
        ExchangeCase(
            name: "AWS: a role named for an ECR registry", request: .oidc(ecrHost, [.role: role]),
            answers: [session, ecrToken()],
            asked: [
                assumption(in: "eu-central-1"),
                authorization(at: "https://api.ecr.eu-central-1.amazonaws.com/", ecrTarget),
            ], username: "AWS", secret: "ecr-pw", life: 43_200),
        ExchangeCase(
            name: "AWS: the role of AWS_ROLE_ARN", request: .oidc(ecrHost), variables: ["AWS_ROLE_ARN": role],
            answers: [session, ecrToken(expires: "1700000100")],
            asked: [
                assumption(in: "eu-central-1"),
                authorization(at: "https://api.ecr.eu-central-1.amazonaws.com/", ecrTarget),
            ], username: "AWS", secret: "ecr-pw", life: 100),
        ExchangeCase(
            name: "AWS: a registry by another name, in the region that is named",
            request: .oidc("images.example.com", [.role: role, .region: "us-west-2"]),
            answers: [session, ecrToken(expires: "9e14")],
            asked: [
                assumption(in: "us-west-2"),
                authorization(at: "https://api.ecr.us-west-2.amazonaws.com/", ecrTarget),
            ], username: "AWS", secret: "ecr-pw", life: 43_200),
        ExchangeCase(
            name: "AWS: the public registry", request: .oidc("public.ecr.aws", [.role: role]),
            variables: ["AWS_REGION": "eu-west-1"],
            answers: [
                session,
                .status(
                    200, [:], #"{"authorizationData":{"authorizationToken":"QVdTOnB1Yg==","expiresAt":1700000900}}"#),
            ],
            asked: [
                assumption(in: "us-east-1"),
                authorization(at: "https://api.ecr-public.us-east-1.amazonaws.com/", "SpencerFrontendService"),
            ], username: "AWS", secret: "pub", life: 900),
        ExchangeCase(
            name: "Azure: an application named for a registry",
            request: .oidc("app.azurecr.io", [.tenant: "t-1", .client: "c-1"]),
            answers: [
                .status(200, [:], #"{"access_token":"AAD","expires_in":3599,"token_type":"Bearer"}"#),
                .status(200, [:], #"{"refresh_token":"R"}"#),
            ], asked: azure("login.microsoftonline.com", "app.azurecr.io"),
            username: "00000000-0000-0000-0000-000000000000", secret: "R", life: 10_800),
        ExchangeCase(
            name: "Azure: the application of AZURE_CLIENT_ID, in the cloud of the registry",
            request: .oidc("app.azurecr.us"), variables: ["AZURE_CLIENT_ID": "c-1", "AZURE_TENANT_ID": "t-1"],
            answers: [
                .status(200, [:], #"{"access_token":"AAD"}"#),
                .status(
                    200, [:],
                    #"{"refresh_token":"e30.\#(Base64.encodeURL(Array(#"{"exp":1700000060}"#.utf8))).x"}"#),
            ], asked: azure("login.microsoftonline.us", "app.azurecr.us"),
            username: "00000000-0000-0000-0000-000000000000",
            secret: "e30.\(Base64.encodeURL(Array(#"{"exp":1700000060}"#.utf8))).x", life: 60),
        ExchangeCase(
            name: "Google: the pool's own identity", request: .oidc("europe-docker.pkg.dev", [.provider: provider]),
            answers: [
                .status(200, [:], #"{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}"#)
            ], asked: [google], username: "oauth2accesstoken", secret: "ya29.x", life: 3599),
        ExchangeCase(
            name: "Google: a service account",
            request: .oidc(
                "gcr.io",
                [
                    .provider: "https://iam.googleapis.com/\(provider)",
                    .serviceAccount: "ci@p.iam.gserviceaccount.com",
                ]),
            answers: [
                .status(200, [:], #"{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}"#),
                .status(200, [:], #"{"accessToken":"ya29.y","expireTime":"2023-11-14T22:30:00Z"}"#),
            ],
            asked: [
                google,
                "POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com"
                    + ":generateAccessToken | Content-Type: application/json | Authorization: Bearer ya29.x"
                    + #" | {"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"}"#,
            ], username: "oauth2accesstoken", secret: "ya29.y", life: 1000),
    ]

    private static func azure(_ login: String, _ registry: String) -> [String] {
        [
            "POST https://\(login)/t-1/oauth2/v2.0/token\(form)grant_type=client_credentials&client_id=c-1"
                + "&scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default"
                + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                + "&client_assertion=\(jwt)",
            "POST https://\(registry)/oauth2/exchange\(form)grant_type=access_token&service=\(registry)&tenant=t-1"
                + "&access_token=AAD",
        ]
    }

    private static let google =
        "POST https://sts.googleapis.com/v1/token\(json)"
        + #"{"audience":"//iam.googleapis.com/\#(provider)","grantType":"urn:ietf:params:oauth:grant-type:token-exchange","#
        + #""requestedTokenType":"urn:ietf:params:oauth:token-type:access_token","#
        + #""scope":"https://www.googleapis.com/auth/cloud-platform","#
        + #""subjectTokenType":"urn:ietf:params:oauth:token-type:jwt","subjectToken":"\#(jwt)"}"#

    private static let others = [
        ExchangeCase(
            name: "Docker Hub: a connection named for it",
            request: .oidc("docker.io", [.connection: "c-1", .user: "acme"]),
            answers: [.status(200, [:], #"{"access_token":"hub"}"#)], asked: [hub(life: 3600)], username: "acme",
            secret: "hub", life: 3600),
        ExchangeCase(
            name: "Docker Hub: what docker's own action has in variables",
            request: .oidc("https://index.docker.io/v1/"),
            variables: [
                "DOCKERHUB_OIDC_CONNECTIONID": "c-1", "DOCKERHUB_OIDC_EXPIREIN": "300", "DOCKERHUB_USERNAME": "acme",
            ], answers: [.status(200, [:], #"{"access_token":"hub","expires_in":240}"#)], asked: [hub(life: 300)],
            username: "acme", secret: "hub", life: 240),
        ExchangeCase(
            name: "Quay: a robot", request: .oidc("quay.example.com", [.robot: "acme+ci"]),
            answers: [.status(200, [:], #"{"token":"q"}"#)],
            asked: [quay("quay.example.com")], username: "acme+ci", secret: "q", life: 3600),
        ExchangeCase(
            name: "Quay: a robot at quay.io, whose token tells its end",
            request: .oidc("quay.io", [.robot: "acme+ci"]),
            answers: [
                .status(200, [:], #"{"token":"e30.\#(Base64.encodeURL(Array(#"{"exp":1700000600}"#.utf8))).x"}"#)
            ], asked: [quay("quay.io")], username: "acme+ci",
            secret: "e30.\(Base64.encodeURL(Array(#"{"exp":1700000600}"#.utf8))).x", life: 600),
        ExchangeCase(
            name: "JFrog: a user that the answer names", request: .oidc("acme.jfrog.io", [.providerName: "gh"]),
            answers: [.status(200, [:], #"{"access_token":"j","expires_in":900,"username":"ci"}"#)],
            asked: [jfrog("https://acme.jfrog.io")], username: "ci", secret: "j", life: 900),
        ExchangeCase(
            name: "JFrog: a user that the token names, at the address of a variable",
            request: .oidc("docker.example.com", [.providerName: "gh"]),
            variables: ["BERTH_JFROG_URL": "https://art.example.com/artifactory/docker-local"],
            answers: [.status(200, [:], #"{"access_token":"\#(jfrogToken)"}"#)],
            asked: [jfrog("https://art.example.com")], username: "bot", secret: jfrogToken, life: 450),
        ExchangeCase(
            name: "Harbor: the CLI secret of a user of its provider", request: .oidc("demo.goharbor.io"),
            answers: [.status(200, [:], #"{"username":"ann","oidc_user_meta":{"secret":"cli"}}"#)],
            asked: ["GET https://demo.goharbor.io/api/v2.0/users/current | Authorization: Bearer \(jwt)"],
            username: "ann", secret: "cli", life: 600),
        ExchangeCase(
            name: "Harbor: a host of which the job says so", request: .oidc("hub.example.com:8443"),
            variables: ["BERTH_REPO_IMPLEMENTATION": "harbor"],
            answers: [.status(200, [:], #"{"username":"ann","oidc_user_meta":{"secret":"cli"}}"#)],
            asked: ["GET https://hub.example.com:8443/api/v2.0/users/current | Authorization: Bearer \(jwt)"],
            username: "ann", secret: "cli", life: 600),
        ExchangeCase(
            name: "RFC 8693: any service",
            request: .oidc("r.example.com:5000", [.tokenURL: "https://sts.example/token"]),
            answers: [
                .status(
                    200, [:],
                    #"{"access_token":"a","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","#
                        + #""token_type":"Bearer","expires_in":60}"#)
            ], asked: [rfc("https://sts.example/token")], username: "oauth2accesstoken", secret: "a", life: 60),
        ExchangeCase(
            name: "RFC 8693: a service, a scope and a user, even for a registry of a vendor's",
            request: .oidc(
                "r.example.com:5000",
                [.tokenURL: "http://127.0.0.1:8080/t", .scope: "pull push", .user: "bot", .audience: "sts"]),
            answers: [.status(200, [:], #"{"access_token":"a","token_type":"bearer"}"#)],
            asked: [rfc("http://127.0.0.1:8080/t", "&scope=pull%20push")], username: "bot", secret: "a", life: 300),
    ]

    private static let jfrogToken =
        "e30.\(Base64.encodeURL(Array(#"{"sub":"jfrt@01/users/bot","exp":1700000450}"#.utf8))).x"

    private static func hub(life: Int) -> String {
        "POST https://identity.docker.com/oauth/token\(form)grant_type=\(exchange)&subject_token_type=\(type)id_token"
            + "&subject_token=\(jwt)&connection_id=c-1&expires_in=\(life)"
    }

    private static func quay(_ host: String) -> String {
        "GET https://\(host)/oauth2/federation/robot/token | Authorization: Basic "
            + Base64.encode(Array("acme+ci:\(jwt)".utf8))
    }

    private static func jfrog(_ root: String) -> String {
        "POST \(root)/access/api/v1/oidc/token\(json)"
            + #"{"grant_type":"urn:ietf:params:oauth:grant-type:token-exchange","#
            + #""subject_token_type":"urn:ietf:params:oauth:token-type:id_token","subject_token":"\#(jwt)","#
            + #""provider_name":"gh"}"#
    }

    private static func rfc(_ url: String, _ more: String = "") -> String {
        "POST \(url)\(form)grant_type=\(exchange)&audience=r.example.com%3A5000&requested_token_type=\(type)access_token"
            + "\(more)&subject_token_type=\(type)jwt&subject_token=\(jwt)"
    }
}
