internal import CIEnv
internal import Testing

/// What the address of a remote tells.
@Suite struct RemoteTests {
    @Test(arguments: [
        ("https://github.com/acme/app.git", "https://github.com/acme/app"),
        ("https://ada:token@gitlab.com/group/sub/app.git", "https://gitlab.com/group/sub/app"),
        ("git@github.com:acme/app.git", "https://github.com/acme/app"),
        ("ssh://git@git.example.com:2222/acme/app", "https://git.example.com/acme/app"),
        ("http://git.example.com:8080/acme/app", "http://git.example.com:8080/acme/app"),
        ("https://Git.Example.com/Acme/App", "https://git.example.com/Acme/App"),
        // Hosts that are for SSH alone.
        ("ssh://git@ssh.github.com:443/acme/app.git", "https://github.com/acme/app"),
        ("ssh://git@altssh.gitlab.com:443/acme/app.git", "https://gitlab.com/acme/app"),
        ("ssh://git@altssh.bitbucket.org:443/acme/app.git", "https://bitbucket.org/acme/app"),
        ("git@ssh.dev.azure.com:v3/acme/web/app", "https://dev.azure.com/acme/web/_git/app"),
        ("acme@vs-ssh.visualstudio.com:v3/acme/web/app", "https://acme.visualstudio.com/web/_git/app"),
        ("https://acme@dev.azure.com/acme/web/_git/app", "https://dev.azure.com/acme/web/_git/app"),
    ])
    func `an address leads to a page`(address: String, page: String) {
        #expect(LocalJob.Remote(address: address)?.page == page)
    }

    @Test(arguments: ["/srv/git/app.git", "../app", "file:///srv/git/app.git", "", "https://github.com"])
    func `an address without a page is no remote`(address: String) {
        #expect(LocalJob.Remote(address: address) == nil)
    }

    @Test(arguments: [
        ("git@github.com:acme/app", "https://github.com/acme/app.git"),
        ("git@ssh.dev.azure.com:v3/acme/web/app", "https://dev.azure.com/acme/web/_git/app"),
    ])
    func `what is cloned is the page's`(address: String, clone: String) {
        #expect(LocalJob.Remote(address: address)?.cloneURL == clone)
    }
}
