extension ReproducedJob {
    private static let noReference: [String: String?] = [
        "CI_COMMIT_BRANCH": nil, "CI_COMMIT_REF_NAME": nil, "CI_COMMIT_REF_SLUG": nil,
    ]

    private static let hostileReference: [String: String?] = [
        "CI_COMMIT_BRANCH": hostileBranch, "CI_COMMIT_REF_NAME": hostileBranch,
        "CI_COMMIT_REF_SLUG": "fix---id", "CI_COMMIT_MESSAGE": hostileMessage,
        "CI_COMMIT_TITLE": "$(id)\u{1B}[31m `id`", "CI_COMMIT_DESCRIPTION": "'\"\\ %s",
    ]

    private static let tagReference: [String: String?] = [
        "CI_COMMIT_BRANCH": nil, "CI_COMMIT_TAG": "v1.2.0", "CI_COMMIT_TAG_MESSAGE": "The second release",
        "CI_COMMIT_REF_NAME": "v1.2.0", "CI_COMMIT_REF_SLUG": "v1-2-0",
        "CI_COMMIT_BEFORE_SHA": "0000000000000000000000000000000000000000",
    ]

    private static func mergeRequest(_ page: String, _ path: String) -> [String: String?] {
        [
            "CI_COMMIT_BRANCH": nil, "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_BEFORE_SHA": "0000000000000000000000000000000000000000",
            "CI_MERGE_REQUEST_IID": "12", "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/12/head",
            "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": "0123456789012345678901234567890123456789",
            "CI_MERGE_REQUEST_PROJECT_PATH": path, "CI_MERGE_REQUEST_PROJECT_URL": page,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": path, "CI_MERGE_REQUEST_SOURCE_PROJECT_URL": page,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/login", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "",
        ]
    }

    private static let noProject: [String: String?] = [
        "CI_DEFAULT_BRANCH": nil, "CI_DEFAULT_BRANCH_SLUG": nil, "CI_PIPELINE_URL": nil, "CI_JOB_URL": nil,
        "CI_SERVER_URL": nil, "CI_SERVER_PROTOCOL": nil, "CI_SERVER_HOST": nil, "CI_SERVER_PORT": nil,
        "CI_SERVER_FQDN": nil, "CI_API_V4_URL": nil, "CI_API_GRAPHQL_URL": nil, "CI_TEMPLATE_REGISTRY_HOST": nil,
        "CI_PAGES_DOMAIN": nil, "CI_PROJECT_NAME": nil, "CI_PROJECT_TITLE": nil, "CI_PROJECT_PATH": nil,
        "CI_PROJECT_PATH_SLUG": nil, "CI_PROJECT_NAMESPACE": nil, "CI_PROJECT_NAMESPACE_SLUG": nil,
        "CI_PROJECT_ROOT_NAMESPACE": nil, "CI_PROJECT_URL": nil, "CI_REPOSITORY_URL": nil, "CI_REGISTRY": nil,
        "CI_REGISTRY_IMAGE": nil, "CI_DEPENDENCY_PROXY_SERVER": nil, "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX": nil,
        "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX": nil,
    ]

    private static let gitLabCommon = [
        "CI": "true", "GITLAB_CI": "true", "CI_SERVER": "yes", "CI_SERVER_NAME": "GitLab", "CI_PIPELINE_ID": "1",
        "CI_PIPELINE_IID": "1", "CI_PIPELINE_SOURCE": "push", "CI_JOB_ID": "1", "CI_JOB_NAME": "reproduce",
        "CI_JOB_NAME_SLUG": "reproduce", "CI_JOB_STAGE": "test", "CI_JOB_STATUS": "running", "CI_NODE_TOTAL": "1",
        "CI_CONCURRENT_ID": "0", "CI_CONCURRENT_PROJECT_ID": "0", "CI_CONFIG_PATH": ".gitlab-ci.yml",
        "CI_PROJECT_DIR": "/src/app", "CI_RUNNER_EXECUTABLE_ARCH": "linux/\(architecture)",
        "CI_DEFAULT_BRANCH": "main", "CI_DEFAULT_BRANCH_SLUG": "main", "GITLAB_USER_LOGIN": "grace",
        "GITLAB_USER_NAME": "Grace Hopper", "GITLAB_USER_EMAIL": "grace@example.com", "CI_COMMIT_SHA": commit,
        "CI_COMMIT_SHORT_SHA": "8d2f0c1e", "CI_COMMIT_REF_NAME": "feature/login",
        "CI_COMMIT_REF_SLUG": "feature-login", "CI_COMMIT_BRANCH": "feature/login", "CI_COMMIT_MESSAGE": message,
        "CI_COMMIT_TITLE": "Add a login form", "CI_COMMIT_DESCRIPTION": "\nIt asks for a \"name\".",
        "CI_COMMIT_AUTHOR": "Ada Lovelace <ada@example.com>", "CI_COMMIT_TIMESTAMP": "2026-01-31T16:47:55+01:00",
        "CI_TEMPLATE_REGISTRY_HOST": "registry.gitlab.com",
    ]

    static let gitLab = [
        ReproducedJob(
            system: "gitlab", remote: "git@gitlab.com:Acme/web-shop/App.git",
            branch: gitLabCommon
                + ([
                    "CI_PIPELINE_URL": "https://gitlab.com/Acme/web-shop/App/-/pipelines/1",
                    "CI_JOB_URL": "https://gitlab.com/Acme/web-shop/App/-/jobs/1",
                    "CI_SERVER_URL": "https://gitlab.com", "CI_SERVER_PROTOCOL": "https",
                    "CI_SERVER_HOST": "gitlab.com", "CI_SERVER_PORT": "443", "CI_SERVER_FQDN": "gitlab.com",
                    "CI_API_V4_URL": "https://gitlab.com/api/v4",
                    "CI_API_GRAPHQL_URL": "https://gitlab.com/api/graphql", "CI_PAGES_DOMAIN": "gitlab.io",
                    "CI_PROJECT_NAME": "App", "CI_PROJECT_TITLE": "App", "CI_PROJECT_PATH": "Acme/web-shop/App",
                    "CI_PROJECT_PATH_SLUG": "acme-web-shop-app", "CI_PROJECT_NAMESPACE": "Acme/web-shop",
                    "CI_PROJECT_NAMESPACE_SLUG": "acme-web-shop", "CI_PROJECT_ROOT_NAMESPACE": "Acme",
                    "CI_PROJECT_URL": "https://gitlab.com/Acme/web-shop/App",
                    "CI_REPOSITORY_URL": "https://gitlab.com/Acme/web-shop/App.git",
                    "CI_REGISTRY": "registry.gitlab.com",
                    "CI_REGISTRY_IMAGE": "registry.gitlab.com/acme/web-shop/app",
                    "CI_DEPENDENCY_PROXY_SERVER": "gitlab.com:443",
                    "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX": "gitlab.com:443/acme/dependency_proxy/containers",
                    "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX":
                        "gitlab.com:443/acme/web-shop/dependency_proxy/containers",
                ]),
            tag: tagReference,
            change: mergeRequest("https://gitlab.com/Acme/web-shop/App", "Acme/web-shop/App"),
            detached: noReference, noRemote: noProject, hostile: hostileReference),
        ReproducedJob(
            system: "gitlab", remote: "https://ada:hunter2@gitlab.example.com:8443/acme/app.git",
            branch: gitLabCommon
                + ([
                    "CI_PIPELINE_URL": "https://gitlab.example.com:8443/acme/app/-/pipelines/1",
                    "CI_JOB_URL": "https://gitlab.example.com:8443/acme/app/-/jobs/1",
                    "CI_SERVER_URL": "https://gitlab.example.com:8443", "CI_SERVER_PROTOCOL": "https",
                    "CI_SERVER_HOST": "gitlab.example.com", "CI_SERVER_PORT": "8443",
                    "CI_SERVER_FQDN": "gitlab.example.com:8443",
                    "CI_API_V4_URL": "https://gitlab.example.com:8443/api/v4",
                    "CI_API_GRAPHQL_URL": "https://gitlab.example.com:8443/api/graphql",
                    "CI_PROJECT_NAME": "app", "CI_PROJECT_TITLE": "app", "CI_PROJECT_PATH": "acme/app",
                    "CI_PROJECT_PATH_SLUG": "acme-app", "CI_PROJECT_NAMESPACE": "acme",
                    "CI_PROJECT_NAMESPACE_SLUG": "acme", "CI_PROJECT_ROOT_NAMESPACE": "acme",
                    "CI_PROJECT_URL": "https://gitlab.example.com:8443/acme/app",
                    "CI_REPOSITORY_URL": "https://gitlab.example.com:8443/acme/app.git",
                    "CI_DEPENDENCY_PROXY_SERVER": "gitlab.example.com:8443",
                    "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX":
                        "gitlab.example.com:8443/acme/dependency_proxy/containers",
                    "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX":
                        "gitlab.example.com:8443/acme/dependency_proxy/containers",
                ]),
            tag: tagReference, change: mergeRequest("https://gitlab.example.com:8443/acme/app", "acme/app"),
            detached: noReference, noRemote: noProject, hostile: hostileReference),
    ]
}
