"""bench.py BUILD PEERS WORK [--quick] [ROW...]: measures in interleaved pairs, prints one table.

A row is ours against a peer: as many pairs as asked for (at least 5; 3 with --quick), the ratio of
each pair, their median. Who of a pair is first changes from pair to pair. Memory is measured once.
A row passes when the median meets its bar in ROWS.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import resource
import socket
import statistics
import subprocess
import sys
import time

import lab

HERE = pathlib.Path(__file__).parent


class Missing(Exception):
    """What a row needs is not there."""


class Bench:
    """The programs, the peers, and the servers that run while a row is measured."""

    def __init__(self, arguments):
        self.build = pathlib.Path(arguments.build)
        self.peers = pathlib.Path(arguments.peers)
        self.work = pathlib.Path(arguments.work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.quick = arguments.quick
        self.peer_first = False
        self.pairs = 3 if arguments.quick else max(5, arguments.pairs)
        self.labs = {}
        self.processes = []
        libraries = [self.peers / 'usr/lib/postfix', *self.peers.glob('usr/lib/*-linux-gnu')]
        self.environment = dict(
            os.environ, LD_LIBRARY_PATH=':'.join(map(str, libraries)),
            PERL5LIB=':'.join(map(str, self.peers.glob('usr/lib/*/perl5/*'))),
            MAIL_CONFIG=str(self.postfix_configuration()))

    def scaled(self, count):
        return max(1, count // 5) if self.quick else count

    def program(self, name):
        return str(self.build / 'tests/bench' / f'bench_{name}')

    @property
    def mailcheck(self):
        return str(self.build / 'cli/mailcheck')

    def peer(self, path):
        if not (self.peers / path).exists():
            raise Missing(f'{path} was not unpacked')
        return str(self.peers / path)

    def postfix_configuration(self):
        directory = self.work / 'postfix'
        directory.mkdir(exist_ok=True)
        (directory / 'main.cf').write_text(
            'compatibility_level = 3.6\nmail_owner = daemon\nsetgid_group = nogroup\n'
            'default_privs = bin\ninet_protocols = ipv4\nsmtp_host_lookup = native\n')
        return directory

    def run(self, *command, stdin=None):
        """The words a program of ours prints, as numbers."""
        done = subprocess.run(list(map(str, command)), stdin=stdin, capture_output=True, text=True,
                              env=self.environment, timeout=900)
        words = dict(word.split('=', 1) for word in done.stdout.split() if '=' in word)
        if done.returncode != 0 or 'failed' in words and float(words['failed']) > 0:
            raise Missing(f'{pathlib.Path(command[0]).name} failed ({done.returncode}): '
                          f'{done.stdout[-200:]}{done.stderr[-200:]}')
        return {key: float(value) for key, value in words.items()}

    def pair(self, ours, peer):
        """What both give, in the order of this pair."""
        if not self.peer_first:
            return ours(), peer()
        given = peer()
        return ours(), given

    def spawn(self, count, *command, at_once=1):
        """Whole processes, one after the other: seconds each."""
        more = ['-p', at_once] if at_once > 1 else []
        return self.run(self.program('spawn'), count, *more, *command)

    def lab(self, name):
        """The name server ("dns"), or labd with that scenario; started once."""
        if name not in self.labs:
            self.labs[name] = (
                lab.Nsd(self.peers, self.work, self.environment) if name == 'dns' else
                lab.Lab(self.build / 'tests/labd/labd', self.work, name))
            self.processes.append(self.labs[name].process)
        return self.labs[name]

    def sink(self):
        if 'sink' not in self.labs:
            port = lab.free_port()
            process = subprocess.Popen(
                [self.peer('usr/sbin/smtp-sink'), *(['-u', 'root'] if os.getuid() == 0 else []),
                 f'0.0.0.0:{port}', '1000'],
                env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.processes.append(process)
            lab.await_port(port, process)
            self.labs['sink'] = port
        return self.labs['sink']

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)


# Each row: its function gives (ours, peer) of one pair, the ratio is ours / peer; where both are
# one busy process, also how the CPU time of each compares: what the ratio were on an idle machine.

def rates(ours, peer):
    return ours['rate'], peer['rate'], peer['cpu'] / ours['cpu']


def dns(bench, program, *more):
    place = bench.lab('dns')
    return bench.run(bench.program(program), 'rate', place.port, bench.scaled(30000), 100,
                     place.anchor, *more)


def dns_rate(bench, *more):
    return rates(*bench.pair(lambda: dns(bench, 'dns_facts'),
                             lambda: dns(bench, 'dns_bare', *more)))


def dns_shared(bench):
    return dns_rate(bench, 'shared')


def dns_memory(bench):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(('127.0.0.1', 0))
        arguments = ('memory', silent.getsockname()[1], 250, 250)
        ours = bench.run(bench.program('dns_facts'), *arguments)['memory']
        return ours, bench.run(bench.program('dns_bare'), *arguments)['memory']


def smtp_rate(bench, peer='smtp_bare'):
    port, count = bench.sink(), bench.scaled(15000)
    return rates(*bench.pair(
        lambda: bench.run(bench.program('smtp_facts'), 'rate', port, count, 100, 64000, 'none'),
        lambda: bench.run(bench.program(peer), port, count, 100)))


def smtp_raw(bench):
    return smtp_rate(bench, 'smtp_raw')


def smtp_swaks(bench):
    port = bench.sink()
    return bench.pair(
        lambda: bench.run(bench.program('smtp_facts'), 'rate', port, bench.scaled(15000), 100,
                          64000, 'none')['rate'],
        lambda: bench.spawn(bench.scaled(50), bench.peer('usr/bin/swaks'), '--server',
                            '127.0.0.1', '--port', port, '--ehlo', 'client.bench.example',
                            '--quit-after', 'EHLO')['rate'])


def starttls_rate(bench):
    place = bench.lab('smtp')
    return bench.pair(
        lambda: bench.run(bench.program('smtp_facts'), 'rate', place.port, bench.scaled(2000), 100,
                          lab.ADDRESSES, 'starttls', place.ca)['rate'],
        lambda: bench.spawn(bench.scaled(100), bench.peer('usr/sbin/posttls-finger'), '-c', '-l',
                            'may', f'[127.0.0.1]:{place.port}', at_once=2)['rate'])


def session_memory(bench, tls='starttls'):
    place = bench.lab('smtp')
    port = place.held_port if tls == 'starttls' else place.plain_port
    ours = bench.run(bench.program('smtp_facts'), 'memory', port, 400, 400, lab.ADDRESSES, tls,
                     place.ca)['memory']
    return ours, None


def plain_memory(bench):
    return session_memory(bench, 'none')


def names(bench, count):
    path = bench.work / f'names.{count}'
    path.write_text(''.join(f'd{i}.many.example\n' for i in range(count)))
    return path


def domain_options(bench):
    hosts, server = bench.lab('hosts'), bench.lab('dns')
    return ['--resolver', f'127.0.0.1@{server.port}', '--trust-anchor', server.anchor,
            '--allow-private', '--ca-file', hosts.ca, '--connect-to', f':25::{hosts.port}',
            '--connect-to', f':53::{server.port}']


def bulk(bench, count):
    """Seconds, peak of resident memory in KiB and CPU seconds of one mailcheck over many names."""
    bench.lab('hosts'), bench.lab('dns')
    with open(names(bench, count)) as stdin, open(bench.work / 'reports', 'w') as stdout:
        began = time.monotonic()
        process = subprocess.Popen([bench.mailcheck, 'domain', '-', *domain_options(bench)],
                                   stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
    good = sum(json.loads(line)['verdict'] in ('ok', 'notice')
               for line in open(bench.work / 'reports'))
    if process.returncode != 0 or good != count:
        raise Missing(f'{good} of {count} domains were found well, status {process.returncode}')
    return seconds, usage.ru_maxrss, usage.ru_utime + usage.ru_stime


def lookups(bench, count):
    """What each of so many domains asks of DNS; what they share is asked once."""
    record = bench.work / 'record'
    with open(names(bench, lab.HOSTS)) as stdin:
        subprocess.run([bench.mailcheck, 'domain', '-', *domain_options(bench), '--record', record],
                       check=True, stdin=stdin, stdout=subprocess.DEVNULL)
    facts = (json.loads(line).get('fact', {}) for line in record.read_text().splitlines())
    keys = {fact['key'] for fact in facts if fact.get('kind') == 'dns'}
    own = sum(re.search(r'\bd\d+\.many', key) is not None for key in keys)
    return own / lab.HOSTS + (len(keys) - own) / count


def domain_rate(bench, program='dns_bare'):
    count = bench.scaled(5000)
    each = lookups(bench, count)
    (seconds, _, cpu), peer = bench.pair(lambda: bulk(bench, count), lambda: dns(bench, program))
    return count / seconds, peer['rate'] / each, peer['cpu'] * each / (cpu * 1e6 / count)


def domain_facts(bench):
    return domain_rate(bench, 'dns_facts')


def domain_memory(bench):
    many = 10000 if bench.quick else 50000
    small, large = bulk(bench, 1000)[1], bulk(bench, many)[1]
    return large / 1024, small / 1024


def start_up(bench):
    count = bench.scaled(500)
    return bench.pair(
        lambda: bench.spawn(count, bench.mailcheck, '--version')['seconds'] / count * 1e3,
        lambda: bench.spawn(count, bench.program('nothing'))['seconds'] / count * 1e3)


def whole_smtp(bench, count, *peer):
    place = bench.lab('smtp')
    return bench.pair(
        lambda: bench.spawn(count, bench.mailcheck, 'smtp', f'127.0.0.1:{place.port}', '--ca-file',
                            place.ca, '--helo', 'client.bench.example')['seconds'] / count * 1e3,
        lambda: bench.spawn(count, *peer)['seconds'] / count * 1e3)


def whole_check_smtp(bench):
    return whole_smtp(bench, bench.scaled(100), bench.peer('usr/lib/nagios/plugins/check_smtp'),
                      '-H', '127.0.0.1', '-p', bench.lab('smtp').port, '-S')


def whole_swaks(bench):
    return whole_smtp(bench, bench.scaled(25), bench.peer('usr/bin/swaks'), '--server',
                      '127.0.0.1', '--port', bench.lab('smtp').port, '-tls', '--quit-after',
                      'EHLO', '--ehlo', 'client.bench.example')


# key, what, unit, function, bar on the ratio, bar on our own figure (None: no bar), pairs
AT_LEAST, AT_MOST = '>=', '<='
ROWS = [
    ('dns', 'DNS facts, 100 at once : bare ub_resolve_event loop', '/s', dns_rate,
     (AT_LEAST, 0.9), None),
    ('dns-shared', '  the same : bare loop whose questions share ports', '/s', dns_shared, None, None),
    ('dns-memory', 'memory of a DNS fact in flight : bare loop', 'B', dns_memory,
     None, (AT_MOST, 16384)),
    ('smtp', 'SMTP dialogues, 100 at once : bare libevent client', '/s', smtp_rate,
     (AT_LEAST, 0.9), None),
    ('smtp-raw', '  the same : sockets and events without buffers', '/s', smtp_raw, None, None),
    ('smtp-swaks', '  the same : swaks in a loop', '/s', smtp_swaks, (AT_LEAST, 20), None),
    ('starttls', 'with STARTTLS, 100 at once : 2 posttls-finger', '/s', starttls_rate,
     (AT_LEAST, 3), None),
    ('session-memory', 'memory of a session inside TLS', 'B', session_memory,
     None, (AT_MOST, 32768)),
    ('plain-memory', 'memory of a session in clear', 'B', plain_memory, None, (AT_MOST, 32768)),
    ('domain', '5,000 domains, 300 MX hosts : bare DNS rate / lookups', '/s', domain_rate,
     (AT_LEAST, 0.7), None),
    ('domain-facts', '  the same : our rate of DNS facts / lookups', '/s', domain_facts, None, None),
    ('start', 'mailcheck --version : empty C program', 'ms', start_up, (AT_MOST, 5), None),
    ('check-smtp', 'mailcheck smtp : check_smtp -S', 'ms', whole_check_smtp,
     (AT_MOST, 1.2), None),
    ('swaks', 'mailcheck smtp : swaks -tls', 'ms', whole_swaks, (AT_MOST, 0.2), None),
    ('domain-memory', 'peak memory of 50,000 names : of 1,000', 'MiB', domain_memory,
     (AT_MOST, 1.5), None),
]
ONCE = {'dns-memory', 'session-memory', 'plain-memory', 'domain-memory'}


def holds(value, bar):
    return value >= bar[1] if bar[0] == AT_LEAST else value <= bar[1]


def number(value):
    if value is None:
        return '-'
    return f'{value:,.0f}' if value >= 100 else f'{value:.3g}'


def measure(bench, row):
    key, what, unit, function, ratio_bar, own_bar = row
    pairs = []
    try:
        for i in range(1 if key in ONCE else bench.pairs):
            bench.peer_first = i % 2 == 1
            pairs.append(function(bench))
    except (Missing, lab.Failed) as error:
        return [what, 'not measured', '', '', '', '', str(error)[-60:]], False
    ours = statistics.median(pair[0] for pair in pairs)
    peer = None if pairs[0][1] is None else statistics.median(pair[1] for pair in pairs)
    ratio = None if peer is None else statistics.median(pair[0] / pair[1] for pair in pairs)
    bar = ratio_bar or own_bar
    good = bar is None or holds(ratio if ratio_bar else ours, bar)
    shown = '-' if bar is None else f'{bar[0]} {bar[1]:,}' + ('' if ratio_bar else f' {unit}')
    spread = ''
    if len(pairs) > 1 and ratio is not None:
        ratios = [pair[0] / pair[1] for pair in pairs]
        spread = f' ({min(ratios):.2f}-{max(ratios):.2f})'
    cpu = statistics.median(pair[2] for pair in pairs) if len(pairs[0]) > 2 else None
    return [what, f'{number(ours)} {unit}', number(peer),
            '-' if ratio is None else f'{ratio:.2f}{spread}', '' if cpu is None else f'{cpu:.2f}',
            shown, '-' if bar is None else 'pass' if good else 'MISS'], good


def version_of(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout or done.stderr).splitlines()[0].strip()
    except (OSError, IndexError):
        return 'not there'


def conditions(bench):
    cpu = next((line.split(':', 1)[1].strip() for line in open('/proc/cpuinfo')
                if line.startswith('model name')), platform.machine())
    print(f'{os.cpu_count()} x {cpu}, Linux {platform.release()}')
    print(f'load {os.getloadavg()[0]:.2f} at the start; {bench.pairs} pairs a row; loopback')
    print(version_of(bench.mailcheck, '--version') + ', ' + ', '.join(
        f'{name} {version_of("pkg-config", "--modversion", name)}'
        for name in ('libunbound', 'libevent', 'gnutls', 'jansson')))
    packages = (bench.peers.parent / 'deb').glob('*.deb')
    print('peers: ' + ', '.join(sorted('_'.join(p.name.split('_')[:2]) for p in packages)))


def table(rows):
    head = ['', 'ours', 'peer', 'median ratio (range)', 'by CPU', 'bar', '']
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(6)]
    for row in [head, *rows]:
        print(row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in range(1, 6)), row[6],
              sep='  ')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('peers')
    parser.add_argument('work')
    parser.add_argument('rows', nargs='*')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--pairs', type=int, default=5)
    arguments = parser.parse_intermixed_args()
    unknown = set(arguments.rows) - {row[0] for row in ROWS}
    if unknown:
        parser.error(f'no row {", ".join(sorted(unknown))}; there are: '
                     f'{" ".join(row[0] for row in ROWS)}')
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    bench = Bench(arguments)
    lines, good = [], True
    try:
        conditions(bench)
        for row in ROWS:
            if arguments.rows and row[0] not in arguments.rows:
                continue
            print(f'{row[0]} ...', file=sys.stderr, flush=True)
            line, passed = measure(bench, row)
            lines.append(line)
            good = good and passed
    finally:
        bench.stop()
    print()
    table(lines)
    print(f'\nload {os.getloadavg()[0]:.2f} at the end')
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
