"""Every case of cases.txt through `mailcheck record`: valid or not, and the findings; and any
corrected record that is offered, which must be valid itself, once more.

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
    elif line.startswith('>'):
        cases[-1][5].append(line[1:].strip())
    elif line.strip() and not line.startswith('#'):
        kind, verdict, *found = line.split()
        cases.append((number, kind, verdict, found, [], []))


def octets(lines):
    text = '\n'.join(lines) + '\n'
    if text.endswith('^\n'):
        text = text[:-2]
    named = {'t': '\t', 'r': '\r', 'n': '\n', '\\': '\\'}
    return re.sub(r'\\(x[0-9a-f]{2}|[trn\\])',
                  lambda m: chr(int(m[1][1:], 16)) if m[1][0] == 'x' else named[m[1]],
                  text).encode('latin-1')


def judge(kind, text):
    return subprocess.run([mailcheck, 'record', kind, '--format', 'json'], input=text,
                          capture_output=True, timeout=60)


def complain(number, text):
    global failures
    print(f'{path.name}:{number}: {text}')
    failures += 1


offered = 0
for number, kind, verdict, found, lines, corrected in cases:
    done = judge(kind, octets(lines))
    try:
        report = json.loads(done.stdout)
    except ValueError:
        complain(number, f'no JSON, status {done.returncode}: {done.stderr[-500:]!r}')
        continue
    got = ('valid' if report['valid'] else 'invalid',
           sorted(finding['id'] for finding in report['findings']))
    wanted = (verdict, sorted(found))
    if got != wanted or report['type'] != kind or report['schema'] != 'mailcheck-record/1' or \
            done.returncode != (0 if verdict == 'valid' else 1):
        complain(number, f'{kind} {lines[:1]}: wanted {wanted}, got {got}, '
                         f'status {done.returncode}')
    instead = report['corrected']
    if corrected and (instead or 'none').splitlines() != corrected:
        complain(number, f'{kind} {lines[:1]}: offered {instead!r}, not {corrected}')
    if instead is None:
        continue
    offered += 1
    again = json.loads(judge(kind, instead.encode()).stdout)
    if report['valid'] or not again['valid'] or again['corrected'] is not None or \
            not instead.isprintable() and kind != 'mta-sts-policy':
        complain(number, f'{kind} {lines[:1]}: the record offered is no better: {instead!r}')
print(f'{len(cases)} records, {offered} corrected, {failures} judged otherwise')
sys.exit(failures > 0 or len(cases) < 100 or offered < 50)
