/// A format of `ci-env`'s output.
public enum Shell: String, CaseIterable, Sendable {
    /// POSIX shells: sh, bash, zsh, dash, busybox ash, ksh, mksh.
    case sh
    /// fish.
    case fish
    /// PowerShell.
    case powershell
    /// cmd.exe.
    case cmd
    /// nushell, which loads JSON.
    case nushell
    /// csh and tcsh.
    case csh
    /// `NAME=value` lines, as `docker --env-file` reads them.
    case dotenv
    /// One JSON object.
    case json
    /// The file `$GITHUB_ENV`.
    case github
}
