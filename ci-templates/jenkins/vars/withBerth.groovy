// A docker config of its own for what a block of a Jenkins pipeline runs: a step for a shared library.
//
//     @Library('berth') _
//     withBerth(login: ['ghcr.io': 'ghcr']) {                 // registry: id of a user and password in Jenkins
//         sh 'docker push ghcr.io/owner/app:latest' }
//
// Copy this file to vars/ of your library. It needs an agent (a node), and no plugins but those that every pipeline has
// and Credentials Binding. The secrets are there while the config is made; the block itself has only the config. What
// the build has besides, such as BERTH_OIDC or BERTH_INHERIT in its environment, counts as berth ci-env --help says.
import groovy.transform.Field

// Where the release is, which it is, and the checksum of its archive; for several architectures several. Each can be
// given to the step (releases, version, sha256), or to the build as a variable.
@Field final String RELEASES = "" // # stamped: releases
@Field final String VERSION = "0.1.0" // # stamped: version
@Field final String SHA256 = "" // # stamped: sha256

def call(Map options = [:], Closure body) {
    // Blocks of parallel stages can share a workspace, so each has a directory of its own in it.
    String prefix = sh(label: 'berth: directory', returnStdout: true, script: '''#!/bin/sh
        mkdir -p "$WORKSPACE_TMP" && mktemp -d "$WORKSPACE_TMP/berth.XXXXXX"
    ''').trim()
    try {
        List<String> variables = jobVariables(options, prefix)
        // Values are taken as they are, and PATH+BERTH is what Jenkins puts before the others.
        withEnv(variables) {
            withEnv(["PATH+BERTH=${prefix}/bin"], body)
        }
    } finally {
        withEnv(["BERTH_PREFIX=${prefix}"]) {
            sh label: 'berth release', script: '''#!/bin/sh
                PATH=$BERTH_PREFIX/bin:$PATH
                if [ -r "$BERTH_PREFIX/job" ]; then berth release --job "$(cat "$BERTH_PREFIX/job")"; fi
                rm -rf "$BERTH_PREFIX"
            '''
        }
    }
}

// Installs berth, makes the job's directory, and returns what the block's environment gets, NAME=value each.
private List<String> jobVariables(Map options, String prefix) {
    List<String> settings = [
        "BERTH_PREFIX=${prefix}",
        "BERTH_RELEASES=${options.releases ?: env.BERTH_RELEASES ?: RELEASES}",
        "BERTH_VERSION=${options.version ?: env.BERTH_VERSION ?: VERSION}",
        "BERTH_SHA256=${options.sha256 ?: env.BERTH_SHA256 ?: SHA256}",
    ]
    List bindings = []
    List<String> logins = []
    for (entry in options.login) {
        String user = "BERTH_USER_${logins.size()}"
        String password = "BERTH_PASSWORD_${logins.size()}"
        bindings << usernamePassword(credentialsId: entry.value, usernameVariable: user, passwordVariable: password)
        logins << "${entry.key}=${user},${password}".toString()
    }
    if (logins) {
        settings << "BERTH_LOGIN=${logins.join(' ')}"
    }

    String output = ''
    withCredentials(bindings) {
        withEnv(settings) {
            output = sh(label: 'berth ci-env', returnStdout: true, script: '''#!/bin/sh
                set -e
                berth_install() (
                  name=berth-$BERTH_VERSION-linux-$(uname -m) new=$1/new
                  fail() {
                    echo "berth: $1" >&2
                    rm -rf "$new"
                    exit 1
                  }
                  if [ -z "$BERTH_VERSION" ]; then fail "nothing says which version is wanted: set BERTH_VERSION"; fi
                  if [ "$(berth --version 2>/dev/null)" = "$BERTH_VERSION" ]; then exit 0; fi
                  if [ -z "$BERTH_RELEASES" ] || [ -z "$BERTH_SHA256" ]; then
                    fail "nothing says where to get $BERTH_VERSION: set BERTH_RELEASES and BERTH_SHA256"
                  fi
                  mkdir -p "$new" || fail "it cannot be installed in $1"
                  if command -v curl >/dev/null; then
                    curl -fsSL --retry 3 -o "$new/archive" "$BERTH_RELEASES/$name.tar.gz"
                  else
                    wget -q -O "$new/archive" "$BERTH_RELEASES/$name.tar.gz"
                  fi || fail "cannot get $BERTH_RELEASES/$name.tar.gz"
                  sum=$(sha256sum "$new/archive" | cut -c 1-64)
                  case $BERTH_SHA256 in
                    *"$sum"*) if [ -z "$sum" ]; then fail "there is no sha256sum to check $name.tar.gz"; fi ;;
                    *) fail "BERTH_SHA256 does not name $sum, the checksum of $name.tar.gz" ;;
                  esac
                  tar -xzf "$new/archive" -C "$new" || fail "$name.tar.gz cannot be unpacked in $1"
                  mv "$new/$name/bin" "$1" || fail "it cannot be installed in $1"
                  rm -rf "$new"
                )
                berth_install "$BERTH_PREFIX"
                PATH=$BERTH_PREFIX/bin:$PATH
                # Into a file, since only then is it not for the shell of this step, which ends at once.
                berth ci-env jenkins --tmp-dir "$WORKSPACE_TMP" --shell dotenv -o "$BERTH_PREFIX/job.env"
                sed -n 's/^BERTH_JOB=//p' "$BERTH_PREFIX/job.env" >"$BERTH_PREFIX/job"
                cat "$BERTH_PREFIX/job.env"
            ''')
        }
    }
    return output.readLines()
}
