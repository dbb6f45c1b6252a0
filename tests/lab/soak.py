"""Many targets, a third of them dead, slow or hostile, through `mailcheck domain -`: interrupted,
then killed, each time resumed as the README says; in the end every target has its line, once, and
what the line says fits what the target is.

soak.py MAILCHECK LABD SOURCE_ROOT [COUNT]        COUNT: targets (10,000)
"""
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

mailcheck, labd, root = sys.argv[1:4]
sys.path.insert(0, f'{root}/tests/labd')
import labstart  # noqa: E402

COUNT = int(sys.argv[4]) if len(sys.argv) > 4 else 10000
HOSTS = 300             # of the good domains
PLACES = 8              # addresses of each bad host
TIMEOUT, DEADLINE = 3, 12  # s; a datagram that is lost is sent again after 2 s
LATE = 1.5              # s past the deadline that a busy machine may take to say so
DESCRIPTORS = 700       # 200 sessions, 256 questions, and what the process itself has
GROWTH = 1.25           # of memory between the two halves of the last part
SAMPLES = 10            # of memory in each half, at least

GOOD = {'ok', 'notice', 'warning'}
FAULT = {'error'}
UNKNOWN = {'inconclusive'}

# What a bad mail host does (labd's words; None: nothing listens), and what may be said of it.
BAD_HOSTS = {
    'refused': (None, FAULT),
    'silent': ('behave banner hang', UNKNOWN),
    'tarpit': ('behave banner reply "220 tarpit" bytes 1 per 1s', UNKNOWN),
    'reset': ('behave banner reset', FAULT),
    'busy': ('behave banner reply "421 4.3.2 too busy" then close', UNKNOWN),
    'unwilling': ('behave banner reply "554 5.3.2 no SMTP service here"', FAULT),
    'late': ('behave banner delay 500ms', GOOD),
    'dripping': ('behave ehlo bytes 1 per 50ms', UNKNOWN),
    'deaf': ('behave ehlo hang', UNKNOWN),
    'endless': ('behave ehlo raw "250-on and on and on and on it goes\\r\\n" endless', FAULT),
    'garbage': ('behave ehlo in-clear reply "250-x" "what is this" "250 STARTTLS"', FAULT),
    'mixed': ('behave ehlo replace "250 STARTTLS" "550 STARTTLS"', FAULT),
    'long': ('behave ehlo pad 100000', GOOD),
    'injected': ('behave starttls inject "250-x\\r\\n250 AUTH PLAIN\\r\\n"', FAULT),
    'no-handshake': ('behave tls hang', FAULT),
    'alert': ('behave tls alert handshake_failure', FAULT),
}
# What the name server does when a bad domain's MX records are asked for (None: no such name).
BAD_NAMES = {
    'absent': (None, FAULT),
    'dropped': ('drop', UNKNOWN),
    'servfail': ('rcode servfail', UNKNOWN),
    'other': ('wrong-question', UNKNOWN),
    'noise': ('garbage', UNKNOWN),
    'cut': ('truncated', UNKNOWN),
}
BAD_INPUTS = {'no domain': UNKNOWN, 'x..y': UNKNOWN, 'a' * 300: UNKNOWN}
BAD = [*BAD_HOSTS, *BAD_NAMES, *BAD_INPUTS]

failures = []


def expect(good, what):
    if not good:
        failures.append(what)


def kind_of(i):
    return 'good' if i % 3 else BAD[i // 3 % len(BAD)]


def input_of(i):
    kind = kind_of(i)
    return f'{i} {kind}' if kind in BAD_INPUTS else f't{i}.soak.example'


def allowed(i):
    kind = kind_of(i)
    if kind == 'good':
        return GOOD
    return BAD_INPUTS[kind] if kind in BAD_INPUTS else {**BAD_HOSTS, **BAD_NAMES}[kind][1]


def good_address(i):
    return f'127.4.{i % 150}.{1 + i // 150}'


def bad_address(kind, i):
    return f'127.5.{BAD.index(kind) * PLACES + i}.1'


def zone():
    for i in range(HOSTS):
        yield f'mx{i} A {good_address(i)}'
    for kind in BAD_HOSTS:
        for i in range(PLACES):
            yield f'{kind}{i} A {bad_address(kind, i)}'
    for i in range(COUNT):
        kind = kind_of(i)
        if kind == 'good':
            yield f't{i} MX 10 mx{i % HOSTS}'
            yield f't{i} MX 20 mx{(i * 7 + 1) % HOSTS}'
        elif kind in BAD_HOSTS:
            yield f't{i} MX 10 {kind}{i // len(BAD) % PLACES}'


def scenario():
    yield 'ca lab'
    yield 'dns 127.0.0.1@${dns-port}'
    for i in range(COUNT):
        if BAD_NAMES.get(kind_of(i), (None,))[0]:
            yield f'\tanswer {input_of(i)} {BAD_NAMES[kind_of(i)][0]}'
    yield 'zone example'
    yield '\t@ NS ns.soak'
    yield 'zone soak.example'
    yield '\t@ NS ns'
    yield '\tns A 127.0.0.1'
    yield from ('\t' + line for line in zone())
    yield 'reverse'
    yield from (f'\t{good_address(i)} mx{i}.soak.example' for i in range(HOSTS))
    hosts = [(f'mx{i}', good_address(i), '') for i in range(HOSTS)]
    hosts += [(f'{kind}{i}', bad_address(kind, i), '\t' + does) for kind, (does, _) in
              BAD_HOSTS.items() if does for i in range(PLACES)]
    for name, address, does in hosts:
        yield f'smtp {name} {address}@${{smtp-port}}'
        yield f'\thostname {name}.soak.example'
        yield f'\tcertificate names {name}.soak.example issuer lab'
        yield does


class Lab:
    def __init__(self, directory):
        (directory / 'soak.lab').write_text('\n'.join(scenario()) + '\n')
        self.process, self.ports = labstart.start(lambda ports: [
            labd, '--with-parent', '--ca-out', directory / 'ca.pem', *labstart.settings(ports),
            directory / 'soak.lab'])

    def stop(self):
        self.process.terminate()
        expect(self.process.wait(20) == 0, 'labd ended badly')


class Watch(threading.Thread):
    """Memory (KiB) and descriptors of a process, while it lives."""

    def __init__(self, process):
        super().__init__()
        self.process, self.memory, self.descriptors = process, [], 0
        self.start()

    def run(self):
        while self.process.poll() is None:
            try:
                pages = int(pathlib.Path(f'/proc/{self.process.pid}/statm').read_text().split()[1])
                self.memory.append(pages * os.sysconf('SC_PAGESIZE') // 1024)
                self.descriptors = max(self.descriptors,
                                       len(os.listdir(f'/proc/{self.process.pid}/fd')))
            except (OSError, IndexError):
                return
            time.sleep(0.1)


# As in the README: the line that was cut is taken away, what has a line is not asked again.
RESUME = r'''
[ -z "$(tail -c 1 done.ndjson)" ] || sed -i '$d' done.ndjson
sed 's/.*"input":"\([^"]*\)".*/\1/' done.ndjson >told.txt
tr -d '\r' <names.txt | grep -vxFf told.txt >left.txt
'''


def lines_in(path):
    return sum(block.count(b'\n') for block in iter(lambda f=open(path, 'rb'): f.read(1 << 20), b''))


def causes(report):
    return {check['name']: [(finding['id'], finding['evidence'][:1]) for finding in check['findings']]
            for check in report['checks'] if check['verdict'] == report['verdict']}


class Soak:
    def __init__(self, directory, ports):
        self.directory, self.done = directory, directory / 'done.ndjson'
        self.dns, self.smtp = ports['dns-port'], ports['smtp-port']
        self.seconds, self.descriptors, self.memory = 0, 0, []
        names = '\n'.join(map(input_of, range(COUNT))) + '\n'
        (directory / 'names.txt').write_text(names)
        self.done.touch()

    def part(self, share, ends_with):
        """Until so many of all lines are there; then the signal, or the end. Returns the status."""
        began = time.monotonic()
        subprocess.run(['sh', '-c', RESUME], cwd=self.directory, check=False)
        with open(self.directory / 'left.txt') as left, open(self.done, 'a') as done:
            process = subprocess.Popen(
                [mailcheck, 'domain', '-', '--resolver', f'127.0.0.1@{self.dns}',
                 '--allow-private',
                 '--ca-file', self.directory / 'ca.pem', '--connect-to', f':25::{self.smtp}',
                 '--connect-to', f':53::{self.dns}',
                 '--timeout', str(TIMEOUT), '--deadline', str(DEADLINE)], stdin=left, stdout=done)
            watch = Watch(process)
            while ends_with and process.poll() is None and lines_in(self.done) < share * COUNT:
                time.sleep(0.02)
            if ends_with:
                process.send_signal(ends_with)
                told = time.monotonic()
            status = process.wait()
        if ends_with:
            expect(time.monotonic() - told < 5, f'it ended {time.monotonic() - told:.1f} s after '
                   f'{ends_with.name}')
        watch.join()
        self.memory = watch.memory
        self.descriptors = max(self.descriptors, watch.descriptors)
        self.seconds += time.monotonic() - began
        print(f'{lines_in(self.done)} lines after {self.seconds:.1f} s, status {status}', flush=True)
        return status

    def judge_memory(self):
        expect(self.descriptors <= DESCRIPTORS, f'{self.descriptors} descriptors at once')
        half = len(self.memory) // 2
        if half < SAMPLES:
            expect(False, f'memory was looked at {len(self.memory)} times only')
            return
        first, second = max(self.memory[:half]), max(self.memory[half:])
        print(f'memory: {first / 1024:.1f} MiB at most in the first half of the last part, '
              f'{second / 1024:.1f} MiB in the second; {self.descriptors} descriptors at most')
        expect(second <= first * GROWTH, f'memory grew from {first} to {second} KiB')

    def judge_lines(self):
        wanted = {input_of(i): i for i in range(COUNT)}
        seen, verdicts, longest = collections.Counter(), {}, 0
        for line in open(self.done):
            report = json.loads(line)
            seen[report['input']] += 1
            i = wanted.get(report['input'])
            if i is None:
                expect(False, f'a line for {report["input"]}, which was not asked')
                continue
            verdicts.setdefault(kind_of(i), collections.Counter())[report['verdict']] += 1
            longest = max(longest, report.get('duration_ms', 0))
            expect(report['verdict'] in allowed(i), f'{report["input"]} ({kind_of(i)}): '
                   f'{report["verdict"]}, {causes(report)}')
            expect(report.get('duration_ms', 0) <= (DEADLINE + LATE) * 1000,
                   f'{report["input"]} ({kind_of(i)}) took {report.get("duration_ms")} ms')
        missing = [name for name in wanted if name not in seen]
        again = [name for name, times in seen.items() if times > 1]
        expect(not missing, f'{len(missing)} have no line: {missing[:5]}')
        expect(not again, f'{len(again)} have two: {again[:5]}')
        print(f'the longest took {longest} ms; deadline {DEADLINE} s')
        for kind, counter in verdicts.items():
            print(f'  {kind[:20]:20}', *(f'{n} {verdict}' for verdict, n in counter.items()))


with tempfile.TemporaryDirectory() as directory:
    directory = pathlib.Path(directory)
    lab = Lab(directory)
    try:
        soak = Soak(directory, lab.ports)
        expect(soak.part(0.2, signal.SIGINT) == 130, 'SIGINT: not 130')
        expect(soak.done.read_bytes().endswith(b'\n'), 'SIGINT left a cut line')
        expect(soak.part(0.4, signal.SIGKILL) == -signal.SIGKILL, 'SIGKILL: ended before')
        expect(soak.part(1, None) == 0, 'a status other than 0 though every target has its line')
        soak.judge_memory()
        soak.judge_lines()
    finally:
        lab.stop()
for failure in failures[:20]:
    print('FAILED', failure)
print(f'{COUNT} targets: {len(failures)} failures')
sys.exit(1 if failures else 0)
