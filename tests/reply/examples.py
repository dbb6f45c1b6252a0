"""The examples that read replies, through the library: examples.py LIBRARY PROGRAM..."""
import os
import pathlib
import subprocess
import sys

programs = {pathlib.Path(path).name: path for path in sys.argv[2:]}
environment = {**os.environ, 'LIBMAILCHECK': sys.argv[1]}
replies = '550 5.1.1 User unknown\n451 4.7.1 Greylisting in action, please come back later\n\n'
wanted = ['mailbox-unknown, permanent, fault of the recipient: correct-address',
          'greylisted, temporary, fault of the receiver: retry',
          'unknown, unknown, fault of the unknown: read-the-text']
said = subprocess.run([programs['reply']], input=replies, capture_output=True, text=True,
                      check=True).stdout.splitlines()
if said != wanted:
    sys.exit(f'reply.c says {said}, not {wanted}')
if len(sys.argv[1]) > 1:
    said = subprocess.run([sys.executable, programs['reply.py'], '552 5.2.2 Mailbox full'],
                          env=environment, capture_output=True, text=True, check=True).stdout
    if said != 'mailbox-full, fault of the recipient: retry-later\n':
        sys.exit(f'reply.py says {said}')
