"""served.py: zones of the form of the published suite, served over UDP and TCP on loopback."""

import socket
import socketserver
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SPF": 99}


def name_to_wire(name):
    wire = b""
    for label in name.rstrip(".").split("."):
        octets = label.encode("utf-8")
        if octets:
            wire += bytes([len(octets)]) + octets
    return wire + b"\0"


def octets_of(text):
    """The suite writes octets beyond ASCII as \\x escapes, which YAML reads as code points."""
    return text.encode("latin-1") if max(map(ord, text), default=0) < 256 else text.encode("utf-8")


def rdata_of(kind, value):
    if kind == "A":
        return socket.inet_aton(value)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if kind in ("PTR", "CNAME"):
        return name_to_wire(value)
    if kind == "MX":
        return struct.pack(">H", value[0]) + name_to_wire(value[1])
    strings = value if isinstance(value, list) else [value]
    rdata = b""
    for string in strings:
        octets = octets_of(string)
        pieces = [octets[i : i + 255] for i in range(0, len(octets), 255)] or [b""]
        rdata += b"".join(bytes([len(piece)]) + piece for piece in pieces)
    return rdata


class Zone:
    """The zone data of one scenario. TIMEOUT: what is not there is never answered (as the suite's
    own driver does, it is told as SERVFAIL here)."""

    def __init__(self, data):
        self.names = {}
        for owner, entries in data.items():
            records, silent = [], False
            for entry in entries:
                if entry == "TIMEOUT" or "TIMEOUT" in entry:
                    silent = True
                    continue
                for kind, value in entry.items():
                    records.append((kind, value))
            # Without a record of type TXT, one of type SPF stands for both: so it says itself.
            if not any(kind == "TXT" for kind, _ in records):
                records += [("TXT", value) for kind, value in records if kind == "SPF"]
            records = [(kind, value) for kind, value in records if value != "NONE"]
            self.names[str(owner).lower().rstrip(".")] = (records, silent)

    def answer(self, name, qtype):
        """(rcode, records)"""
        chain, seen = [], set()
        while name not in seen:
            seen.add(name)
            if name not in self.names:
                below = any(other.endswith("." + name) for other in self.names)
                return (0 if below else 3), chain
            records, silent = self.names[name]
            found = [r for r in records if TYPES.get(r[0]) == qtype]
            alias = [r for r in records if r[0] == "CNAME"]
            if any(value == "TIMEOUT" for _, value in found):
                return 2, []
            if found:
                return 0, chain + [(name, kind, value) for kind, value in found]
            if alias and qtype != 5:
                chain.append((name, "CNAME", alias[0][1]))
                name = alias[0][1].lower().rstrip(".")
                continue
            return (2 if silent else 0), chain
        return 2, []


def read_name(packet, at):
    labels = []
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("utf-8", "replace"))
        at += 1 + packet[at]
    return ".".join(labels).lower(), at + 1


def respond(zone, packet, limit):
    name, end = read_name(packet, 12)
    qtype = struct.unpack(">H", packet[end : end + 2])[0]
    rcode, records = zone.answer(name, qtype)
    body = b""
    for owner, kind, value in records:
        rdata = rdata_of(kind, value)
        body += name_to_wire(owner) + struct.pack(">HHIH", TYPES[kind], 1, 300, len(rdata)) + rdata
    flags, count = 0x8580 | rcode, len(records)
    if len(body) + end + 4 > limit:
        flags, count, body = flags | 0x200, 0, b""
    return packet[:2] + struct.pack(">HHHHH", flags, 1, count, 0, 0) + packet[12 : end + 4] + body


class Server:
    def __init__(self):
        self.zone = None
        outer = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                packet, sock = self.request
                sock.sendto(respond(outer.zone, packet, 1200), self.client_address)

        class Stream(socketserver.StreamRequestHandler):
            def handle(self):
                while True:
                    head = self.rfile.read(2)
                    if len(head) < 2:
                        return
                    packet = self.rfile.read(struct.unpack(">H", head)[0])
                    answer = respond(outer.zone, packet, 65535)
                    self.wfile.write(struct.pack(">H", len(answer)) + answer)

        self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stream)
        self.tcp.daemon_threads = True
        self.port = self.tcp.server_address[1]
        self.udp = socketserver.ThreadingUDPServer(("127.0.0.1", self.port), Datagram)
        self.udp.daemon_threads = True
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, daemon=True).start()
