"""Block lists over real sockets: who is believed, how long it takes, and where a key goes.

lists.py MAILCHECK
"""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

mailcheck = sys.argv[1]
KEY = 'k3yk3yk3yk3y'
failed = []
asked = []


def listing(*codes, text=None):
    return list(codes), text


def working(entries, test='127.0.0.2'):
    known = {'2.0.0.127': listing(test), 'test': listing(test), **entries}
    return lambda labels: known.get(labels)


LISTED = '25.2.0.192'
ZONES = {  # zone: (delay, labels -> (codes, text) or None)
    'spam.example': (0, working({LISTED: listing('127.0.0.2', text='\x1b[31mspam')})),
    'slow.example': (0.6, working({LISTED: listing('127.0.0.2', text='slowly')})),
    'clean.example': (0, working({})),
    'world.example': (0, lambda labels: listing('127.0.0.2')),
    'parked.example': (0, lambda labels: listing('203.0.113.9')),
    'refusing.example': (0, lambda labels: listing('127.255.255.254', text='Error: open resolver')),
    'dead.example': (0, lambda labels: None),
    KEY + '.keyed.example': (0, working({LISTED: listing('127.0.0.2', text=KEY + ' listed')})),
}
TABLE = ''.join(f'list {zone}\n\tasks ipv4 domain\n\tkind spam\n\tweight major\n'
                for zone in ZONES if not zone.startswith(KEY))
TABLE += 'list keyed.example\n\tasks ipv4\n\tkind spam\n\tweight major\n\tkey test\n'
TABLE += 'list silent.example\n\tasks ipv4\n'


def answer(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
        at += 1 + packet[at]
    name = '.'.join(labels)
    kind = struct.unpack('>H', packet[at + 1:at + 3])[0]
    asked.append(name)
    if name.endswith('silent.example'):
        return None, 0
    rcode, records, delay = (0 if name == '' else 3), [], 0
    for zone, (zone_delay, entries) in ZONES.items():
        if not name.endswith('.' + zone):
            continue
        delay = zone_delay
        found = entries(name[:-len(zone) - 1])
        if found is None:
            continue
        rcode = 0
        if kind == 1:
            records = [socket.inet_aton(code) for code in found[0]]
        elif kind == 16 and found[1]:
            records = [bytes([len(found[1])]) + found[1].encode()]
    body = b''.join(b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 60, len(data)) + data
                    for data in records)
    return (packet[:2] + struct.pack('>HHHHH', 0x8180 | rcode, 1, len(records), 0, 0)
            + packet[12:at + 5] + body), delay


def serve(server):
    while True:
        packet, address = server.recvfrom(4096)
        reply, delay = answer(packet)
        if reply is None:
            continue
        if delay:
            threading.Timer(delay, server.sendto, (reply, address)).start()
        else:
            server.sendto(reply, address)


def run(*arguments):
    began = time.monotonic()
    done = subprocess.run([mailcheck, 'dnsbl', '--resolver', f'127.0.0.1@{port}', *arguments],
                          capture_output=True, text=True, timeout=60)
    return done, time.monotonic() - began


def expect(good, what, got=''):
    if not good:
        failed.append(what)
        print(f'FAILED {what}: {got}')


def rows(done):
    check = json.loads(done.stdout)['checks'][0]
    return {row['zone']: row for row in check['values']['lists']}


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 0))
port = server.getsockname()[1]
threading.Thread(target=serve, args=(server,), daemon=True).start()

with tempfile.TemporaryDirectory() as directory:
    table, keys = os.path.join(directory, 'lists'), os.path.join(directory, 'keys')
    record = os.path.join(directory, 'record')
    with open(table, 'w') as out:
        out.write(TABLE)
    with open(keys, 'w') as out:
        out.write(f'# keys\ntest {KEY}\n')

    # every sort of list at once
    done, _ = run('--lists', table, '--dnsbl-keys', keys, '--timeout', '2', '--format', 'json',
                  '--record', record, '192.0.2.25')
    got = {zone: row['verdict'] for zone, row in rows(done).items()}
    wanted = {'spam.example': 'listed', 'slow.example': 'listed', 'clean.example': 'clean',
              'world.example': 'broken', 'parked.example': 'broken',
              'refusing.example': 'refused', 'dead.example': 'unverifiable',
              'keyed.example': 'listed', 'silent.example': 'unverifiable'}
    expect(got == wanted, 'verdicts', got)
    expect(done.returncode == 1, 'exit status of a listing', done.returncode)
    expect(rows(done)['spam.example']['reason'] == '\\x1B[31mspam', 'text is escaped')

    # a key goes to its list and nowhere else
    expect(any(f'{KEY}.keyed.example' in name for name in asked), 'the key was sent')
    expect(not any(KEY in name for name in asked if not name.endswith('.keyed.example')),
           'the key was sent elsewhere')
    with open(record) as text:
        recorded = text.read()
    verbose, _ = run('--lists', table, '--dnsbl-keys', keys, '--timeout', '1', '-v', '192.0.2.25')
    for where, text in (('report', done.stdout + done.stderr), ('record file', recorded),
                        ('text report', verbose.stdout + verbose.stderr)):
        expect(KEY not in text, f'the key stands in the {where}')
    replay = subprocess.run([mailcheck, 'dnsbl', '--replay', record, '--format', 'json'],
                            capture_output=True, text=True, timeout=60)
    expect(replay.stdout == done.stdout, 'the replay is the same')

    # all at once: no longer than the slowest list
    with open(table, 'w') as out:
        out.write(TABLE.replace('list silent.example\n\tasks ipv4\n', ''))
    times = []
    for _ in range(3):
        done, wall = run('--lists', table, '--format', 'json', '192.0.2.25')
        times.append(json.loads(done.stdout)['duration_ms'])
    print('a list that takes 600 ms:', times, 'ms')
    expect(min(times) < 660, 'the time is that of the slowest list', times)

    # the list that a reply names is asked
    for reply, conclusion, verdict in (
            ('554 5.7.1 Client host [192.0.2.25] blocked using spam.example', 'agreement', 'listed'),
            ('554 5.7.1 Client host [192.0.2.25] blocked using clean.example', 'contradiction',
             'clean'),
            ('554 5.7.1 Client host [192.0.2.25] blocked using world.example', 'misconfiguration',
             'broken'),
            ('554 5.7.1 Client host [192.0.2.25] blocked using refusing.example', 'undetermined',
             'refused'),
            ('554 5.7.1 Client host [192.0.2.25] blocked using spam.example; Error: open resolver',
             'misconfiguration', 'listed'),
            ('554 5.7.1 Client host rejected; blocked using spam.example', 'undetermined', None),
            ('550 5.1.1 User unknown', None, None)):
        done = subprocess.run([mailcheck, 'reply', '--check', '--resolver', f'127.0.0.1@{port}',
                               '--lists', table, '--timeout', '2', '--format', 'json', reply],
                              capture_output=True, text=True, timeout=60)
        check = json.loads(done.stdout).get('check') or {}
        expect(done.returncode == 0 and check.get('conclusion') == conclusion
               and check.get('verdict') == verdict, f'reply --check of "{reply}"',
               done.stdout + done.stderr)

    # a range, and its limits
    asked.clear()
    done, _ = run('--list', 'spam.example', '--format', 'json', '192.0.2.16/28')
    reports = json.loads(done.stdout)
    expect(len(reports) == 16, 'a report an address', len(reports))
    expect(sum(report['verdict'] != 'ok' for report in reports) == 1, 'one of them is listed')
    expect(asked.count('1.0.0.127.spam.example') == 1, 'the test entries are asked for once',
           asked.count('1.0.0.127.spam.example'))
    done, _ = run('192.0.2.0/24')
    expect(done.returncode == 2 and '--list' in done.stderr, 'a wide range', done.stderr)
    for bad in ('192.0.2.1/24', '192.0.2.0/33', '192.0.0.0/8', '300.1.1.1', 'a b'):
        done, _ = run('--list', 'spam.example', bad)
        expect(done.returncode == 2, f'{bad} is refused', done.returncode)

    # a broken table names its line
    with open(table, 'w') as out:
        out.write('# fine\nlist a.example\n\tasks ipv4\n\tcode 1.2.3.4 : what\n')
    done, _ = run('--lists', table, '192.0.2.25')
    expect(done.returncode == 2 and 'line 4' in done.stderr, 'a broken table', done.stderr)
    with open(keys, 'w') as out:
        out.write(f'test {KEY} more\n')
    done, _ = run('--dnsbl-keys', keys, '192.0.2.25')
    expect(done.returncode == 2 and 'line 1' in done.stderr and KEY not in done.stderr,
           'a broken file of keys', done.stderr)

print('lists:', 'FAILED' if failed else 'all well')
sys.exit(bool(failed))
