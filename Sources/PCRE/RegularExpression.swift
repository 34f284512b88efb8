internal import CPCRE2

/// A pattern that is no regular expression, or one that takes too long.
public struct RegularExpressionError: Error, Hashable, Sendable {
    /// What is wrong, in PCRE2's words where it is about the pattern.
    public let reason: String
    /// Where in the pattern, counted from 0 in bytes; `nil` where it is about a text.
    public let offset: Int?
}

extension RegularExpressionError: CustomStringConvertible {
    /// One line: `missing closing parenthesis (at byte 3)`.
    public var description: String { offset.map { "\(reason) (at byte \($0))" } ?? reason }
}

/// A regular expression of Perl's kind.
///
/// Bytes are characters, unless the pattern itself has others than ASCII. `$` is the end only, not also a place before a
/// last line's end.
///
/// Sendable although the compiler cannot see it: PCRE2 does not change a compiled pattern, nor these limits.
@safe public final class RegularExpression: @unchecked Sendable {
    private let code: OpaquePointer
    private let limits: OpaquePointer

    /// The longest pattern, in bytes.
    public static let lengthLimit = 4096
    /// How many steps a match may take: a tenth of a second's worth.
    ///
    /// Only patterns that try all ways to divide a text come near.
    private static let stepLimit: UInt32 = 1_000_000
    /// How much memory a match may take, in KiB.
    private static let memoryLimit: UInt32 = 32 * 1024

    /// Reads a pattern.
    ///
    /// - Parameter pattern: The pattern, without slashes around it.
    /// - Throws: `RegularExpressionError`, with the place.
    public init(_ pattern: String) throws(RegularExpressionError) {
        let bytes = Array(pattern.utf8)
        guard bytes.count <= Self.lengthLimit else {
            throw RegularExpressionError(reason: "longer than \(Self.lengthLimit) bytes", offset: Self.lengthLimit)
        }
        var options = UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        if bytes.contains(where: { $0 >= 0x80 }) {
            options |= UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_INVALID_UTF)
        }
        var number: Int32 = 0
        var offset = 0
        guard let code = unsafe pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil) else {
            throw RegularExpressionError(reason: Self.reason(number), offset: offset)
        }
        guard let limits = unsafe pcre2_match_context_create_8(nil) else {
            unsafe pcre2_code_free_8(code)
            throw RegularExpressionError(reason: "there is not enough memory", offset: nil)
        }
        unsafe pcre2_set_match_limit_8(limits, Self.stepLimit)
        unsafe pcre2_set_heap_limit_8(limits, Self.memoryLimit)
        // Where memory must not be executable this fails, and matching takes some times as long.
        _ = unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        unsafe self.code = code
        unsafe self.limits = limits
    }

    deinit {
        unsafe pcre2_match_context_free_8(limits)
        unsafe pcre2_code_free_8(code)
    }

    /// Whether the expression is found anywhere in `text`.
    ///
    /// - Parameter text: What is searched.
    /// - Returns: Whether it is found.
    /// - Throws: `RegularExpressionError` where finding out takes too long.
    public func isFound(in text: Span<UInt8>) throws(RegularExpressionError) -> Bool {
        // One for each call, as the same expression may be in use by several threads.
        guard let match = unsafe pcre2_match_data_create_8(1, nil) else {
            throw RegularExpressionError(reason: "there is not enough memory", offset: nil)
        }
        defer { unsafe pcre2_match_data_free_8(match) }
        let result = unsafe text.withUnsafeBufferPointer { bytes in
            unsafe pcre2_match_8(code, bytes.baseAddress, bytes.count, 0, 0, match, limits)
        }
        switch result {
        case 0...: return true
        case PCRE2_ERROR_NOMATCH: return false
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT:
            throw RegularExpressionError(reason: "takes too long, as it tries too many ways to match", offset: nil)
        default: throw RegularExpressionError(reason: Self.reason(result), offset: nil)
        }
    }

    private static func reason(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = unsafe pcre2_get_error_message_8(number, &buffer, buffer.count)
        return length < 0 ? "error \(number)" : String(decoding: buffer.prefix(Int(length)), as: UTF8.self)
    }
}
