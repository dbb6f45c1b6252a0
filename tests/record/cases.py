"""Every case of cases.txt through `mailcheck record`: valid or not, and the findings.

    cases.py MAILCHECK CASES
"""
import json
import pathlib
import re
import subprocess
import sys

mailcheck, path = sys.argv[1], pathlib.Path(sys.argv[2])
failures = 0
cases = []
for number, line in enumerate(path.read_text().splitlines(), 1):
    if line.startswith('\t'):
        cases[-1][4].append(line[1:])
    elif line.strip() and not line.startswith('#'):
        kind, verdict, *found = line.split()
        cases.append((number, kind, verdict, found, []))


def octets(lines):
    text = '\n'.join(lines) + '\n'
    if text.endswith('^\n'):
        text = text[:-2]
    named = {'t': '\t', 'r': '\r', 'n': '\n', '\\': '\\'}
    return re.sub(r'\\(x[0-9a-f]{2}|[trn\\])',
                  lambda m: chr(int(m[1][1:], 16)) if m[1][0] == 'x' else named[m[1]],
                  text).encode('latin-1')


for number, kind, verdict, found, lines in cases:
    done = subprocess.run([mailcheck, 'record', kind, '--format', 'json'], input=octets(lines),
                          capture_output=True, timeout=60)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        print(f'{path.name}:{number}: no JSON, status {done.returncode}: {done.stderr[-500:]!r}')
        failures += 1
        continue
    got = ('valid' if report['valid'] else 'invalid',
           sorted(finding['id'] for finding in report['findings']))
    wanted = (verdict, sorted(found))
    if got != wanted or report['type'] != kind or report['schema'] != 'mailcheck-record/1' or \
            done.returncode != (0 if verdict == 'valid' else 1):
        print(f'{path.name}:{number}: {kind} {lines[:1]}: wanted {wanted}, got {got}, '
              f'status {done.returncode}')
        failures += 1
print(f'{len(cases)} records, {failures} judged otherwise')
sys.exit(failures > 0 or len(cases) < 100)
