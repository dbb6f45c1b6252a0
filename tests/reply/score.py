"""Scores `mailcheck reply` on a labelled file: score.py MAILCHECK FILE [FLOOR]

A line of FILE: the reply, its class, every class that will do (joined by commas), and more if need
be, between TABs; '# ' begins a comment. FLOOR: status 1 when less than FLOOR % are acceptable.
"""
import collections
import json
import subprocess
import sys


def read(path):
    rows = []
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            if line.strip() and not line.startswith(('# ', '#reply')):
                fields = line.rstrip('\n').split('\t')
                if len(fields) < 3 or fields[1] not in fields[2].split(','):
                    sys.exit(f'{path}:{number}: not REPLY, CLASS and classes with CLASS among them')
                rows.append((fields[0], fields[1], set(fields[2].split(','))))
    return rows


def classify(mailcheck, rows):
    said = subprocess.run([mailcheck, 'reply'], input='\n'.join(row[0] for row in rows) + '\n',
                          capture_output=True, encoding='utf-8', check=True).stdout.splitlines()
    if len(said) != len(rows):
        sys.exit(f'{len(rows)} replies, {len(said)} answers')
    return [json.loads(line)['class'] for line in said]


def percent(part, whole):
    return 100 * part / whole if whole else 100


def by_class(rows, said):
    """Of each class: replies, those read acceptably; how often it was said, and said acceptably."""
    table = collections.defaultdict(lambda: [0, 0, 0, 0])
    for (_, wanted, accepted), got in zip(rows, said):
        table[wanted][0] += 1
        table[wanted][1] += got in accepted
        table[got][2] += 1
        table[got][3] += got in accepted
    return table


def main():
    rows = read(sys.argv[2])
    said = classify(sys.argv[1], rows)
    table = by_class(rows, said)
    print(f'{"class":<22}{"replies":>8}{"recall":>8}{"said":>8}{"precision":>11}')
    for name, (count, found, claimed, right) in sorted(table.items()):
        print(f'{name:<22}{count:>8}{percent(found, count):>7.0f}%{claimed:>8}'
              f'{percent(right, claimed):>10.0f}%')
    confusion = collections.Counter((row[1], got) for row, got in zip(rows, said)
                                    if got not in row[2])
    for (wanted, got), count in confusion.most_common():
        print(f'{count:>4} x {wanted} read as {got}')
    for row, got in zip(rows, said):
        if got not in row[2]:
            print(f'  {got} for {row[1]}: {row[0][:150]!a}')
    acceptable = percent(sum(got in row[2] for row, got in zip(rows, said)), len(rows))
    primary = percent(sum(got == row[1] for row, got in zip(rows, said)), len(rows))
    unknown = percent(said.count('unknown'), len(rows))
    macro = sum(percent(row[1], row[0]) for row in table.values() if row[0]) / sum(
        1 for row in table.values() if row[0])
    print(f'{len(rows)} replies: acceptable {acceptable:.1f} %, primary {primary:.1f} %, '
          f'unknown {unknown:.1f} %, acceptable by class {macro:.1f} %')
    if len(sys.argv) > 3 and acceptable < float(sys.argv[3]):
        sys.exit(f'less than {sys.argv[3]} % are acceptable')


main()
