"""The command against labd: real sockets, real TLS, well-behaved and hostile servers.

lab.py MAILCHECK LABD SOURCE_ROOT [EXAMPLES...]: prints one line for each case that fails.
"""
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

mailcheck, labd, root = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
examples = {pathlib.Path(path).name: path for path in sys.argv[4:]}
slow_build = 3 if os.environ.get('ASAN_OPTIONS') or os.environ.get('MESON_TEST_ITERATION') else 1
failures = []
count = 0


def expect(good, what, got=''):
    global count
    count += 1
    if not good:
        failures.append(f'{what}: {got}' if got != '' else what)


class Lab:
    """One labd with its scenario file."""

    def __init__(self, directory, scenario):
        self.ca = f'{directory}/{scenario.stem}.pem'
        self.ports = f'{directory}/{scenario.stem}.ports'
        self.process = subprocess.Popen(
            [labd, '--with-parent', '--ca-out', self.ca, '--port-file', self.ports,
             str(scenario)], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if line.strip() != 'ready':
            raise SystemExit(f'labd did not start with {scenario}: {line!r}')
        self.at = {}
        for entry in pathlib.Path(self.ports).read_text().splitlines():
            name, place = entry.split('=', 1)
            self.at[name] = place.replace('@', ':')

    def stop(self):
        self.process.terminate()
        expect(self.process.wait(10) == 0, 'labd ends with 0 on SIGTERM')


def run(*arguments, stdin=None, timeout=90):
    """Status, parsed JSON (None when there is none), text, messages, seconds."""
    began = time.monotonic()
    done = subprocess.run([mailcheck, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=timeout)
    try:
        parsed = json.loads(done.stdout)
    except ValueError:
        parsed = None
    return done.returncode, parsed, done.stdout, done.stderr, time.monotonic() - began


def findings(report):
    return {(f['id'], f['severity']) for check in report['checks'] for f in check['findings']}


def check_of(report, name):
    return next(check for check in report['checks'] if check['name'] == name)


def finish():
    for failure in failures:
        print('FAILED', failure)
    print(f'{count - len(failures)} passed, {len(failures)} failed')
    sys.exit(bool(failures) or count == 0)
