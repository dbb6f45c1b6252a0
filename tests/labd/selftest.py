"""Talks to every listener of both labs and asserts how each behaves: selftest.py LABD DIRECTORY."""
import concurrent.futures
import os
import pathlib
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

import labstart

warnings.simplefilter('ignore', DeprecationWarning)  # of old versions of TLS
WAIT = 20  # seconds, at most, for one thing
TYPES = {'A': 1, 'NS': 2, 'CNAME': 5, 'SOA': 6, 'PTR': 12, 'MX': 15, 'TXT': 16, 'AAAA': 28}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
TESTS = []


def test(lab):
    def add(function):
        TESTS.append((lab, function))
        return function
    return add


class Lab:
    def __init__(self, labd, scenario, directory):
        self.name = pathlib.Path(scenario).stem
        self.ca = os.path.join(directory, self.name + '.pem')
        self.log = os.path.join(directory, self.name + '.log')
        ports = os.path.join(directory, self.name + '.ports')
        self.process, _ = labstart.start(lambda free: [
            labd, '--with-parent', '--ca-out', self.ca, '--port-file', ports, '--log', self.log,
            *labstart.settings(free), scenario])
        self.ports = {}
        for line in pathlib.Path(ports).read_text().splitlines():
            name, endpoint = line.split('=')
            address, port = endpoint.rsplit(':', 1)
            self.ports.setdefault(name, []).append((address.strip('[]'), int(port)))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(WAIT)
        self.process.stdout.close()
        return status

    def dns(self, name, rrtype, **how):
        return ask(self.ports['dns'][0], name, rrtype, **how)

    def context(self, **how):
        context = ssl.create_default_context(cafile=self.ca)
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
        if how.get('old'):
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers('DEFAULT@SECLEVEL=0')
        if 'version' in how:
            context.maximum_version = how['version']
        if how.get('any'):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def smtp(self, name, index=0):
        return Smtp(self, *self.ports[name][index])


class Smtp:
    """A client that shows what came, octet by octet."""

    def __init__(self, lab, address, port):
        self.lab = lab
        self.sock = socket.create_connection((address, port), WAIT)
        self.sock.settimeout(WAIT)
        self.start = time.monotonic()
        self.rest = b''

    def elapsed(self):
        return time.monotonic() - self.start

    def line(self):
        while b'\n' not in self.rest:
            got = self.sock.recv(65536)
            if not got:
                rest, self.rest = self.rest, b''
                return rest
            self.rest += got
        line, self.rest = self.rest.split(b'\n', 1)
        return line + b'\n'

    def reply(self):
        """Lines up to the last one of a reply, or the end."""
        lines = [self.line()]
        while re.match(rb'\d{3}-|[^\d]', lines[-1]):
            lines.append(self.line())
        return b''.join(lines)

    def say(self, text):
        self.sock.sendall(text + b'\r\n')
        return self.reply()

    def secure(self, name=None, **how):
        """STARTTLS and the handshake."""
        assert self.say(b'STARTTLS') == b'220 2.0.0 ready for TLS\r\n'
        self.handshake(name, **how)

    def handshake(self, name=None, **how):
        assert self.rest == b'', self.rest
        context = self.lab.context(**({'any': True} if name is None else {}), **how)
        self.sock = context.wrap_socket(self.sock, server_hostname=name or 'lab.example',
                                        suppress_ragged_eofs=False)

    def ends(self):
        """What still comes before the end; how it ends."""
        rest, self.rest = self.rest, b''
        try:
            while got := self.sock.recv(65536):
                rest += got
            return rest, 'eof'
        except ConnectionResetError:
            return rest, 'reset'
        except ssl.SSLError as error:
            assert 'EOF' in str(error).upper(), error
            return rest, 'unclean'

    def is_silent(self, seconds=0.5):
        self.sock.settimeout(seconds)
        try:
            got = self.sock.recv(100)
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(WAIT)
        return self.fail(got)

    @staticmethod
    def fail(got):
        raise AssertionError(f'not silent: {got!r}')


def query(name, rrtype, ident=0x1234, edns=0, flags=0x0100):
    labels = b''.join(bytes([len(x)]) + x.encode() for x in name.rstrip('.').split('.') if x)
    wire = struct.pack('>6H', ident, flags, 1, 0, 0, 1 if edns else 0)
    wire += labels + b'\0' + struct.pack('>2H', TYPES.get(rrtype, rrtype), 1)
    return wire + (b'\0' + struct.pack('>2HIH', 41, edns, 0, 0) if edns else b'')


class Answer:
    def __init__(self, wire):
        self.wire = wire
        self.id, flags, questions, answers, authorities, _ = struct.unpack('>6H', wire[:12])
        self.aa, self.tc, self.ra = flags & 0x400, flags & 0x200, flags & 0x80
        self.rcode = flags & 15
        offset = 12
        for _ in range(questions):
            self.question, offset = name_at(wire, offset)
            offset += 4
        self.answers, offset = records_at(wire, offset, answers)
        self.authorities, offset = records_at(wire, offset, authorities)


def name_at(wire, offset):
    labels = []
    while wire[offset]:
        assert wire[offset] < 64
        labels.append(wire[offset + 1:offset + 1 + wire[offset]].decode())
        offset += 1 + wire[offset]
    return '.'.join(labels), offset + 1


def records_at(wire, offset, count):
    """(owner, type, rdata as text)"""
    records = []
    for _ in range(count):
        owner, offset = name_at(wire, offset)
        rrtype, _, _, length = struct.unpack('>2HIH', wire[offset:offset + 10])
        offset += 10
        rdata = wire[offset:offset + length]
        if rrtype in (TYPES['NS'], TYPES['CNAME'], TYPES['PTR']):
            text = name_at(wire, offset)[0]
        elif rrtype == TYPES['MX']:
            text = f'{rdata[0] << 8 | rdata[1]} {name_at(wire, offset + 2)[0]}'
        elif rrtype in (TYPES['A'], TYPES['AAAA']):
            text = socket.inet_ntop(socket.AF_INET if length == 4 else socket.AF_INET6, rdata)
        else:
            text = rdata[1:].decode('latin-1')
        records.append((owner, rrtype, text))
        offset += length
    return records, offset


def exchange_udp(server, wire, wait):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(wait)
        s.connect(server)
        s.send(wire)
        return s.recv(65535)


def exchange_tcp(server, wire, wait):
    with socket.create_connection(server, wait) as s:
        s.sendall(struct.pack('>H', len(wire)) + wire)
        head = s.recv(2, socket.MSG_WAITALL)
        return s.recv(struct.unpack('>H', head)[0], socket.MSG_WAITALL)


def ask(server, name, rrtype, tcp=False, wait=WAIT, **how):
    return Answer((exchange_tcp if tcp else exchange_udp)(server, query(name, rrtype, **how), wait))


def texts(answer):
    return [text for _, _, text in answer.answers]


# --- the first run ---


@test('first-run')
def zones(lab):
    mx = lab.dns('healthy.example', 'MX')
    assert texts(mx) == ['10 mx1.healthy.example', '20 mx2.healthy.example'], texts(mx)
    assert mx.aa and mx.ra and not mx.tc and mx.id == 0x1234
    assert not lab.dns('healthy.example', 'MX', flags=0).ra
    assert texts(lab.dns('mx2.healthy.example', 'AAAA')) == ['::1']
    assert texts(lab.dns('mx1.healthy.example', 'A', tcp=True)) == ['127.0.0.11']
    assert [x[0] for x in lab.dns('broken.example', 'MX').answers] == ['broken.example'] * 5


@test('first-run')
def absent_names_and_types(lab):
    absent = lab.dns('nowhere.broken.example', 'A')
    assert absent.rcode == NXDOMAIN and absent.aa and not absent.answers
    assert absent.authorities[0][:2] == ('broken.example', TYPES['SOA'])
    empty = lab.dns('mx1.healthy.example', 'AAAA')
    assert empty.rcode == NOERROR and empty.authorities[0][1] == TYPES['SOA']
    refused = lab.dns('example.com', 'A')
    assert refused.rcode == REFUSED and not refused.aa
    root = lab.dns('.', 'NS')
    assert root.rcode == NOERROR and not root.answers and not root.authorities


@test('first-run')
def aliases(lab):
    alias = lab.dns('alias.broken.example', 'A')
    assert alias.answers == [('alias.broken.example', TYPES['CNAME'], 'relay.broken.example'),
                             ('relay.broken.example', TYPES['A'], '127.0.0.24')]


@test('first-run')
def reverse_names(lab):
    assert texts(lab.dns('12.0.0.127.in-addr.arpa', 'PTR')) == ['mx2.healthy.example']
    assert texts(lab.dns('1.' + '0.' * 31 + 'ip6.arpa', 'PTR')) == ['mx2.healthy.example']
    assert lab.dns('23.0.0.127.in-addr.arpa', 'PTR').rcode == NXDOMAIN
    assert lab.dns('0.127.in-addr.arpa', 'PTR').rcode == NOERROR  # it has names below it


@test('first-run')
def odd_queries(lab):
    server = lab.ports['dns'][0]
    assert Answer(exchange_udp(server, b'\x12\x34\x01\0' + b'\0' * 8, WAIT)).rcode == FORMERR
    assert Answer(exchange_udp(server, query('healthy.example', 'MX')[:20], WAIT)).rcode == FORMERR
    assert lab.dns('healthy.example', 'MX', flags=0x2000).rcode == NOTIMP
    assert lab.dns('healthy.example', 252).rcode == REFUSED
    assert len(lab.dns('healthy.example', 255).answers) == 7  # ANY: 2 NS, SOA, 2 MX, TXT, CAA
    assert lab.dns('HealTHY.example', 'MX').question == 'HealTHY.example'
    with socket.create_connection(server, WAIT) as s:  # two questions in one segment
        wire = query('healthy.example', 'MX')
        s.sendall((struct.pack('>H', len(wire)) + wire) * 2)
        got = b''
        while len(got) < 2 * (2 + len(lab.dns('healthy.example', 'MX').wire)):
            got += s.recv(4096)


def good_dialogue(lab, name, index, hostname):
    smtp = lab.smtp(name, index)
    assert smtp.reply() == f'220 {hostname} ESMTP labd\r\n'.encode()
    assert smtp.say(b'ehlo client.example') == (
        f'250-{hostname}\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n'
        '250-ENHANCEDSTATUSCODES\r\n250 STARTTLS\r\n').encode()
    smtp.secure(hostname)
    assert b'STARTTLS' not in smtp.say(b'EHLO client.example')
    assert smtp.say(b'STARTTLS').startswith(b'503')
    assert smtp.say(b'QUIT') == b'221 2.0.0 bye\r\n'
    assert smtp.ends() == (b'', 'eof')


@test('first-run')
def healthy_hosts(lab):
    good_dialogue(lab, 'mx1', 0, 'mx1.healthy.example')
    for index in range(len(lab.ports['mx2'])):
        good_dialogue(lab, 'mx2', index, 'mx2.healthy.example')


@test('first-run')
def broken_hosts(lab):
    old = lab.smtp('old')
    old.reply()
    old.say(b'EHLO client.example')
    try:
        old.secure('old.broken.example')
    except ssl.SSLCertVerificationError as error:
        assert 'expired' in error.verify_message or 'mismatch' in error.verify_message, error
    else:
        raise AssertionError('a certificate that is expired was taken')
    plain = lab.smtp('plain')
    plain.reply()
    assert plain.say(b'EHLO client.example').endswith(b'250 ENHANCEDSTATUSCODES\r\n')
    assert plain.say(b'STARTTLS').startswith(b'502')
    good_dialogue(lab, 'relay', 0, 'relay.broken.example')
    try:
        socket.create_connection(('127.0.0.21', lab.ports['plain'][0][1]), WAIT)
    except ConnectionRefusedError:
        return
    raise AssertionError('something listens at closed.broken.example')


@test('first-run')
def envelope(lab):
    smtp = lab.smtp('plain')
    assert smtp.reply().startswith(b'220 ')
    for command, code in [
            (b'MAIL FROM:<a@b.example>', b'503'), (b'EHLO', b'501'), (b'HELO c.example', b'250'),
            (b'RCPT TO:<x@broken.example>', b'503'), (b'MAIL a@b.example', b'501'),
            (b'MAIL FROM:<> SIZE=100', b'250'), (b'MAIL FROM:<>', b'503'), (b'DATA', b'503'),
            (b'RCPT TO:<>', b'501'), (b'rcpt to:<x@broken.example>', b'250'), (b'NOOP', b'250'),
            (b'VRFY x', b'252'), (b'AUTH PLAIN AAAA', b'502'), (b'BOGUS', b'500'),
            (b'LHLO c.example', b'500'), (b'DATA', b'354')]:
        assert smtp.say(command).startswith(code), command
    assert smtp.say(b'Subject: x\r\n\r\n' + b'x' * 70000 + b'\r\n..\r\n.').startswith(b'250')
    assert smtp.say(b'DATA').startswith(b'503')
    assert smtp.say(b'RSET').startswith(b'250')
    smtp.sock.sendall(b'NOOP\r\nMAIL FROM:<>\r\nRCPT TO:<x@y.example>\r\nQUIT\r\n')  # pipelined
    assert smtp.ends()[0].count(b'\r\n') == 4


@test('first-run')
def limits(lab):
    smtp = lab.smtp('plain')
    smtp.reply()
    assert smtp.say(b'x' * 3000).startswith(b'500')
    smtp.sock.sendall(b'y' * 5000)
    assert smtp.ends()[0].startswith(b'500 5.5.2')


# --- the hostile servers ---


def hello(lab, name):
    smtp = lab.smtp(name)
    banner = smtp.reply()
    assert banner.startswith(b'220 '), banner
    return smtp, smtp.say(b'EHLO client.example')


def goes_on(smtp, name):
    """TLS and the rest are as they should be."""
    smtp.secure(name + '.hostile.example')
    assert smtp.say(b'EHLO client.example').startswith(b'250-')
    assert smtp.say(b'QUIT').startswith(b'221')
    assert smtp.ends() == (b'', 'eof')


@test('hostile')
def m00_normal(lab):
    smtp, _ = hello(lab, 'm00')
    goes_on(smtp, 'm00')


@test('hostile')
def m01_final_line_without_text(lab):
    smtp = lab.smtp('m01')
    smtp.reply()
    smtp.sock.sendall(b'EHLO client.example\r\n')
    lines = [smtp.line() for _ in range(4)]
    assert lines[2:] == [b'250-STARTTLS\r\n', b'250\r\n'], lines
    smtp.secure('m01.hostile.example')
    smtp.sock.sendall(b'EHLO client.example\r\n')
    assert [smtp.line() for _ in range(3)][1:] == [b'250-PIPELINING\r\n', b'250\r\n']


@test('hostile')
def m02_teaser(lab):
    smtp = lab.smtp('m02')
    assert smtp.line() == b'220-m02.hostile.example wait\r\n' and smtp.elapsed() < 2
    assert smtp.line() == b'220 m02.hostile.example ESMTP\r\n' and 2.9 < smtp.elapsed() < 5
    smtp.say(b'EHLO client.example')
    goes_on(smtp, 'm02')


@test('hostile')
def m03_greet_pause(lab):
    smtp = lab.smtp('m03')
    assert smtp.reply().startswith(b'220') and 11.9 < smtp.elapsed() < 15


@test('hostile')
def m04_octet_by_octet(lab):
    smtp = lab.smtp('m04')
    smtp.reply()
    smtp.sock.sendall(b'EHLO client.example\r\n')
    sizes, got = [], b''
    while not got.endswith(b'250 STARTTLS\r\n'):
        piece = smtp.sock.recv(1000)
        sizes.append(len(piece))
        got += piece
    assert len(sizes) > len(got) / 2, sizes
    goes_on(smtp, 'm04')


@test('hostile')
def m05_bare_lf(lab):
    smtp = lab.smtp('m05')
    assert smtp.reply() == b'220 m05.hostile.example ESMTP labd\n'
    got = smtp.say(b'EHLO client.example')
    assert b'\r' not in got and got.endswith(b'250 STARTTLS\n')


@test('hostile')
def m06_lower_case(lab):
    smtp, got = hello(lab, 'm06')
    assert got.endswith(b'250 starttls\r\n')
    goes_on(smtp, 'm06')


@test('hostile')
def m07_421(lab):
    smtp = lab.smtp('m07')
    assert smtp.ends() == (b'421 4.3.2 m07.hostile.example too busy\r\n', 'eof')


@test('hostile')
def m08_554(lab):
    smtp = lab.smtp('m08')
    assert smtp.reply().startswith(b'554 ')
    assert smtp.say(b'EHLO client.example').startswith(b'503')
    assert smtp.say(b'QUIT').startswith(b'221')


@test('hostile')
def m09_helo_only(lab):
    smtp, got = hello(lab, 'm09')
    assert got.startswith(b'502 ')
    assert smtp.say(b'HELO client.example') == b'250 m09.hostile.example\r\n'


@test('hostile')
def m10_mixed_codes(lab):
    _, got = hello(lab, 'm10')
    assert got.startswith(b'250-') and got.endswith(b'550 STARTTLS\r\n')


@test('hostile')
def m11_garbage_line(lab):
    _, got = hello(lab, 'm11')
    assert got == b'250-m11.hostile.example\r\nwhat is this\r\n250 STARTTLS\r\n'


@test('hostile')
def m12_long_line(lab):
    _, got = hello(lab, 'm12')
    assert len(got.split(b'\r\n')[0]) > 100000


@test('hostile')
def m13_endless(lab):
    smtp = lab.smtp('m13')
    smtp.reply()
    smtp.sock.sendall(b'EHLO client.example\r\n')
    got = b''
    while len(got) < 300000:
        got += smtp.sock.recv(65536)
    assert set(got.split(b'\r\n')[:-1]) == {
        b'250-m13.hostile.example and on it goes and on it goes and on'}


@test('hostile')
def m14_injected(lab):
    smtp, _ = hello(lab, 'm14')
    smtp.sock.sendall(b'STARTTLS\r\n')
    injected = b'220 2.0.0 ready for TLS\r\n250-m14.hostile.example\r\n250 AUTH PLAIN\r\n'
    while len(smtp.rest) < len(injected):
        smtp.rest += smtp.sock.recv(1000)
    assert smtp.rest == injected
    smtp.rest = b''
    smtp.handshake('m14.hostile.example')
    assert b'AUTH' not in smtp.say(b'EHLO client.example')


@test('hostile')
def m15_454(lab):
    smtp, _ = hello(lab, 'm15')
    assert smtp.say(b'STARTTLS') == b'454 4.7.0 TLS not available now\r\n'
    assert smtp.say(b'NOOP').startswith(b'250')


@test('hostile')
def m16_close_after_220(lab):
    smtp, _ = hello(lab, 'm16')
    assert smtp.say(b'STARTTLS').startswith(b'220')
    assert smtp.ends() == (b'', 'eof')


@test('hostile')
def m17_hang(lab):
    smtp, _ = hello(lab, 'm17')
    assert smtp.say(b'STARTTLS').startswith(b'220')
    smtp.sock.sendall(b'\x16\x03\x01\0\x05\1\0\0\1\0' * 20000)
    assert smtp.is_silent(1)


@test('hostile')
def m18_stripped(lab):
    smtp, got = hello(lab, 'm18')
    assert b'STARTTLS' not in got and got.endswith(b'250 XXXXXXXA\r\n')
    goes_on(smtp, 'm18')


@test('hostile')
def m19_no_close_notify(lab):
    smtp, _ = hello(lab, 'm19')
    smtp.secure('m19.hostile.example')
    assert smtp.say(b'QUIT').startswith(b'221')
    assert smtp.ends() == (b'', 'unclean')


@test('hostile')
def m20_421_inside(lab):
    smtp, got = hello(lab, 'm20')
    assert got.startswith(b'250-')
    smtp.secure('m20.hostile.example')
    assert smtp.say(b'EHLO client.example').startswith(b'421 ')
    assert smtp.ends() == (b'', 'eof')


@test('hostile')
def m21_two_segments(lab):
    smtp = lab.smtp('m21')
    smtp.reply()
    start = time.monotonic()
    smtp.sock.sendall(b'EHLO client.example\r\n')
    first = smtp.sock.recv(1000)
    assert not first.endswith(b'STARTTLS\r\n')
    assert smtp.sock.recv(1000).endswith(b'STARTTLS\r\n')
    assert 0.35 < time.monotonic() - start < 2
    goes_on(smtp, 'm21')


@test('hostile')
def m22_tarpit(lab):
    smtp = lab.smtp('m22')
    assert [smtp.sock.recv(100) for _ in range(4)] == [b'2', b'2', b'0', b' ']
    assert 2.9 < smtp.elapsed() < 5


@test('hostile')
def m23_tab(lab):
    smtp = lab.smtp('m23')
    smtp.reply()
    smtp.sock.sendall(b'EHLO client.example\r\n')
    lines = [smtp.line() for _ in range(6)]
    assert lines[-1] == b'250\tSTARTTLS\r\n', lines


@test('hostile')
def m24_control_octets(lab):
    smtp = lab.smtp('m24')
    assert smtp.line() == b'220 m24.hostile.example \x1b[31mred\0\r\n'


@test('hostile')
def m25_alert(lab):
    smtp, _ = hello(lab, 'm25')
    try:
        smtp.secure()
    except ssl.SSLError as error:
        assert 'HANDSHAKE_FAILURE' in error.reason, error
    else:
        raise AssertionError('a handshake came')


@test('hostile')
def m26_synchronous(lab):
    smtp, _ = hello(lab, 'm26')
    goes_on(smtp, 'm26')
    early = lab.smtp('m26')
    early.sock.sendall(b'EHLO client.example\r\n')
    assert early.ends()[0] == b'554 5.5.0 SMTP synchronization error\r\n'
    hasty = lab.smtp('m26')
    hasty.reply()
    hasty.sock.sendall(b'EHLO client.example\r\nSTARTTLS\r\n')
    assert hasty.ends()[0] == b'554 5.5.0 SMTP synchronization error\r\n'


@test('hostile')
def every_domain_is_its_own_mx(lab):
    for n in range(27):
        name = f'm{n:02}.hostile.example'
        assert texts(lab.dns(name, 'MX')) == [f'10 {name}']
        assert texts(lab.dns(name, 'A')) == [f'127.0.1.{100 + n}']


@test('hostile')
def implicit_tls(lab):
    smtp = lab.smtp('implicit')
    assert smtp.is_silent()
    smtp.handshake('implicit.hostile.example')
    assert smtp.reply().startswith(b'220 ')
    assert b'STARTTLS' not in smtp.say(b'EHLO client.example')
    assert smtp.say(b'QUIT').startswith(b'221')
    words = lab.smtp('implicit')  # who speaks SMTP there gets an alert
    words.sock.sendall(b'EHLO client.example\r\n')
    assert words.ends()[0][:1] in (b'\x15', b'')


@test('hostile')
def odd_greetings(lab):
    assert lab.smtp('silent').is_silent(1)
    assert lab.smtp('reset').ends() == (b'', 'reset')
    early = lab.smtp('early')
    assert early.reply().startswith(b'220') and early.reply() == b'250 early\r\n'


@test('hostile')
def odd_replies(lab):
    spare, _ = hello(lab, 'spare')
    assert spare.reply() == b'500 5.5.2 spare\r\n'
    assert lab.smtp('code').reply() == b'099 code.hostile.example\r\n'
    assert hello(lab, 'neither')[0].say(b'STARTTLS') == b'250 2.0.0 Ok\r\n'
    assert hello(lab, 'other-code')[1].endswith(b'\r\n299 STARTTLS\r\n')
    assert b'STARTTLS\0\r\n' in hello(lab, 'nul')[1]
    assert hello(lab, 'cr-cr-lf')[1].endswith(b'250 STARTTLS\r\r\n')
    alert, _ = hello(lab, 'alert-first')
    alert.sock.sendall(b'STARTTLS\r\n')
    assert alert.reply().startswith(b'220 ')
    assert (alert.rest or alert.sock.recv(7)) == b'\x15\x03\x01\0\x02\x02\x28'
    flood, _ = hello(lab, 'flood')
    flood.sock.sendall(b'QUIT\r\n')
    assert flood.sock.recv(18).startswith(b'221-bye\r\n')


@test('hostile')
def odd_handshakes(lab):
    words, _ = hello(lab, 'words')
    words.say(b'STARTTLS')
    words.sock.sendall(b'\x16\x03\x01')
    assert words.ends() == (b'454 4.3.0 cannot load certificate\r\n', 'eof')
    late, _ = hello(lab, 'late')
    start = time.monotonic()
    late.secure()
    assert 0.35 < time.monotonic() - start < 2
    assert late.say(b'NOOP').startswith(b'250')
    alert, _ = hello(lab, 'late-alert')
    alert.secure()
    try:
        alert.say(b'EHLO client.example')
    except ssl.SSLError as error:
        assert 'ACCESS_DENIED' in error.reason, error
    else:
        raise AssertionError('no alert')


@test('hostile')
def recipients(lab):
    smtp, _ = hello(lab, 'rcpt')
    assert smtp.say(b'MAIL FROM:<>').startswith(b'250')
    assert smtp.say(b'RCPT TO:<NoBody@hostile.example>').startswith(b'550 5.1.1')
    assert smtp.say(b'RCPT TO:<x@hostile.example>').startswith(b'450')
    assert smtp.say(b'DATA').startswith(b'503')
    again, _ = hello(lab, 'rcpt')
    again.say(b'MAIL FROM:<>')
    assert again.say(b'RCPT TO:<x@hostile.example>').startswith(b'250')
    again.sock.sendall(b'RCPT TO:<hang@hostile.example>\r\nQUIT\r\n')
    assert again.is_silent()


@test('hostile')
def lmtp(lab):
    smtp = lab.smtp('lmtp')
    assert smtp.reply() == b'220 lmtp LMTP labd\r\n'
    assert smtp.say(b'EHLO client.example').startswith(b'500')
    assert smtp.say(b'LHLO client.example').startswith(b'250-')
    smtp.say(b'MAIL FROM:<>')
    smtp.say(b'RCPT TO:<a@hostile.example>')
    smtp.say(b'RCPT TO:<b@hostile.example>')
    smtp.say(b'DATA')
    assert smtp.say(b'.').startswith(b'250') and smtp.reply().startswith(b'250')
    assert smtp.say(b'QUIT').startswith(b'221')


@test('hostile')
def silence_after_354(lab):
    smtp, _ = hello(lab, 'message')
    smtp.say(b'MAIL FROM:<>')
    smtp.say(b'RCPT TO:<a@hostile.example>')
    assert smtp.say(b'DATA').startswith(b'354')
    smtp.sock.sendall(b'x\r\n.\r\n')
    assert smtp.is_silent()


@test('hostile')
def starttls_at_random(lab):
    assert [b'STARTTLS' in hello(lab, 'lottery')[1] for _ in range(4)] == [True, False] * 2


def presented(lab, name, hostname=None, **how):
    """The certificate, with how OpenSSL judges it."""
    smtp, _ = hello(lab, name)
    try:
        smtp.secure(hostname or name, **how)
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    return smtp


@test('hostile')
def certificates(lab):
    old = presented(lab, 'old-tls', old=True)
    assert old.sock.version() == 'TLSv1.1', old.sock.version()
    try:
        presented(lab, 'old-tls')
    except ssl.SSLError:
        pass
    else:
        raise AssertionError('TLS 1.2 where only older is spoken')
    assert 'self-signed' in presented(lab, 'self-signed', 'self-signed.hostile.example')
    assert 'expired' in presented(lab, 'expired')
    assert 'unable to get local issuer' in presented(lab, 'stranger')
    assert presented(lab, 'between').sock.version() == 'TLSv1.3'
    assert 'unable to get local issuer' in presented(lab, 'chain-missing')
    assert presented(lab, 'chain-reversed').sock.version() == 'TLSv1.3'
    weak = presented(lab, 'rsa1024', old=True)
    assert len(weak.sock.getpeercert(True)) < 800
    assert 'too' in presented(lab, 'rsa1024')  # small a key, or weak a digest
    assert presented(lab, 'ed25519').sock.version() == 'TLSv1.3'
    two = {}
    for sigalg in ('ECDSA', 'aRSA'):
        smtp, _ = hello(lab, 'two')
        smtp.say(b'STARTTLS')
        context = lab.context(version=ssl.TLSVersion.TLSv1_2)
        context.set_ciphers(sigalg)
        tls = context.wrap_socket(smtp.sock, server_hostname='two.hostile.example')
        two[sigalg] = tls.cipher()[0]
    assert 'ECDSA' in two['ECDSA'] and 'RSA' in two['aRSA'], two


@test('hostile')
def dns_deviations(lab):
    def host(name):
        return name + '.hostile.example'

    start = time.monotonic()
    assert texts(lab.dns(host('slow'), 'TXT')) == ['data']
    assert 0.45 < time.monotonic() - start < 3
    assert texts(lab.dns(host('slow'), 'TXT', tcp=True)) == ['data']
    assert lab.dns(host('servfail'), 'TXT').rcode == SERVFAIL
    assert [lab.dns(host('once'), 'TXT').rcode for _ in range(2)] == [SERVFAIL, NOERROR]
    try:
        lab.dns(host('drop'), 'TXT', wait=0.5)
        raise AssertionError('an answer where none should be')
    except TimeoutError:
        pass
    assert lab.dns(host('tcp-only'), 'TXT').tc and not lab.dns(host('tcp-only'), 'TXT').answers
    assert texts(lab.dns(host('tcp-only'), 'TXT', tcp=True)) == ['data']
    assert lab.dns(host('truncated'), 'TXT', tcp=True).tc
    assert not lab.dns(host('empty'), 'TXT').answers
    garbage = exchange_udp(lab.ports['dns'][0], query(host('garbage'), 'TXT'), WAIT)
    assert garbage == b'\x12\x34' + b'\xff' * 40
    assert lab.dns(host('wrong-id'), 'TXT').id != 0x1234
    assert lab.dns(host('wrong-question'), 'TXT').question == 'zrong-question.hostile.example'
    assert lab.dns(host('no-edns'), 'TXT', edns=1232).rcode == FORMERR
    assert texts(lab.dns(host('no-edns'), 'TXT')) == ['data']
    assert not lab.dns(host('cached'), 'TXT').aa


@test('hostile')
def dns_sizes_and_chains(lab):
    assert lab.dns('big.hostile.example', 'TXT').tc
    assert lab.dns('big.hostile.example', 'TXT', edns=4096).tc  # 1232 is as far as it goes
    assert len(lab.dns('big.hostile.example', 'TXT', tcp=True).wire) > 1600
    chain = lab.dns('chain.hostile.example', 'A')
    assert [x[1] for x in chain.answers] == [5, 5, 1], chain.answers
    assert len(lab.dns('loop.hostile.example', 'A').answers) == 2
    assert lab.dns('nodata.hostile.example', 'A').rcode == NOERROR
    assert lab.dns('b.nodata.hostile.example', 'A').rcode == NOERROR
    assert lab.dns('c.nodata.hostile.example', 'A').rcode == NXDOMAIN


def get(lab, path, host='mta-sts.hostile.example', method='GET'):
    """Head, body, and how it ended."""
    sock = socket.create_connection(lab.ports['policy'][0], WAIT)
    smtp = Smtp.__new__(Smtp)
    smtp.lab, smtp.rest = lab, b''
    smtp.sock = lab.context().wrap_socket(sock, server_hostname='mta-sts.hostile.example',
                                         suppress_ragged_eofs=False)
    smtp.sock.settimeout(WAIT)
    request = f'{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: selftest\r\n\r\n'
    if path in ('/hang', '/endless'):
        return smtp.sock.sendall(request.encode()) or smtp
    smtp.sock.sendall(request.encode())
    got, end = smtp.ends()
    head, _, body = got.partition(b'\r\n\r\n')
    return head.decode(), body, end


@test('hostile')
def https(lab):
    head, body, end = get(lab, '/.well-known/mta-sts.txt')
    assert head.startswith('HTTP/1.1 200 OK\r\n') and 'Content-Type: text/plain' in head
    assert body.startswith(b'version: STSv1\r\n') and f'Content-Length: {len(body)}' in head
    assert end == 'eof'
    assert get(lab, '/.well-known/mta-sts.txt', method='HEAD')[1] == b''
    assert ' 405 ' in get(lab, '/.well-known/mta-sts.txt', method='PUT')[0]
    assert ' 404 ' in get(lab, '/.well-known/mta-sts.txt', host='other.example')[0]
    assert ' 404 ' in get(lab, '/absent')[0]
    assert ' 400 ' in get(lab, '')[0]
    assert get(lab, '/chunked')[1] == b'6\r\nin two\r\n7\r\n chunks\r\n0\r\n\r\n'
    head = get(lab, '/redirect')[0]
    assert ' 301 ' in head and 'Location: https://elsewhere.example/' in head
    assert 'X-Lab: yes' in get(lab, '/html')[0]
    assert len(get(lab, '/large')[1]) == 100000
    assert 'Content-Length: 100\r\n' in get(lab, '/short')[0] + '\r\n'
    assert get(lab, '/reset')[2] in ('reset', 'unclean')  # ssl does not always tell them apart
    assert get(lab, '/unclean')[1:] == (b'no close_notify', 'unclean')
    assert get(lab, '/slow')[1] == b'slow'
    assert ' 410 ' in get(lab, '/gone')[0]
    assert get(lab, '/raw')[0] == 'HTTP/0.9 what'
    assert get(lab, '/hang').is_silent()
    endless = get(lab, '/endless').sock
    assert sum(len(endless.recv(16384)) for _ in range(50)) > 50000
    assert ' 431 ' in get(lab, '/' + 'x' * 20000)[0]


# --- the program ---


def run(labd, *arguments, scenario=None):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, 'x.lab')
        if scenario is not None:
            pathlib.Path(path).write_text(scenario)
            arguments += (path,)
        done = subprocess.run([labd, *arguments], capture_output=True, text=True, timeout=WAIT)
    return done.returncode, done.stdout, done.stderr.replace(directory + '/', '')


def bad_scenarios(labd):
    for scenario, error in [
            ('', 'x.lab:0: no dns, smtp or https section: nothing to do'),
            ('bogus\n', 'x.lab:1: "bogus" begins no section; indent what belongs to the one above'),
            ('\n  hostname x\n', 'x.lab:2: this line belongs to no section'),
            ('smtp a 127.0.0.1\n', 'x.lab:1: "127.0.0.1" is not ADDRESS@PORT'),
            ('smtp a 192.0.2.1@25\n', 'x.lab:1: 192.0.2.1@25 is not on loopback'),
            ('smtp a\n', 'x.lab:1: smtp NAME ADDRESS@PORT...'),
            ('smtp a 127.0.0.1@0\nsmtp a 127.0.0.1@0\n',
             'x.lab:2: there is a server a already, in line 1'),
            ('smtp a 127.0.0.1@0\n bogus\n', 'x.lab:2: "bogus" is not understood here'),
            ('smtp a 127.0.0.1@0\n behave banner bogus\n',
             'x.lab:2: "bogus" is not understood here'),
            ('smtp a 127.0.0.1@0\n behave banner delay x\n',
             'x.lab:2: "delay" wants a duration (400ms, 3s, 2m, 1h, 5d) behind it'),
            ('smtp a 127.0.0.1@0\n behave banner then dance\n',
             'x.lab:2: "then" wants one of these behind it: close, reset, hang'),
            ('smtp a 127.0.0.1@0\n behave banner reply "x\n',
             'x.lab:2: a quotation mark is not closed'),
            ('smtp a 127.0.0.1@0\n behave banner reply "\\q"\n',
             'x.lab:2: a backslash begins none of \\r \\n \\t \\0 \\\\ \\" \\xNN'),
            ('smtp a 127.0.0.1@0\n certificate names x\n',
             'x.lab:2: a certificate is either self-signed or has an issuer'),
            ('smtp a 127.0.0.1@0\n certificate issuer x\n', 'x.lab:2: no ca x above this line'),
            ('smtp a 127.0.0.1@0\n tls implicit\n', 'x.lab:1: a: TLS needs a certificate'),
            ('https a 127.0.0.1@0\n path /x status 12\n', 'x.lab:2: a status has three digits'),
            ('dns 127.0.0.1@0\n answer x rcode what\n',
             'x.lab:2: "rcode" wants one of these behind it: '
             'formerr, servfail, nxdomain, notimp, refused'),
            ('zone x.example\n\t@ MX mx1\n', 'x.lab:2: at "mx1": '),
            ('zone x.example\n\ty.example. A 127.0.0.1\n',
             'x.lab:2: y.example is not in the zone x.example'),
            ('reverse\n\tx y.example\n', 'x.lab:2: "x" is no address'),
            ('set a\n', 'x.lab:1: set NAME VALUE'),
            ('dns 127.0.0.1@${port}\n', 'x.lab:1: no variable ${port}')]:
        status, out, err = run(labd, scenario=scenario)
        assert (status, out) == (2, ''), (scenario, status, out)
        assert err.startswith('labd: ' + error), (scenario, err)
    assert run(labd, '/nonexistent')[2] == 'labd: /nonexistent:0: No such file or directory\n'
    assert run(labd)[0] == 2 and run(labd, '--bogus')[0] == 2
    assert run(labd, '--help')[1].startswith('usage: labd ')


def taken_port(labd):
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        s.listen()
        port = s.getsockname()[1]
        status, _, err = run(labd, scenario=f'smtp a 127.0.0.1@{port}\n')
    assert status == 1, status
    assert err == f'labd: x.lab:1: a: cannot listen on 127.0.0.1:{port}: Address already in use\n'


def dies_with_its_parent(labd):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, 'x.lab')
        path.write_text('smtp a 127.0.0.1@0\n')
        code = ('import os, subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=-1);'
                'p.stdout.readline(); print(p.pid, flush=True); os._exit(0)')
        out = subprocess.run([sys.executable, '-c', code, labd, '--with-parent', str(path)],
                             capture_output=True, text=True, timeout=WAIT).stdout
        for _ in range(100):
            try:
                os.kill(int(out), 0)
                if ') Z' in pathlib.Path(f'/proc/{int(out)}/stat').read_text():
                    return
            except (ProcessLookupError, FileNotFoundError):
                return
            time.sleep(0.05)
    raise AssertionError('it lives on')


def with_small_lab(labd, idle, what):
    """Calls what(port) while a lab of one server runs."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, 'x.lab')
        path.write_text(f'smtp a 127.0.0.1@0\n\tidle {idle}\n')
        read, write = os.pipe()
        process = subprocess.Popen([labd, '--port-file', directory + '/ports', '--ready-fd',
                                    str(write), str(path)], stdout=-1, pass_fds=[write])
        try:
            assert os.read(read, 10) == b'ready\n'
            ports = pathlib.Path(directory, 'ports').read_text()
            what(int(ports.strip().rsplit(':', 1)[1]))
        finally:
            process.send_signal(signal.SIGINT)
            status = process.wait(WAIT)
            process.stdout.close()
            os.close(read)
            os.close(write)
        assert status == 0, f'status {status}'


def idle_connections_end(labd):
    def wait(port):
        with socket.create_connection(('127.0.0.1', port), WAIT) as s:
            start = time.monotonic()
            while s.recv(1000):
                pass
            assert 0.4 < time.monotonic() - start < 5
    with_small_lab(labd, '500ms', wait)


def connections_are_limited(labd):
    def connect(port):
        many = [socket.create_connection(('127.0.0.1', port), WAIT) for _ in range(520)]
        greeted = sum(s.recv(100) != b'' for s in many)
        for s in many:
            s.close()
        assert greeted == 512, greeted
    with_small_lab(labd, '1m', connect)


def attempt(name, function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        print(f'FAILED {name}: {type(error).__name__}: {error} (line {where.lineno}: {where.line})',
              flush=True)
        return False
    return True


def main(labd, directory):
    with tempfile.TemporaryDirectory() as scratch:
        labs = {}
        for name in ('first-run', 'hostile'):
            labs[name] = Lab(labd, os.path.join(directory, name + '.lab'), scratch)
        jobs = [(f'{lab} {function.__name__}', function, labs[lab]) for lab, function in TESTS]
        jobs += [(function.__name__, function, labd) for function in
                 (bad_scenarios, taken_port, dies_with_its_parent, idle_connections_end,
                  connections_are_limited)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda job: attempt(*job), jobs))
        for lab in labs.values():
            results.append(attempt(f'{lab.name} ends', check_end, lab))
    print(f'{sum(results)} of {len(results)} passed')
    return 0 if all(results) else 1


def check_end(lab):
    status = lab.stop()
    assert status == 0, f'status {status}'
    log = pathlib.Path(lab.log).read_text()
    assert re.search(r'^\S+ #1 < EHLO client.example$', log, re.M) and ' tls (TLS1.3)' in log


sys.exit(main(*sys.argv[1:]))
