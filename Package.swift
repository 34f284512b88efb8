// swift-tools-version: 6.2
import PackageDescription

// Every target, tests included, is held to the same rules; the reasons are in docs/decisions/0001-package-and-modules.md.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

// For what is long and waits for others most of the time: what it takes to download counts more than how fast it runs.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(configuration: .release))]

// One executable with everything inside: set by `make build`; the reasons are in docs/decisions/0002-static-binary.md.
let isStatic = Context.environment["BERTH_STATIC"] == "1"

// What Debian's libcurl.a needs, as `curl-config --static-libs` lists it, and what these need in turn.
let curlArchives = [
    "nghttp2", "idn2", "unistring", "ssh2", "psl", "ssl", "crypto", "zstd", "brotlidec", "brotlicommon", "z",
]

let package = Package(
    name: "berth",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        // C: what the faces of C, and they alone, may import.
        .target(name: "CSystem"),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CCurlShim", dependencies: ["CCurl"]),
        .target(name: "CCurlStubs"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Swift faces of C. All unsafe code of the project stands here.
        .target(name: "POSIX", dependencies: ["CSystem"], swiftSettings: strict),
        .target(name: "JSON", dependencies: ["CJansson"], swiftSettings: strict),
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: strict + small),
        .target(name: "PCRE", dependencies: ["CPCRE2"], swiftSettings: strict),
        .target(name: "Hashing", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(
            name: "HTTP",
            dependencies: ["CCurl", "CCurlShim", "COpenSSL", "DockerConfig", "POSIX"]
                + (isStatic ? ["CCurlStubs"] : []),
            swiftSettings: strict,
            linkerSettings: isStatic ? curlArchives.map { .linkedLibrary($0) } : []
        ),

        // The domain.
        .target(name: "DockerConfig", dependencies: ["JSON", "POSIX"], swiftSettings: strict),
        .target(
            name: "Registry", dependencies: ["DockerConfig", "HTTP", "Hashing", "JSON", "POSIX"],
            swiftSettings: strict + small),
        .target(
            name: "Cleanup",
            dependencies: ["DockerConfig", "HTTP", "Hashing", "JSON", "PCRE", "POSIX", "Registry", "YAML"],
            swiftSettings: strict),
        .target(name: "CIEnv", dependencies: ["DockerConfig", "JSON", "POSIX"], swiftSettings: strict),
        .target(
            name: "Credentials", dependencies: ["CIEnv", "DockerConfig", "HTTP", "JSON", "POSIX", "Registry"],
            swiftSettings: strict + small),

        // The program.
        .executableTarget(
            name: "berth",
            dependencies: [
                "CIEnv", "Cleanup", "Credentials", "DockerConfig", "HTTP", "JSON", "POSIX", "Registry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict + small
        ),

        .target(
            name: "TestSupport", dependencies: ["JSON", "POSIX"], path: "Tests/TestSupport", exclude: ["Servers"],
            swiftSettings: strict),
        .target(
            name: "RegistryTestSupport",
            dependencies: ["DockerConfig", "HTTP", "Hashing", "JSON", "Registry", "TestSupport"],
            path: "Tests/RegistryTestSupport", swiftSettings: strict),
        .testTarget(name: "TestSupportTests", dependencies: ["JSON", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "HashingTests", dependencies: ["Hashing", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "HTTPTests", dependencies: ["DockerConfig", "HTTP", "POSIX", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "RegistryTests",
            dependencies: ["DockerConfig", "HTTP", "Hashing", "Registry", "RegistryTestSupport", "TestSupport"],
            exclude: ["Vendors/aws_model.py"], swiftSettings: strict),
        .testTarget(name: "YAMLTests", dependencies: ["TestSupport", "YAML"], swiftSettings: strict),
        .testTarget(name: "PCRETests", dependencies: ["PCRE", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CleanupTests",
            dependencies: [
                "Cleanup", "DockerConfig", "HTTP", "Hashing", "JSON", "POSIX", "Registry", "RegistryTestSupport",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CredentialsTests",
            dependencies: [
                "CIEnv", "Credentials", "DockerConfig", "HTTP", "JSON", "POSIX", "Registry", "RegistryTestSupport",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(name: "POSIXTests", dependencies: ["POSIX", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "DockerConfigTests", dependencies: ["DockerConfig", "JSON", "POSIX", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CIEnvTests", dependencies: ["CIEnv", "DockerConfig", "JSON", "POSIX", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BerthTests",
            dependencies: [
                "berth", "CIEnv", "Credentials", "DockerConfig", "POSIX", "Registry", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests", dependencies: ["JSON", "TestSupport"],
            exclude: ["Vendors/ecr_images.py", "Vendors/ecr_mirror.py"],
            swiftSettings: strict),
        .testTarget(
            name: "TemplateTests", dependencies: ["JSON", "TestSupport"],
            exclude: ["requirements.txt", "Engines", "GitHub/action.test.js"],
            swiftSettings: strict),
        .testTarget(
            name: "DocumentationTests", dependencies: ["JSON", "TestSupport", "YAML"], exclude: ["Sandbox"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// The tests of one module, with what they need and nothing else: set by scripts/sanitize, which builds all anew.
if let tests = Context.environment["BERTH_TESTS"] {
    var names: Set<String> = [tests]
    for target in package.targets.reversed() where names.contains(target.name) {
        for case .byNameItem(let name, _) in target.dependencies { names.insert(name) }
    }
    package.targets.removeAll { !names.contains($0.name) }
    package.dependencies = []
}

// What scripts/fuzz builds: nothing else knows libFuzzer.
if Context.environment["BERTH_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "CIEnv", "Cleanup", "Credentials", "DockerConfig", "JSON", "PCRE", "Registry", "TestSupport",
                "YAML",
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer", "corpus"], swiftSettings: strict),
    ]
}

// What benchmarks/cleanup builds: the planner alone, on a repository of any size.
if Context.environment["BERTH_BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "PlannerBenchmark", dependencies: ["Cleanup", "HTTP", "Hashing", "Registry"],
            path: "benchmarks/planner", swiftSettings: strict))
}
