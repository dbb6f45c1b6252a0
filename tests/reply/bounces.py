"""Reads the bounces of a file with `mailcheck reply --message`: bounces.py MAILCHECK FILE

A case is "=== NAME", a line for each recipient: address (or -), DSN action (or -), class, enhanced
code (or -); then "---" and the message. A line end of "^M" stands for CR LF, "\\xNN" for an octet.
"""
import json
import re
import subprocess
import sys


def octets(text):
    text = text.replace('^M\n', '\r\n')
    return re.sub(rb'\\x([0-9A-F]{2})', lambda found: bytes([int(found[1], 16)]),
                  text.encode('utf-8'))


def cases(path):
    for case in open(path, encoding='utf-8').read().split('\n=== ')[1:]:
        head, message = case.split('\n---\n', 1)
        name, *rows = head.split('\n')
        yield name, [row.split() for row in rows], octets(message)


def read(mailcheck, message):
    run = subprocess.run([mailcheck, 'reply', '--format', 'json', '--message', '-'], input=message,
                         capture_output=True, check=False)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return run.returncode, [[row['recipient'] or '-', row['dsn_action'] or '-', row['class'],
                             row['enhanced'] or '-'] for row in rows]


def main():
    bad = count = 0
    for name, wanted, message in cases(sys.argv[2]):
        status, got = read(sys.argv[1], message)
        count += 1
        if status != 0 or got != wanted:
            bad += 1
            print(f'{name}: status {status}, read {got}, not {wanted}')
    print(f'{count} bounces, {bad} read wrong')
    sys.exit(bad > 0 or count == 0)


main()
