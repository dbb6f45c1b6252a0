"""The dynamic symbols of the shared library are those of the version map, no more and no less."""
import re
import subprocess
import sys

library, version_map = sys.argv[1:3]
listing = subprocess.run(['nm', '-D', '--defined-only', library], check=True,
                         capture_output=True, text=True).stdout
exported = {line.split()[2].split('@')[0] for line in listing.splitlines()
            if line.split()[1] in 'TDBRVW'}
wanted = set(re.findall(r'^\s+(mailcheck_\w+);', open(version_map).read(), re.M))
for name in sorted(exported - wanted):
    print(f'exported, but not in the map: {name}')
for name in sorted(wanted - exported):
    print(f'in the map, but not exported: {name}')
sys.exit(exported != wanted)
