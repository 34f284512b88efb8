internal import JSON

/// What a registry says about why it does not do what it was asked: `{"errors": [{"code", "message", "detail"}]}`.
///
/// Read leniently, as an answer of any other form is an error too, with nothing to tell.
public struct DistributionErrors: Equatable, Sendable {
    /// A name that the specification gives an error, or that a vendor made up.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name, such as `MANIFEST_UNKNOWN`.
        public let rawValue: String

        /// The code named `rawValue`.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// One error.
    public struct Entry: Equatable, Sendable {
        /// Its name, where it has one.
        public let code: Code?
        /// The registry's words, fit to be shown.
        public let message: String

        /// An error.
        public init(code: Code?, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The errors in their order, the first few.
    public let entries: [Entry]

    /// The most bytes that are looked at: what is longer is a page of something else.
    private static let sizeLimit = 1 << 16
    private static let entryLimit = 8

    /// The errors in the body of an answer, none where it is of another form.
    public init(_ body: [UInt8]) {
        var entries: [Entry] = []
        if body.count <= Self.sizeLimit, let root = try? JSONNode(parsing: body), let errors = root.member("errors") {
            for index in 0..<min(errors.count, Self.entryLimit) {
                if let entry = errors.element(index)?.distributionError { entries.append(entry) }
            }
        }
        self.entries = entries
    }

    /// Whether `code` is among the errors.
    public func contains(_ code: Code) -> Bool {
        entries.contains { $0.code == code }
    }

    /// Whether they say that a rule protects what was to be changed.
    var isProtection: Bool { DistributionErrors.Code.protections.contains(where: contains) }

    /// All errors in one line for people, or `nil` where there are none.
    public var text: String? {
        guard !entries.isEmpty else { return nil }
        let texts = entries.map { entry in
            [entry.code?.rawValue, entry.message.isEmpty ? nil : entry.message].compactMap(\.self).joined(
                separator: ": ")
        }
        return Excerpt.line(texts.joined(separator: "; "))
    }
}

extension DistributionErrors.Code {
    /// The blob is not there.
    public static let blobUnknown = Self(rawValue: "BLOB_UNKNOWN")
    /// The upload went wrong.
    public static let blobUploadInvalid = Self(rawValue: "BLOB_UPLOAD_INVALID")
    /// The upload is not going on, or not any more.
    public static let blobUploadUnknown = Self(rawValue: "BLOB_UPLOAD_UNKNOWN")
    /// The content has not the digest, or there is no digest where one is needed.
    public static let digestInvalid = Self(rawValue: "DIGEST_INVALID")
    /// A manifest names a blob that is not there.
    public static let manifestBlobUnknown = Self(rawValue: "MANIFEST_BLOB_UNKNOWN")
    /// The manifest is not one.
    public static let manifestInvalid = Self(rawValue: "MANIFEST_INVALID")
    /// The manifest is not there.
    public static let manifestUnknown = Self(rawValue: "MANIFEST_UNKNOWN")
    /// The repository's name is not one.
    public static let nameInvalid = Self(rawValue: "NAME_INVALID")
    /// The repository is not there.
    public static let nameUnknown = Self(rawValue: "NAME_UNKNOWN")
    /// The content has not the size that was told.
    public static let sizeInvalid = Self(rawValue: "SIZE_INVALID")
    /// Who asks must log in.
    public static let unauthorized = Self(rawValue: "UNAUTHORIZED")
    /// Who asks may not do this.
    public static let denied = Self(rawValue: "DENIED")
    /// The registry does not do this.
    public static let unsupported = Self(rawValue: "UNSUPPORTED")
    /// The registry was asked too often.
    public static let tooManyRequests = Self(rawValue: "TOOMANYREQUESTS")
    /// An index holds the manifest (GitLab).
    static let manifestReferenced = Self(rawValue: "MANIFEST_REFERENCED")
    /// The repository is being given another name (GitLab).
    static let renameInProgress = Self(rawValue: "RENAME_IN_PROGRESS")
    /// What vendors call a tag or manifest that a rule protects, whoever asks: GitLab, with status 401, and Quay.
    static let protections = ["PROTECTED_TAG", "IMMUTABLE_TAG", "PROTECTED_MANIFEST", "TAG_IMMUTABLE"].map {
        Self(rawValue: $0)
    }
}

extension JSONNode {
    /// The error that an element of the list describes, where it says anything.
    fileprivate var distributionError: DistributionErrors.Entry? {
        let code = text("code").flatMap { text in
            let isName =
                text.utf8.count <= 64 && text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
            return isName ? DistributionErrors.Code(rawValue: text) : nil
        }
        let message = Excerpt.line(text("message") ?? text("detail") ?? "")
        return code == nil && message.isEmpty ? nil : DistributionErrors.Entry(code: code, message: message)
    }
}
