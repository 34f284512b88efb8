"""faulty_proxy.py SETTINGS LOG HOST: a reverse proxy of HTTP/1.1 that does wrong what it is told to.

SETTINGS: {"upstream": "host:port" or null, "rules": [...]}, as FaultyProxy.swift writes it. Of the rules, the first that
matches a request and has not been used up is applied, and only that one. Bodies pass through in parts, both ways.
"""

import re
import select
import socket
import socketserver
import sys
import time

from serving import Log, Settings, announce

PART = 65536
LONGEST_HEAD = 1 << 22
# How long a connection that the proxy has ended is still read from, so that its last answer is not lost to a reset.
LINGER = 5


class Ended(Exception):
    """The connection is to end here: by a fault, or since the other side ended it."""


class NotApplicable(Exception):
    """The rule's fault needs an answer of another kind: the test that made the rule is wrong, and is told."""


class Peer:
    """One end of a connection."""

    def __init__(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self._buffer = b""

    def until(self, end):
        """The bytes up to `end`, inclusive."""
        while end not in self._buffer:
            more = self.socket.recv(PART)
            self._buffer += more
            # Who speaks TLS would wait for an answer for as long as this waits for the line's end.
            if not more or self._buffer.startswith(b"\x16") or len(self._buffer) > LONGEST_HEAD:
                raise Ended
        found, _, self._buffer = self._buffer.partition(end)
        return found + end

    def some(self, most):
        """At most so many bytes, empty at the end."""
        if not self._buffer:
            return self.socket.recv(min(most, PART))
        found, self._buffer = self._buffer[:most], self._buffer[most:]
        return found

    def exactly(self, count):
        while count:
            part = self.some(count)
            if not part:
                raise Ended
            count -= len(part)
            yield part

    def send(self, data):
        self.socket.sendall(data)

    def has_data(self):
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(self._buffer) or bool(poll.poll(0))

    def wait_for_end(self):
        while self.socket.recv(PART):
            pass


class Message:
    """The head of a request or of an answer."""

    def __init__(self, peer):
        lines = peer.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        self.first = lines[0]
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]

    def get(self, name):
        return next((value for field, value in self.fields if field.lower() == name.lower()), None)

    def replace(self, name, value):
        """Puts one field in the place of those of that name; none for None."""
        self.fields = [field for field in self.fields if field[0].lower() != name.lower()]
        if value is not None:
            self.fields.append((name, str(value)))

    def bytes(self):
        lines = [self.first] + [f"{name}: {value}" for name, value in self.fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @property
    def length(self):
        value = self.get("Content-Length")
        return int(value) if value else None

    @property
    def is_chunked(self):
        return (self.get("Transfer-Encoding") or "").lower() == "chunked"

    def has_option(self, option):
        return option in (self.get("Connection") or "").lower()

    def body(self, peer, to_the_end=False):
        """The body in parts, without what frames it. `to_the_end`: what tells no length goes on until its end."""
        if self.is_chunked:
            while size := int(peer.until(b"\r\n").split(b";")[0], 16):
                yield from peer.exactly(size)
                peer.until(b"\r\n")
            while peer.until(b"\r\n") != b"\r\n":
                pass
        elif self.length is not None:
            yield from peer.exactly(self.length)
        elif to_the_end:
            while part := peer.some(PART):
                yield part


def send_body(peer, parts, is_chunked):
    for part in parts:
        if part:
            peer.send(b"%x\r\n%b\r\n" % (len(part), part) if is_chunked else part)
    if is_chunked:
        peer.send(b"0\r\n\r\n")


# What faults make of a body's parts.


def first(parts, count):
    for part in parts:
        yield part[:count]
        count -= len(part[:count])
        if count == 0:
            return


def cut(parts, count):
    yield from first(parts, count)
    raise Ended


def flipped(parts, at):
    for part in parts:
        if 0 <= at < len(part):
            part = part[:at] + bytes([part[at] ^ 1]) + part[at + 1 :]
        at -= len(part)
        yield part


def dripping(parts, count, seconds):
    for part in parts:
        for start in range(0, len(part), count):
            time.sleep(seconds)
            yield part[start : start + count]


def endless(filler):
    while True:
        yield filler


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.client = Peer(self.request)
        self.upstream = None
        try:
            while self.exchange():
                pass
            self.linger()
        except (Ended, OSError):
            pass
        finally:
            if self.upstream:
                self.upstream.socket.close()

    def linger(self):
        self.request.shutdown(socket.SHUT_WR)
        self.request.settimeout(LINGER)
        self.client.wait_for_end()

    def exchange(self):
        """One request and its answer; whether another may follow on this connection."""
        self.head = Message(self.client)
        self.method, self.uri, _ = self.head.first.split(" ", 2)
        self.settings = self.server.settings.read()
        number, rule = self.chosen_rule()
        self.server.log.write(method=self.method, uri=self.uri, headers=self.head.fields, rule=number)
        fault = rule["fault"] if rule else {"kind": "none"}
        before = getattr(self, f"before_{fault['kind']}", None)
        if before:
            return before(fault)
        return self.relay(fault)

    def chosen_rule(self):
        with self.server.settings.lock:
            for number, rule in enumerate(self.settings["rules"]):
                if rule["method"] not in (None, self.method) or not re.search(rule["path"], self.uri):
                    continue
                if rule["skipping"]:
                    rule["skipping"] -= 1
                elif rule["times"] is None:
                    return number, rule
                elif rule["times"]:
                    rule["times"] -= 1
                    return number, rule
        return None, None

    # Faults that do not wait for an answer of the server.

    def before_answer(self, fault):
        self.drain()
        self.answer(fault["status"], fault["headers"], fault["body"].encode())
        return self.may_go_on(self.head)

    def before_cutBeforeAnswer(self, _):
        self.drain()
        raise Ended

    def before_silence(self, _):
        self.client.wait_for_end()
        raise Ended

    def before_delay(self, fault):
        time.sleep(fault["seconds"])
        return self.relay({"kind": "none"})

    def before_cutUpload(self, fault):
        self.connect()
        self.accept_body()
        self.upstream.send(self.head.bytes())
        # Ends as a cut, which closes the connection to the server too, and so in the middle of the request.
        send_body(self.upstream, cut(self.head.body(self.client), fault["count"]), self.head.is_chunked)

    # Asking the server.

    def accept_body(self):
        """Has the client send its body where it waits for leave."""
        if self.head.get("Expect"):
            self.client.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.head.replace("Expect", None)

    def drain(self):
        self.accept_body()
        for _ in self.head.body(self.client):
            pass

    def connect(self):
        # Between two requests, what there is to read is the end.
        if self.upstream and self.upstream.has_data():
            self.upstream.socket.close()
            self.upstream = None
        if not self.upstream:
            host, _, port = self.settings["upstream"].rpartition(":")
            self.upstream = Peer(socket.create_connection((host, int(port))))

    def relay(self, fault):
        if self.settings["upstream"] is None:
            self.drain()
            self.answer(404, [], b"")
            return self.may_go_on(self.head)
        self.connect()
        self.accept_body()
        self.upstream.send(self.head.bytes())
        is_whole = self.pass_on_body()
        answer = Message(self.upstream)
        has_body = self.method != "HEAD" and answer.first.split()[1] not in ("204", "304")
        parts = answer.body(self.upstream, to_the_end=True) if has_body else iter(())
        try:
            answer, parts = self.spoilt(fault, answer, parts, has_body)
        except NotApplicable as reason:
            self.answer(599, [], f"this answer cannot be spoilt by {fault['kind']}: {reason}\n".encode())
            return False
        self.client.send(answer.bytes())
        send_body(self.client, parts, has_body and answer.is_chunked)
        # What ends with its connection, or is not what it says, leaves nothing to go on with.
        is_framed = not has_body or answer.is_chunked or answer.length is not None
        is_true = fault["kind"] not in ("truncateBody", "claimLength")
        return is_whole and is_framed and is_true and self.may_go_on(self.head) and self.may_go_on(answer)

    def pass_on_body(self):
        """Passes the request's body on; whether all of it: a server may answer before, and then reads no more."""
        is_whole = True

        def wanted():
            nonlocal is_whole
            for part in self.head.body(self.client):
                if self.upstream.has_data():
                    is_whole = False
                    return
                yield part

        try:
            send_body(self.upstream, wanted(), self.head.is_chunked)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return is_whole

    def may_go_on(self, message):
        return not message.has_option("close")

    def answer(self, status, headers, body):
        """An answer of the proxy's own; {uri} in a header stands for the request's path and query."""
        message = Message.__new__(Message)
        message.first = f"HTTP/1.1 {status} Told"
        message.fields = [(name, value.replace("{uri}", self.uri)) for name, value in headers]
        message.fields.append(("Content-Length", str(len(body))))
        self.client.send(message.bytes() + (b"" if self.method == "HEAD" else body))

    # Faults that spoil the server's answer.

    def spoilt(self, fault, answer, parts, has_body):
        kind = fault["kind"]
        if kind == "none":
            return answer, parts
        if kind in ("replaceHeader", "extraHeaders", "cutInHeaders", "applyThenCut"):
            return getattr(self, f"spoil_{kind}")(fault, answer, parts)
        if not has_body:
            raise NotApplicable("it has no body")
        if answer.length is not None and fault.get("count", 0) >= answer.length and kind != "claimLength":
            raise NotApplicable(f"its body has {answer.length} bytes")
        return getattr(self, f"spoil_{kind}")(fault, answer, parts)

    def spoil_replaceHeader(self, fault, answer, parts):
        value = fault["value"]
        answer.replace(fault["name"], value and value.replace("{uri}", self.uri))
        return answer, parts

    def spoil_extraHeaders(self, fault, answer, parts):
        answer.fields += [(f"X-Filler-{number}", "x" * 64) for number in range(fault["count"])]
        return answer, parts

    def spoil_cutInHeaders(self, _, answer, parts):
        head = answer.bytes()
        self.client.send(head[: len(head) // 2])
        raise Ended

    def spoil_applyThenCut(self, _, answer, parts):
        for _ in parts:
            pass
        raise Ended

    def spoil_cutBody(self, fault, answer, parts):
        return answer, cut(parts, fault["count"])

    def spoil_truncateBody(self, fault, answer, parts):
        if not answer.is_chunked:
            answer.replace("Content-Length", fault["count"])
        return answer, first(parts, fault["count"])

    def spoil_claimLength(self, fault, answer, parts):
        if answer.length is None:
            raise NotApplicable("it tells no length")
        body = self.upstream.exactly(answer.length)
        answer.replace("Content-Length", answer.length + fault["difference"])
        return answer, body

    def spoil_flipByte(self, fault, answer, parts):
        return answer, flipped(parts, fault["count"])

    def spoil_drip(self, fault, answer, parts):
        return answer, dripping(parts, fault["bytes"], fault["seconds"])

    def spoil_endlessBody(self, fault, answer, parts):
        answer.replace("Content-Length", None)
        answer.replace("Transfer-Encoding", "chunked")
        return answer, endless(b" " * PART)

    def spoil_replaceBody(self, fault, answer, parts):
        for _ in parts:
            pass
        body = fault["body"].encode()
        answer.replace("Transfer-Encoding", None)
        answer.replace("Content-Length", len(body))
        return answer, iter([body])


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings, log, host):
        super().__init__((host, 0), Handler)
        self.settings = Settings(settings)
        self.log = Log(log)


if __name__ == "__main__":
    server = Server(*sys.argv[1:])
    announce(server)
    server.serve_forever()
