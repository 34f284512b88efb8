internal import CIEnv
internal import POSIX
internal import Registry

extension ExchangeTable {
    /// What variables say of the exchange for `request`, as they are now: the role, the application, the user, where
    /// they are asked for it and not the request.
    ///
    /// They may say something else in another step of the job, and then the credential is another one.
    ///
    /// - Parameters:
    ///   - request: What was asked for.
    ///   - jobName: What the job is called in the logs of who gives the credential.
    ///   - environment: The job's variables.
    /// - Returns: The values of all variables that count, by their names.
    static func variables(
        of request: IdentityRequest, jobName: String, _ environment: Environment
    ) -> [String: String] {
        let found = Locked<[String: String]>([:])
        var context = CloudContext(offline: environment)
        context.variable = { name in
            let value = environment[name]
            if let value { found.withLock { $0[name] = value } }
            return value
        }
        // What is wrong with it is said when it is asked for.
        _ = try? exchange(for: request, jobName: jobName, context)
        for name in addresses { _ = context.variable(name) }
        return found.withLock { $0 }
    }

    /// The variables that name whom the exchanges ask, which they read only then.
    private static let addresses = [
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_ECR_PUBLIC",
        "AZURE_AUTHORITY_HOST", "BERTH_AZURE_LOGIN_URL", "BERTH_GCP_STS_URL", "BERTH_GCP_IAM_URL",
    ]
}
