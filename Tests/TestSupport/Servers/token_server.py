"""token_server.py SETTINGS LOG KEY CERTIFICATE: a token service, as docker's and OAuth2's clients know it.

Signs what docker-registry verifies: a JWT (ES256) with the certificate in its header. Grants, as real ones do, those of
the asked actions that the user has, and says nothing of the others. What is in SETTINGS: TokenServer.swift.
"""

import base64
import fnmatch
import http.server
import json
import secrets
import subprocess
import sys
import time
import urllib.parse

from serving import Log, Settings, announce

# What docker-registry 2.8 adds to each time that it compares. Taken off here, so that a token ends within a second of
# when it says, and not before.
LEEWAY = 60


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_signature(der):
    """The two numbers of an ECDSA signature, 32 bytes each: openssl writes ASN.1, a JWT has them bare."""
    numbers, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        numbers += der[at + 2 : at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return numbers


class Signer:
    def __init__(self, key, certificate):
        self._key = key
        with open(certificate) as file:
            lines = file.read().split("-----")[2].split()
        self._header = encoded(json.dumps({"typ": "JWT", "alg": "ES256", "x5c": ["".join(lines)]}).encode())

    def token(self, claims):
        text = f"{self._header}.{encoded(json.dumps(claims).encode())}"
        signing = ["openssl", "dgst", "-sha256", "-sign", self._key]
        der = subprocess.run(signing, input=text.encode(), check=True, stdout=subprocess.PIPE).stdout
        return f"{text}.{encoded(raw_signature(der))}"


class Refused(Exception):
    def __init__(self, status, code, message):
        self.status = status
        self.body = {"errors": [{"code": code, "message": message}]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        query = urllib.parse.urlsplit(self.path).query
        fields = urllib.parse.parse_qs(query, keep_blank_values=True)
        self.handle_request(fields, [scope for value in fields.get("scope", []) for scope in value.split()])

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        fields = urllib.parse.parse_qs(body, keep_blank_values=True)
        self.handle_request(fields, fields.get("scope", [""])[0].split())

    def handle_request(self, fields, scopes):
        self.settings = self.server.settings.read()
        self.fields = {name: values[0] for name, values in fields.items()}
        headers = {}
        try:
            self.refuse(headers)
            status, body = 200, self.answer(scopes)
        except Refused as refusal:
            status, body = refusal.status, refusal.body
        self.server.log.write(
            method=self.command,
            path=urllib.parse.urlsplit(self.path).path,
            scopes=scopes,
            service=self.fields.get("service"),
            account=self.fields.get("account") or self.fields.get("username"),
            grant_type=self.fields.get("grant_type"),
            client=self.fields.get("client_id"),
            offline=self.is_offline(),
            authorization="Authorization" in self.headers,
            status=status,
        )
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(content), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, headers):
        """Fails where the settings say that this request is to, whoever asks for what."""
        if self.command == "POST" and self.settings.get("postStatus"):
            raise Refused(self.settings["postStatus"], "UNSUPPORTED", "no POST here")
        refusal = self.settings.get("refusal")
        if not refusal:
            return
        with self.server.settings.lock:
            times = refusal.get("times")
            if times == 0:
                return
            if times is not None:
                refusal["times"] = times - 1
        if refusal.get("retryAfter") is not None:
            headers["Retry-After"] = refusal["retryAfter"]
        raise Refused(refusal["status"], "TOOMANYREQUESTS" if refusal["status"] == 429 else "DENIED", "refused")

    def is_offline(self):
        return self.fields.get("offline_token") == "true" or self.fields.get("access_type") == "offline"

    def answer(self, scopes):
        user = self.user_of_form() if self.command == "POST" else self.user_of_header()
        if self.settings.get("answersWithoutToken"):
            return {}
        now = int(time.time())
        lifetime = self.settings["lifetime"]
        token = self.server.signer.token(
            {
                "iss": self.server.issuer,
                "aud": self.fields.get("service", ""),
                "sub": user,
                "iat": now,
                "nbf": now - LEEWAY - lifetime,
                "exp": now + 1 + lifetime - LEEWAY,
                "jti": secrets.token_hex(8),
                "access": [access for scope in scopes if (access := self.granted(scope, user))],
            }
        )
        answer = {name: token for name in self.settings["tokenNames"]}
        if self.settings["tellsLifetime"]:
            answer["expires_in"] = lifetime
            answer["issued_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        if self.is_offline() and user:
            answer["refresh_token"] = self.server.refresh_token(user)
        return answer

    def user_of_header(self):
        """Whose Basic credentials came; nobody's, "", where none did."""
        header = self.headers.get("Authorization")
        if header is None:
            return ""
        try:
            user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        except ValueError:
            raise Refused(401, "UNAUTHORIZED", "no Basic credentials") from None
        return self.checked(user, password)

    def user_of_form(self):
        kind = self.fields.get("grant_type")
        if kind == "password":
            return self.checked(self.fields.get("username", ""), self.fields.get("password", ""))
        if kind != "refresh_token":
            raise Refused(400, "UNSUPPORTED", "unknown grant_type")
        given = self.fields.get("refresh_token", "")
        for name, user in self.settings["users"].items():
            if given == user["identityToken"]:
                return name
        user = self.server.refresh_tokens.get(given)
        if user is None:
            raise Refused(401, "UNAUTHORIZED", "unknown refresh token")
        return user

    def checked(self, name, password):
        user = self.settings["users"].get(name)
        if user is None or (user["password"] != password and not self.is_minted(password)):
            raise Refused(401, "UNAUTHORIZED", "incorrect username or password")
        return name

    def is_minted(self, password):
        """Whether it is one that identity_server.py gave out, and has not ended."""
        if not self.settings.get("minted"):
            return False
        with open(self.settings["minted"]) as file:
            lines = [json.loads(line) for line in file]
        return any(line["password"] == password and time.time() < line["end"] for line in lines)

    def granted(self, scope, user):
        """The part of `type:name:action,action` that this user may have; None for nothing."""
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        rights = self.settings["users"][user]["rights"] if user else self.settings["anonymousRights"]
        allowed = {action for pattern, some in rights.items() if fnmatch.fnmatchcase(name, pattern) for action in some}
        allowed -= set(self.settings["droppedActions"])
        left = [action for action in actions.split(",") if action in allowed]
        return {"type": kind, "name": name, "actions": left} if left else None

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, settings, log, key, certificate):
        super().__init__(("127.0.0.1", 0), Handler)
        self.settings = Settings(settings)
        self.log = Log(log)
        self.signer = Signer(key, certificate)
        self.issuer = "tests"
        self.refresh_tokens = {}

    def refresh_token(self, user):
        token = f"refresh-{secrets.token_hex(16)}"
        self.refresh_tokens[token] = user
        return token


if __name__ == "__main__":
    server = Server(*sys.argv[1:])
    announce(server)
    server.serve_forever()
