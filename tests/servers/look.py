"""look.py PACKAGES [COMMAND]: a shell, or one command, at mailcheck's end of the cable.

$OPTIONS holds the options that make mailcheck ask the tree's own root. The logs: /mnt/mail.
"""
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True  # the source directory stays as it is
import internet
import world

HERE = pathlib.Path(__file__).parent


def main():
    packages, *command = sys.argv[1:]
    if not os.environ.get('INTERNET_INSIDE'):
        subprocess.run(['sh', str(HERE / 'fetch.sh'), packages, 'servers'], check=True)
    internet.enter()
    net = internet.Internet(packages, world.read(HERE / 'domains.expect', HERE / 'records.expect'))
    net.start()
    options = (f'--resolver recursive --root-hints {net.tree.hints} '
               f'--trust-anchor {net.tree.anchor} --ca-file {net.ca}')
    shell = ['sh', '-c', ' '.join(command)] if command else ['bash', '--norc']
    return subprocess.run([*net.outside(), *shell], check=False,
                          env={**os.environ, 'OPTIONS': options}).returncode


if __name__ == '__main__':
    sys.exit(main())
