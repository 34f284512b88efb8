internal import HTTP

extension AWSFailure {
    /// What the failure of `action`, such as `ecr:BatchDeleteImage`, at `url` means to people.
    func error(of action: String, at url: URLParts) -> RegistryError {
        let said = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
        let text = "\(action) at \(url.host): \(said.isEmpty ? "status \(status)" : said)"
        if isThrottle { return RegistryError(.tryLater, text, hint: "AWS asks for fewer requests; try again later") }
        if isClockSkew {
            return RegistryError(.denied, text, hint: "the clock of this machine is wrong; AWS allows five minutes")
        }
        if let hint = refusalHint(action) {
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
        case "UnknownOperationException", "InvalidAction":
            return RegistryError(.unsupported, text, hint: "the endpoint does not know this operation")
        default: return RegistryError(.protocolViolation, text)
        }
    }

    /// What to do about a refusal; `nil` where it is none by its name.
    private func refusalHint(_ action: String) -> String? {
        switch code {
        case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized":
            if action.hasPrefix("sts:AssumeRole") {
                "the role's trust policy must allow who asks to use \(action)"
            } else if action == "ecr-public:GetAuthorizationToken" {
                "whoever the AWS credentials belong to needs the permissions \(action) and sts:GetServiceBearerToken"
            } else {
                "whoever the AWS credentials belong to needs the permission \(action)"
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
        case "KmsException": "check the repository's encryption key and who may use it"
        default: nil
        }
    }
}
