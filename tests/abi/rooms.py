"""Who may include whom: the walls of the house, and the command sees public headers only."""
import pathlib
import re
import sys

ALLOWED = {
    'base': set(),
    'record': set(),
    'reply': set(),
    'dialogue': {'reply'},
    'tls': {'record'},
    'maillog': {'reply'},
    'report': set(),
    'dnsbl': {'record'},
    'fact': {'record', 'dialogue', 'tls', 'report'},
    'check': {'dnsbl', 'fact', 'record', 'reply', 'dialogue', 'tls', 'report'},
    'net': {'fact', 'dialogue', 'tls', 'record'},
    'context': {'check', 'dnsbl', 'net', 'report', 'reply', 'fact', 'record', 'dialogue', 'tls'},
}
PUBLIC = {'report', 'context'}  # rooms that define public functions

root = pathlib.Path(sys.argv[1])
bad = []
for path in sorted((root / 'lib').glob('*/*.[ch]')):
    room = path.parent.name
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'#include ["<](\w+)/', line)
        if not match:
            continue
        other = match[1]
        where = f'{path.relative_to(root)}:{number}'
        if other == 'mailcheck' and room not in PUBLIC:
            bad.append(f'{where}: a public header in room {room}')
        elif other in ALLOWED and other not in ALLOWED[room] | {room, 'base'}:
            bad.append(f'{where}: room {room} may not use room {other}')
for path in sorted((root / 'cli').glob('*.[ch]')):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'#include "(\w+)/', line)
        if match:
            bad.append(f'{path.relative_to(root)}:{number}: not a public header')
print('\n'.join(bad))
sys.exit(bool(bad))
