"""Every id that code names is registered, every registered one is named, and each has a scenario
(or a record of tests/record/cases.txt, a reply of tests/reply/replies.tsv) that raises it and one
that does not."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
ID = r'"((?:ns|compare|dnssec|mx|dkim|dmarc|mta-sts|tls-rpt|dane|bimi|ptr|smtp|tls|spf|dnsbl|srv|autoconfig|caa|reply)\.[a-z0-9.-]+)"'
registered = set(re.findall(r'MC_FINDING\(\s*' + ID,
                            (root / 'lib/report/findings.def').read_text()))
named = set()
for room in 'check', 'record':
    for path in (root / 'lib' / room).glob('*.c'):
        named |= set(re.findall(ID, path.read_text()))
classes = re.findall(r'X\(\w+, "([a-z-]+)", \w+, \w+, \w+, \d+\)',
                     (root / 'lib/reply/verdict.h').read_text())
named |= {f'reply.{name}' for name in classes}
raised = {}
cases = sorted((root / 'tests/scenario/cases').glob('*.scn'))
for path in cases:
    for found in re.findall(r'^\s+finding (\S+)', path.read_text(), re.M):
        raised.setdefault(found, set()).add(path.name)

for line in (root / 'tests/record/cases.txt').read_text().splitlines():
    if line[:1] not in ('', '\t', '#'):
        for found in line.split()[2:]:
            raised.setdefault(found, set()).add('record')

for line in (root / 'tests/reply/replies.tsv').read_text().splitlines():
    if '\t' in line:
        raised.setdefault('reply.' + line.split('\t')[1], set()).add('reply')

bad = [f'not registered: {name}' for name in sorted(named - registered)]
bad += [f'never said by a check: {name}' for name in sorted(registered - named)]
bad += [f'no scenario raises: {name}' for name in sorted(registered - set(raised))]
bad += [f'no scenario without: {name}' for name, where in sorted(raised.items())
        if len(where) == len(cases)]
print('\n'.join(bad) if bad else f'{len(registered)} findings, {len(cases)} scenarios')
sys.exit(bool(bad))
