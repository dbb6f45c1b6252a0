"""A resolver that lies: mailcheck says what it cannot know, in time, and blames nobody for it.

liar.py MAILCHECK
"""
import json
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time

mailcheck = sys.argv[1]
A, NS, CNAME, SOA, MX, DNSKEY = 1, 2, 5, 6, 15, 48
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
TC = 0x0200
ROOT_KEY = struct.pack('>HBB', 257, 3, 8) + b'\3\1\0\1' + bytes(range(256))  # RSA, of no use


def wire_name(name):
    labels = [label for label in name.encode().split(b'.') if label]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def record(name, kind, data):
    return wire_name(name) + struct.pack('>HHIH', kind, 1, 300, len(data)) + data


def read_question(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode('latin-1').lower())
        at += 1 + packet[at]
    return '.'.join(labels), struct.unpack('>H', packet[at + 1:at + 3])[0], packet[12:at + 5]


def message(packet, question, rcode, answers, flags=0, ident=None):
    ident = packet[:2] if ident is None else ident
    return (ident + struct.pack('>HHHHH', 0x8180 | flags | rcode, 1, len(answers), 0, 0) + question
            + b''.join(answers))


def truth(name, kind):
    """The zone as it is: (rcode, records)."""
    if name == '' or name == 'example':
        return NOERROR, []
    zone = {('lied.example', SOA): [record('lied.example', SOA, wire_name('ns.example') * 2 +
                                           struct.pack('>5I', 1, 3600, 600, 1209600, 300))],
            ('lied.example', NS): [record('lied.example', NS, wire_name('ns.example'))],
            ('lied.example', MX): [record('lied.example', MX, b'\0\n' + wire_name('mx.lied.example'))],
            ('mx.lied.example', A): [record('mx.lied.example', A, bytes([127, 0, 0, 1]))]}
    if name not in ('lied.example', 'mx.lied.example'):
        return NXDOMAIN, []
    return NOERROR, zone.get((name, kind), [])


class Liar:
    """Answers as the mode says, over UDP and TCP on one port."""

    def __init__(self, mode):
        self.mode = mode
        self.queries = 0
        liar = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                packet, sock = self.request
                for reply in liar.replies(packet, False):
                    sock.sendto(reply, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self):
                head = self.rfile.read(2)
                while len(head) == 2:
                    for reply in liar.replies(self.rfile.read(struct.unpack('>H', head)[0]), True):
                        self.wfile.write(struct.pack('>H', len(reply)) + reply)
                    head = self.rfile.read(2)

        socketserver.ThreadingTCPServer.daemon_threads = True
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.servers = []
        while not self.servers:
            self.listen(Udp, Tcp)
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def listen(self, udp_handler, tcp_handler):
        """On one port for both; another one where TCP has it taken."""
        udp = socketserver.ThreadingUDPServer(('127.0.0.1', 0), udp_handler)
        udp.daemon_threads = True
        self.port = udp.server_address[1]
        try:
            tcp = socketserver.ThreadingTCPServer(('127.0.0.1', self.port), tcp_handler)
        except OSError:
            udp.server_close()
            return
        self.servers = [udp, tcp]
        if self.mode == 'truncated, no TCP':
            self.servers.pop().server_close()

    def stop(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def replies(self, packet, tcp):
        self.queries += 1
        name, kind, question = read_question(packet)
        rcode, answers = truth(name, kind)
        honest = message(packet, question, rcode, answers)
        return {
            'honest': lambda: [honest],
            'silence': lambda: [],
            'garbage': lambda: [bytes(range(40))],
            'cut off': lambda: [honest[:20]],
            'wrong id': lambda: [message(packet, question, rcode, answers, ident=b'\0\1')],
            'wrong question': lambda: [message(packet, wire_name('other.example') + question[-4:],
                                               rcode, answers)],
            'answers for other names': lambda: [message(packet, question, NOERROR, [
                record('other.example', MX, b'\0\n' + wire_name('mx.evil.example')),
                record('mx.evil.example', A, bytes([127, 0, 0, 66]))])],
            'truncated, no TCP': lambda: [message(packet, question, NOERROR, [], flags=TC)],
            '64 KiB': lambda: [self.huge(packet, question, name, kind, tcp)],
            'SERVFAIL to all': lambda: [message(packet, question, SERVFAIL, [])],
            'NXDOMAIN to all': lambda: [message(packet, question, NXDOMAIN, [])],
            'NXDOMAIN rewritten': lambda: [
                message(packet, question, NOERROR, [record(name, A, bytes([127, 0, 0, 99]))])
                if rcode == NXDOMAIN and kind == A else honest],
            'no NXDOMAIN at all': lambda: [
                message(packet, question, NOERROR, [record(name, A, bytes([127, 0, 0, 99]))]
                        if kind == A else []) if rcode == NXDOMAIN else honest],
            'a loop of aliases': lambda: [message(packet, question, NOERROR, [
                record(name, CNAME, wire_name('b.' + name[-40:]))])],
            'signatures stripped': lambda: [
                message(packet, question, NOERROR, [record('', DNSKEY, ROOT_KEY)])
                if (name, kind) == ('', DNSKEY) else honest],
            'compression that points at itself': lambda: [
                message(packet, question, NOERROR, [b'\xc0' + bytes([len(question) + 12])
                        + struct.pack('>HHIH', kind, 1, 300, 4) + bytes(4)])],
        }[self.mode]()

    @staticmethod
    def huge(packet, question, name, kind, tcp):
        if not tcp:
            return message(packet, question, NOERROR, [], flags=TC)
        # pointers to the question's name: 4,000 records of 16 octets
        pointer = b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 300, 4)
        data = b'\0\1\xc0\x0c' if kind == MX else bytes([127, 0, 0, 1])
        return message(packet, question, NOERROR, [pointer + data] * 4000)


# mode, target: exit status, verdicts, a finding that is there
ROWS = [
    ('honest', 'lied.example', 0, ('ok', 'notice'), None),
    ('honest', 'gone.example', 1, ('error',), 'mx.nxdomain'),
    ('silence', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('garbage', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('cut off', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('wrong id', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('wrong question', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('truncated, no TCP', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('SERVFAIL to all', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('compression that points at itself', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('NXDOMAIN to all', 'lied.example', 1, ('error',), 'mx.nxdomain'),
    ('NXDOMAIN rewritten', 'gone.example', 1, ('error',), 'mx.nxdomain'),
    ('NXDOMAIN rewritten', 'lied.example', 0, ('ok', 'notice'), None),
    ('no NXDOMAIN at all', 'gone.example', 3, ('inconclusive',), 'mx.resolver-rewrites'),
    ('no NXDOMAIN at all', 'lied.example', 0, ('ok', 'notice'), None),
    ('a loop of aliases', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
    ('answers for other names', 'lied.example', 1, ('error',), 'mx.none'),
    ('64 KiB', 'lied.example', 3, ('inconclusive',), 'mx.lookup-failed'),
]
# What libunbound cannot hand on is read all the same when the server is asked directly.
DIRECTLY = {'64 KiB': (0, ('ok',), None),
            'answers for other names': (3, ('inconclusive',), 'mx.lookup-failed')}
# A resolver that passes on no signature: mode, exit status, verdict of "dnssec".
UNSIGNED = [('honest', 0, 'skipped'), ('signatures stripped', 3, 'inconclusive')]


def run(port, target, directly, checks='mx'):
    began = time.monotonic()
    server = f'127.0.0.1@{port}'
    done = subprocess.run([mailcheck, 'dns', target, '--check', checks, '--resolver', server,
                           *(['--ns', server] if directly else []), '--allow-private',
                           '--timeout', '1', '--format', 'json'],
                          capture_output=True, text=True, timeout=60)
    return done, time.monotonic() - began


def judge(row, directly):
    mode, target, *expected = row
    status, verdicts, finding = DIRECTLY.get(mode, expected) if directly else expected
    liar = Liar(mode)
    done, seconds = run(liar.port, target, directly)
    liar.stop()
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return f'no report: {done.returncode} {done.stderr[-300:]}'
    ids = {f['id'] for check in report['checks'] for f in check['findings']}
    if '127.0.0.66' in done.stdout or 'mx.evil' in done.stdout:
        return 'a record for another name was believed'
    if done.returncode != status:
        return f'exit status {done.returncode}, not {status}: {ids}'
    if report['verdict'] not in verdicts:
        return f"verdict {report['verdict']}: {ids}"
    if finding is not None and finding not in ids:
        return f'{finding} is missing: {ids}'
    if seconds > 15:
        return f'{seconds:.1f} s'
    if liar.queries > 200:
        return f'{liar.queries} queries'
    return None


def judge_unsigned(mode, status, verdict):
    liar = Liar(mode)
    done, _ = run(liar.port, 'lied.example', False, 'mx,dnssec')
    liar.stop()
    checks = {check['name']: check for check in json.loads(done.stdout)['checks']}
    found = [finding['id'] for check in checks.values() for finding in check['findings']]
    got = (done.returncode, checks['dnssec']['verdict'], checks['dnssec']['values']['status'],
           checks['mx']['verdict'], found)
    wanted = (status, verdict, 'unknown', 'ok', [])
    return None if got == wanted else f'{got}, not {wanted}'


def main():
    failed = 0
    for row in ROWS:
        for directly in (False, True):
            problem = judge(row, directly)
            if problem:
                failed += 1
                print(f"FAILED {row[0]}, {row[1]}, {'--ns' if directly else '--resolver'}: {problem}")
    for row in UNSIGNED:
        problem = judge_unsigned(*row)
        if problem:
            failed += 1
            print(f'FAILED without signatures, {row[0]}: {problem}')
    print(f'{2 * len(ROWS) + len(UNSIGNED) - failed} passed, {failed} failed')
    return 1 if failed else 0


sys.exit(main())
