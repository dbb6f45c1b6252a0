"""lists.py MAILCHECK PACKAGES: block lists of a real rbldnsd, and those that nobody should believe.

A small resolver passes questions on to rbldnsd: at once, after a while, never, or with answers where
there are none. lists.expect says what must come of it. Exit status 77: cannot run here, and why.
"""
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
DELAY = 0.5
REWRITTEN = '203.0.113.80'
HOSTILE = ('servfail', 'refused', 'other-question', 'alias', 'loop', 'huge', 'cut', 'rude', 'many')
TESTS4, TESTS6 = '127.0.0.2\n', '::ffff:7f00:2\n'
ZONES = [  # zone, kind of data, data, words of the table
    ('set.test', 'ip4set', f':127.0.0.2:spam from $\n{TESTS4}192.0.2.25\n', 'asks ipv4'),
    ('trie.test', 'ip4trie', f':127.0.0.2:spam from $\n{TESTS4}192.0.2.24/31\n!192.0.2.24\n'
     '192.0.2.0/24:127.0.0.2\n!192.0.2.26\n', 'asks ipv4'),
    ('policy.test', 'ip4set', f':127.0.0.10:dynamic\n{TESTS4}192.0.2.25\n',
     'asks ipv4|kind policy|code 127.0.0.10 : dynamic'),
    ('range.test', 'ip4set', f':127.0.0.2:neighbours\n{TESTS4}192.0.2.0/24\n',
     'asks ipv4|kind range'),
    ('allow.test', 'ip4set', f':127.0.10.3:good\n{TESTS4}192.0.2.25\n',
     'asks ipv4|kind allow|code 127.0.*.0-3 : good'),
    ('two.test', 'ip4set', f':127.0.0.2:one\n{TESTS4}192.0.2.25\n192.0.2.25:127.0.0.4:two\n',
     'asks ipv4|code 127.0.0.2 : one|code 127.0.0.4 : two'),
    ('slow.test', 'ip4set', f':127.0.0.2:slowly\n{TESTS4}192.0.2.25\n', 'asks ipv4'),
    ('refusing.test', 'ip4trie', ':127.255.255.254:Error: open resolver\n0/0\n', 'asks ipv4'),
    ('mixed.test', 'ip4set', f':127.0.0.2:spam\n{TESTS4}192.0.2.25\n'
     '192.0.2.25:127.255.255.255:too many\n', 'asks ipv4'),
    ('world.test', 'ip4trie', ':127.0.0.2:all\n0/0\n', 'asks ipv4'),
    ('parked.test', 'ip4trie', f':{REWRITTEN}:\n0/0\n', 'asks ipv4'),
    ('empty.test', 'ip4set', ':127.0.0.2:\n10.9.9.9\n', 'asks ipv4'),
    ('untested.test', 'ip4set', ':127.0.0.2:\n192.0.2.25\n', 'asks ipv4'),
    ('six.test', 'ip6trie', f':127.0.0.2:spam from $\n{TESTS6}2001:db8::25\n', 'asks ipv6'),
    ('names.test', 'dnset', ':127.0.1.2:spam\ntest\n.bad.example\n', 'asks domain'),
    ('world-names.test', 'dnset', ':127.0.1.2:all\ntest\ninvalid\n.bad.example\n', 'asks domain'),
    ('silent.test', None, None, 'asks ipv4'),
    ('unserved.test', None, None, 'asks ipv4'),
    *((f'{zone}.test', None, None, 'asks ipv4') for zone in HOSTILE),
]
HUGE = b''.join(bytes([255]) + b'x' * 255 for _ in range(230))
RUDE = b'\x1b[31m\x07\r\n\xff\xc0\xaf<script>\0'

mailcheck, packages = sys.argv[1], pathlib.Path(os.environ.get('SERVERS_PACKAGES', sys.argv[2]))
failed = []


def name_of(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
        at += 1 + packet[at]
    return '.'.join(labels), at + 5


def without_such_name(reply, end):
    """A resolver that sells what is not there."""
    if reply[3] & 15 != 3:
        return reply
    kind = struct.unpack('>H', reply[end - 4:end - 2])[0]
    head = struct.pack('>HHHHH', 0x8180, 1, int(kind == 1), 0, 0)
    record = b'\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4' + socket.inet_aton(REWRITTEN)
    return reply[:2] + head + reply[12:end] + (record if kind == 1 else b'')


def record(kind, data, owner=b'\xc0\x0c'):
    return owner + struct.pack('>HHIH', kind, 1, 60, len(data)) + data


def message(packet, end, records, rcode=0, cut=False):
    head = struct.pack('>HHHHH', 0x8180 | rcode | cut << 9, 1, len(records), 0, 0)
    return packet[:2] + head + packet[12:end] + b''.join(records)


def hostile(packet, name, end, over_tcp):
    """The answer of a list that no rbldnsd would be; None: there is none."""
    subject, _, zone = name.rpartition('.test')[0].rpartition('.')
    kind = struct.unpack('>H', packet[end - 4:end - 2])[0]
    listed = subject != '1.0.0.127'
    texts = {'huge': HUGE, 'rude': bytes([len(RUDE)]) + RUDE}
    if zone in ('servfail', 'refused'):
        return message(packet, end, [], 2 if zone == 'servfail' else 5)
    if zone == 'other-question':
        wrong = packet[:12] + b'\5other' + packet[13 + packet[12]:]
        return message(wrong, end + 5 - packet[12], [record(1, b'\x7f\0\0\2')])
    if zone == 'loop':
        return message(packet, end, [record(5, b'\xc0\x0c')])
    if zone == 'cut':
        return None if over_tcp else message(packet, end, [], cut=True)
    if not listed:
        return message(packet, end, [], 3)
    if zone == 'alias' and kind == 1 and subject != 'value':
        place = b'\5value\5alias\4test\0'
        return message(packet, end, [record(5, place), record(1, b'\x7f\0\0\2', place)])
    if zone == 'many' and kind == 1:
        return message(packet, end, [record(1, b'\x7f\0\1' + bytes([i])) for i in range(60)])
    if kind == 16 and zone in texts:
        big = zone == 'huge' and not over_tcp
        return message(packet, end, [] if big else [record(16, texts[zone])], cut=big)
    return message(packet, end, [record(1, b'\x7f\0\0\2')] if kind == 1 else [])


def over_tcp(listener):
    while True:
        stream, _ = listener.accept()
        with stream:
            stream.settimeout(2)
            packet = stream.recv(4096)[2:]
            name, end = name_of(packet)
            reply = hostile(packet, name, end, True)
            if reply:
                stream.sendall(struct.pack('>H', len(reply)) + reply)


def pass_on(server, packet, client, rewriting):
    name, end = name_of(packet)
    if name.rpartition('.test')[0].rpartition('.')[2] in HOSTILE:
        server.sendto(hostile(packet, name, end, False), client)
        return
    if name == '':
        server.sendto(packet[:2] + b'\x81\x80\0\1\0\0\0\0\0\0' + packet[12:end], client)
        return
    if name.endswith('.silent.test'):
        return
    if name.endswith('.slow.test'):
        time.sleep(DELAY)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as upstream:
        upstream.settimeout(2)
        upstream.sendto(packet, ('127.0.0.1', behind))
        reply = upstream.recv(4096)
    server.sendto(without_such_name(reply, end) if rewriting else reply, client)


def resolver(rewriting):
    def serve():
        while True:
            packet, client = server.recvfrom(4096)
            threading.Thread(target=pass_on, args=(server, packet, client, rewriting),
                             daemon=True).start()

    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(('127.0.0.1', 0))
    listener = socket.create_server(server.getsockname())
    threading.Thread(target=serve, daemon=True).start()
    threading.Thread(target=over_tcp, args=(listener,), daemon=True).start()
    return server.getsockname()[1]


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def check(good, what):
    if not good:
        failed.append(what)
        print(f'FAILED {what}')


def ask(port, subject, *options):
    done = subprocess.run([mailcheck, 'dnsbl', '--resolver', f'127.0.0.1@{port}', '--timeout', '2',
                           '--lists', str(table), '--format', 'json', *options, subject],
                          capture_output=True, text=True, timeout=60, check=False)
    if not done.stdout:
        return {'duration_ms': 0}, {}
    report = json.loads(done.stdout)
    return report, {row['zone']: row for row in report['checks'][0]['values']['lists']}


def expectations():
    for line in (HERE / 'lists.expect').read_text().splitlines():
        if line and not line.startswith('#'):
            head, _, found = line.partition(': ')
            yield head.split(), found


def judge_all(ports):
    answers, count = {}, 0
    for (who, subject, zone), wanted in expectations():
        if (who, subject) not in answers:
            answers[who, subject] = ask(ports[who], subject)[1]
        row = answers[who, subject].get(zone)
        got = 'no row' if row is None else ' '.join([row['verdict'], row['kind'],
                                                     *sorted(row['codes'])])
        check(got == wanted, f'{who} {subject} {zone}: {got}, wanted {wanted}')
        check(row is None or row['verdict'] in ('listed', 'clean') or row['reason'],
              f'{who} {subject} {zone}: no reason')
        count += 1
    return count


def judge_time(port):
    """Every list but the silent one at once takes what the slowest takes."""
    text = table.read_text()
    table.write_text(text[:text.index('list silent.test')])
    took = min(ask(port, '192.0.2.25')[0]['duration_ms'] for _ in range(3))
    print(f'a list that answers after {DELAY * 1000:.0f} ms: {took} ms for all')
    check(DELAY * 1000 <= took <= DELAY * 1000 + 60, f'{took} ms for all lists at once')
    table.write_text(text)
    took = ask(port, '192.0.2.25')[0]['duration_ms']
    check(took <= 2600, f'{took} ms with a list that is silent and a wait of 2 s')


subprocess.run(['sh', str(HERE / 'fetch.sh'), str(packages), 'servers'], check=False)
rbldnsd = packages / 'root/usr/sbin/rbldnsd'
if not rbldnsd.exists():
    print('lists: cannot run here: rbldnsd could not be fetched', file=sys.stderr)
    sys.exit(77)
with tempfile.TemporaryDirectory() as place:
    directory, behind = pathlib.Path(place), free_port()
    directory.chmod(0o755)
    table = directory / 'table'
    table.write_text(''.join(f'list {zone}\n' + ''.join(f'\t{word}\n' for word in words.split('|'))
                             for zone, _, _, words in ZONES))
    served = []
    for zone, kind, data, _ in ZONES:
        if kind:
            (directory / zone).write_text(data)
            served.append(f'{zone}:{kind}:{zone}')
    user = ['-u', 'nobody'] if os.geteuid() == 0 else []
    log = directory / 'log'
    with log.open('w') as out, subprocess.Popen(
            [str(rbldnsd), '-n', *user, '-r', '/', '-w', place, '-b', f'127.0.0.1/{behind}',
             '-p', '/dev/null', *served], stdout=out, stderr=out) as server:
        try:
            time.sleep(0.5)
            check(server.poll() is None, f'rbldnsd ended: {log.read_text()}')
            ports = {'plain': resolver(False), 'rewriting': resolver(True)}
            count = judge_all(ports)
            judge_time(ports['plain'])
        finally:
            server.terminate()
print(f'lists: {count} of lists.expect,', 'FAILED' if failed else 'all well')
sys.exit(bool(failed))
