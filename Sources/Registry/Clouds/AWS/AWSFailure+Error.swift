internal import HTTP

extension AWSFailure {
    /// What the failure of `action`, such as `ecr:BatchDeleteImage`, at `url` means to people.
    ///
    /// - Parameters:
    ///   - action: What was asked for.
    ///   - url: Where.
    ///   - context: Whose settings hints name; `nil` for those of the AWS tools.
    /// - Returns: The error.
    func error(of action: String, at url: URLParts, _ context: CloudContext? = nil) -> RegistryError {
        let role = context?.settingNames["AWS_ROLE_ARN"]
        let said = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
        let text = "\(action) at \(url.host): \(said.isEmpty ? "status \(status)" : said)"
        if isThrottle { return RegistryError(.tryLater, text, hint: "AWS asks for fewer requests; try again later") }
        if isClockSkew {
            return RegistryError(.denied, text, hint: "the clock of this machine is wrong; AWS allows five minutes")
        }
        if let hint = refusalHint(action, role) {
            var error = RegistryError(.denied, text, hint: hint)
            if code.hasPrefix("AccessDenied") || code == "UnauthorizedOperation" { error.permission = action }
            return error
        }
        if code == "RepositoryNotEmptyException" {
            return RegistryError(.held, text, hint: "there are images in the repository")
        }
        if code.hasSuffix("NotFoundException") {
            return RegistryError(.notFound, text)
        }
        switch status {
        case 401, 403: return RegistryError(.denied, text)
        case 408, 429, 500...599: return RegistryError(.tryLater, text)
        default: break
        }
        switch code {
        case "IDPCommunicationError":
            return RegistryError(
                .tryLater, text, hint: "AWS cannot reach the provider of the job's OIDC token to check it")
        case "LimitExceededException":
            return RegistryError(.denied, text, hint: "a quota of the account is used up; AWS raises it on request")
        case "ValidationError" where action.hasPrefix("sts:AssumeRole"):
            return RegistryError(
                .badName, text,
                hint: "check \(role ?? "the role's name"): it is the whole arn:aws:iam::ACCOUNT:role/NAME of a role")
        case "UnknownOperationException", "InvalidAction":
            return RegistryError(.unsupported, text, hint: "the endpoint does not know this operation")
        default: return RegistryError(.protocolViolation, text)
        }
    }

    /// What to do about a refusal; `nil` where it is none by its name.
    private func refusalHint(_ action: String, _ role: String?) -> String? {
        let owner = role.map { "the role (\($0))" } ?? "whoever the AWS credentials belong to"
        if role != nil, let hint = sessionHint(action) { return hint }
        return switch code {
        case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized":
            if action.hasPrefix("sts:AssumeRole") {
                "the role's trust policy must allow who asks to use \(action)"
            } else if action == "ecr-public:GetAuthorizationToken" {
                "\(owner) needs the permissions \(action) and sts:GetServiceBearerToken"
            } else {
                "\(owner) needs the permission \(action)"
            }
        case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId":
            "AWS does not know the access key: check AWS_ACCESS_KEY_ID, and AWS_SESSION_TOKEN where it is temporary"
        case "ExpiredToken", "ExpiredTokenException":
            "the AWS credentials, or the token they are got with, have expired: get new ones"
        case "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature",
            "IncompleteSignatureException":
            "check AWS_SECRET_ACCESS_KEY: it does not belong to the access key"
        case "MissingAuthenticationToken", "MissingAuthenticationTokenException":
            "the request got there without its credentials: check the endpoint and the proxies before it"
        case "OptInRequired", "SubscriptionRequiredException": "the account has not opted in to this service or region"
        case "RegionDisabledException":
            "security tokens are switched off for this region: name another with AWS_REGION"
        case "IDPRejectedClaim":
            "the provider of the OIDC token refuses it: it may be expired or for another audience"
        case "InvalidIdentityToken":
            "AWS does not trust the OIDC token: check the identity provider in IAM, its thumbprint and audience"
        case "PackedPolicyTooLarge" where action.hasPrefix("sts:AssumeRole"):
            "the tags that the session is given are too long: have the token, or who asks, name fewer"
        case "KmsException": "check the repository's encryption key and who may use it"
        default: nil
        }
    }

    /// What to do about a refusal where a job has taken on a role with its OIDC token, and has no keys of its own.
    private func sessionHint(_ action: String) -> String? {
        let isAssumption = action.hasPrefix("sts:")
        switch code {
        case "ExpiredToken", "ExpiredTokenException":
            return isAssumption
                ? "the job's OIDC token has expired" : "the role's session has expired: is this machine's clock right?"
        case "RegionDisabledException":
            return "security tokens are switched off for this region: the role's account can switch them on in IAM"
        case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId":
            return isAssumption ? nil : "is the region switched on in the role's account?"
        case "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature",
            "IncompleteSignatureException":
            return "does a proxy change the requests?"
        default: return nil
        }
    }
}
