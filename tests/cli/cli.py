"""The command line, as far as it needs no network: usage, help, bad targets, streams, exit statuses.

    cli.py MAILCHECK

One line for each case that fails.
"""
import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

MAILCHECK = sys.argv[1]
COMMANDS = ['domain', 'dns', 'smtp', 'record', 'explain', 'help']
WAIT = 30
NOBODY = ['--resolver', '127.0.0.1@9']  # nothing leaves this machine, should it come to that
failures = []


def expect(name, condition, seen=''):
    if not condition:
        failures.append(name)
        print(f'{name}: {seen!r}' if seen != '' else name)


def environment(**changes):
    kept = {name: value for name, value in os.environ.items()
            if name not in ('NO_COLOR', 'CLICOLOR_FORCE', 'TERM')}
    kept['LC_ALL'] = 'C.UTF-8'
    kept.update(changes)
    return kept


def run(*arguments, stdin=b'', into=subprocess.PIPE, env=None):
    return subprocess.run([MAILCHECK, *arguments], input=stdin, stdout=into,
                          stderr=subprocess.PIPE, timeout=WAIT, env=env or environment())


def case(name, arguments, status, stdout=None, stderr=None, **more):
    """`stdout` and `stderr` are patterns to be found; None: that stream stays empty."""
    done = run(*arguments, **more)
    expect(f'{name}: status {status}', done.returncode == status,
           (done.returncode, done.stderr[-300:]))
    for stream, text, pattern in (('stdout', done.stdout, stdout), ('stderr', done.stderr, stderr)):
        if text is None:
            continue
        text = text.decode(errors='replace')
        if pattern is None:
            expect(f'{name}: {stream} is empty', text == '', text[:300])
        else:
            expect(f'{name}: {stream} has {pattern!r}', re.search(pattern, text), text[:300])
    return done


USAGE = [
    # name, arguments, what standard error says
    ('nothing at all', [], r'Usage: mailcheck COMMAND'),
    ('mistyped command', ['domian', 'example.com'], r"'domian'; did you mean 'domain'"),
    ('exchanged letters', ['dsn', 'example.com'], r"did you mean 'dns'"),
    ('a domain for a command', ['example.com'], r"did you mean 'mailcheck domain example\.com'"),
    ('hopeless command', ['frobnicate'], r"unknown command 'frobnicate'; 'mailcheck help'"),
    ('control characters in a command', ['do\x1b[31m'], r"'do\\x1B\[31m'"),
    ('no domain', ['domain'], r'no DOMAIN given'),
    ('no host', ['smtp'], r'no HOST given'),
    ('mistyped option', ['domain', '--resolvr', 'x'], r"'--resolvr'; did you mean '--resolver'"),
    ('mistyped option with a value', ['domain', '--formt=json'], r"did you mean '--format'"),
    ('one dash too few', ['domain', '-resolver', 'x'], r"did you mean '--resolver'"),
    ('hopeless option', ['domain', '--frobnicate', 'x'], r"unknown option '--frobnicate'$"),
    ('unknown letter', ['domain', '-qx', 'a.example'], r"unknown option '-x'"),
    ('abbreviation', ['domain', '--res', '::1', 'a.example'], r"unknown option '--res'"),
    ('value missing', ['domain', '--resolver'], r"'--resolver' needs a value"),
    ('value of a letter missing', ['domain', '--check'], r"'--check' needs a value"),
    ('value for a flag', ['domain', '--quiet=yes', 'x'], r"'--quiet' takes no value"),
    ('unknown format', ['domain', '--format', 'xml', 'a.example'], r"'xml' is none of text"),
    ('unknown color', ['domain', '--color=red', 'a.example'], r"'red' is none of auto"),
    ('info is no threshold', ['domain', '--fail-on', 'info', 'a.example'], r"'info' is none of"),
    ('unknown check', ['domain', '--check', 'nonsense', 'a.example'], r'--check.*nonsense'),
    ('checks there are', ['dns', '--check', 'mxx', 'a.example'], r'mxx.*choose from: ns, .*, spf, '),
    ('unknown check for lines', ['domain', '--check', 'nonsense', '-'], r'--check.*nonsense'),
    ('no number', ['domain', '--timeout', 'soon', 'a.example'], r'--timeout.*soon'),
    ('zero seconds', ['domain', '--deadline=0', 'a.example'], r'--deadline'),
    ('negative seconds', ['domain', '--deadline', '-1', 'a.example'], r'--deadline'),
    ('no address', ['domain', '--resolver', 'nonsense!', 'a.example'], r'--resolver'),
    ('empty resolver', ['dns', '--resolver=', *NOBODY, 'a.example'],
     r"'--resolver' has an empty value"),
    ('empty recipient', ['smtp', '--from', '', '--to=', *NOBODY, 'a.example'],
     r"'--to' has an empty value"),
    ('4 and 6', ['domain', '-46', 'a.example'], r'--ipv6: excludes'),
    ('option of another command', ['domain', '--lmtp', 'a.example'],
     r"'--lmtp' is not for 'mailcheck domain'"),
    ('option for explain', ['explain', '--resolver', '::1'], r"'--resolver' is not for"),
    ('line end in the greeting', ['smtp', '--helo', 'a\r\nQUIT', 'a.example'], r'--helo'),
    ('line end in a recipient', ['smtp', '--to', 'a@b.example>\r\nDATA', 'a.example'], r'--to'),
    ('missing file', ['domain', '--replay', '/nonexistent/file', 'a.example'], r'/nonexistent'),
    ('missing CA file', ['domain', '--ca-file', '/nonexistent/file', 'a.example'], r'--ca-file'),
    ('message out of reach', ['dns', '--message', '/nonexistent/f', 'a.example'], r'nonexis'),
    ('message that is a directory', ['dns', '--message', '/', 'a.example'], r'regular file'),
    ('nobody to compare with', ['dns', '--compare', 'a.example', 'a.example'], r'IPv4'),
    ('record file out of reach', ['domain', '--record', '/nonexistent/f', 'a.example'], r'nonexis'),
    ('dash beside another', ['domain', '-', 'a.example'], r"'-'.*stands alone"),
    ('unknown finding', ['explain', 'mx.nonne'], r"did you mean 'mx\.none'"),
    ('part of a finding', ['explain', 'starttls'], r'see smtp\.no-starttls, .*, \.\.\.'),
    ('the whole fault', ['explain', 'greylisted'], r'see reply\.greylisted$'),
    ('hopeless finding', ['explain', 'xyzzy'], r"'xyzzy'; 'mailcheck explain'"),
    ('known and unknown finding', ['explain', 'mx.none', 'xyzzy'], r"'xyzzy'"),
    ('help of nothing', ['help', 'domian'], r"did you mean 'domain'"),
    ('help of two', ['help', 'domain', 'dns'], r'one command at a time'),
]

LABEL = 'a' * 63
BAD_DOMAINS = [
    ('empty', ''),
    ('empty label', 'a..example'),
    ('leading dot', '.a.example'),
    ('long label', 'a' * 64 + '.example'),
    ('long name', '.'.join([LABEL] * 4) + '.example'),
    ('very long', 'a' * 100000),
    ('blank', 'a b.example'),
    ('line end', 'a.example\nb.example'),
    ('control character', 'a\x1b[31m.example'),
    ('address', 'user@example.com'),
    ('URL', 'https://example.com/'),
    ('host URL', 'smtp://mx.example.com'),
    ('not UTF-8', b'a\xff.example'),
    ('bidirectional', 'a\u202eb.example'),
    ('bad Punycode', 'xn--\u00e9.example'),
    ('IDN that grows too long', '\u00fc' * 60 + '.example'),
]
BAD_HOSTS = [
    ('empty', ''),
    ('no port', 'mx.example:'),
    ('port 0', 'mx.example:0'),
    ('big port', 'mx.example:65536'),
    ('huge port', 'mx.example:99999999999999999999'),
    ('port in words', 'mx.example:smtp'),
    ('open bracket', '[::1'),
    ('after the bracket', '[::1]x'),
    ('too many colons', '1:2:3:4:5:6:7:8:9'),
    ('blank', 'mx .example'),
    ('other scheme', 'imap://mx.example'),
]


def shell(name, command, status, stderr):
    done = subprocess.run(['sh', '-c', command, MAILCHECK], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WAIT,
                          env=environment())
    text = done.stderr.decode(errors='replace')
    expect(f'{name}: status {status}', done.returncode == status, (done.returncode, text[-300:]))
    expect(f'{name}: stderr', re.search(stderr, text), text[:300])


def usage():
    for name, arguments, stderr in USAGE:
        stdin = b'a.example\n' if '-' in arguments else b''
        done = case(name, arguments, 2, stderr=stderr, stdin=stdin)
        expect(f'{name}: no raw control character', b'\x1b' not in done.stderr, done.stderr[:300])


# A host that is none, and what is said of it.
HOST_HINTS = [
    ('https://mx.example/', r'this is a URL'),
    ('smtps://mx.example:465', r'this is a URL'),
    ('mx.example:25:26', r'neither HOST:PORT nor an IPv6 address'),
    ('fe80::1%lo', r'neither HOST:PORT nor an IPv6 address'),
]


def targets():
    for target, hint in HOST_HINTS:
        case(f'smtp: {target}', ['smtp', '--', target], 2, stderr=hint)
    case('an address as in a mail address', ['smtp', '--tls', 'none', '-4', '[IPv6:::1]:25'], 3,
         stdout=r'only IPv4')
    for command, table in (('domain', BAD_DOMAINS), ('dns', BAD_DOMAINS), ('smtp', BAD_HOSTS)):
        for name, target in table:
            done = case(f'{command}: {name}', [command, '--', target], 2, stderr=r'^mailcheck: \'')
            expect(f'{command}: {name}: short and clean',
                   len(done.stderr) < 2000 and b'\x1b' not in done.stderr
                   and '\u202e' not in done.stderr.decode(errors='replace'), done.stderr[:300])
    done = case('all bad ones are told', ['domain', 'a..b', 'good.example', 'c..d'], 2,
                stderr=r"'a\.\.b'[\s\S]*'c\.\.d'")
    expect('and only those', b'good' not in done.stderr, done.stderr)


def help_texts():
    general = case('--help', ['--help'], 0, stdout=r'Examples:')
    for arguments in (['-h'], ['help'], ['--help', '--nonsense']):
        expect(f'{arguments}: as --help', run(*arguments).stdout == general.stdout)
    for command in COMMANDS:
        done = case(f'{command} --help', [command, '--help'], 0,
                    stdout=rf'Usage: mailcheck {command}[\s\S]*Examples:[\s\S]*--help')
        text = done.stdout.decode()
        for arguments in ([command, '-h'], ['-h', command], ['help', command],
                          [command, '--nonsense', '-h']):
            expect(f'{arguments}: as --help', run(*arguments).stdout == done.stdout)
        expect(f'{command}: named by --help', f'  {command} ' in general.stdout.decode())
        expect(f'{command} --help: 80 columns', max(map(len, text.splitlines())) < 80)
        for option in re.findall(r'^ +(?:-\w,)? +--([\w-]+)(?: \S+)?', text, re.M):
            done_value = run(command, f'--{option}=' if f'--{option} ' in text else f'--{option}',
                             '--version')
            expect(f'{command} --{option}: known',
                   b'unknown option' not in done_value.stderr, done_value.stderr)
    case('--version', ['--version'], 0, stdout=r'^mailcheck \d+\.\d+\.\d+\n$')
    case('-V', ['-V'], 0, stdout=r'^mailcheck \d')


def records():
    case('record spf: macros by example', ['record', 'spf', 'v=spf1 exists:%{i}._x.%{d2} -all'], 0,
         stdout=r'macros +exists:%\{i\}\._x\.%\{d2\} -> 192\.0\.2\.1\._x\.example\.com\n')


def messages():
    case('--message of dns', ['dns', '--help'], 0, stdout=r'--message FILE +A message whose')
    case('--message of reply', ['reply', '--help'], 0, stdout=r'--message FILE +The bounce to be read')


def explain():
    listed = case('explain', ['explain'], 0, stdout=r'mx\.none')
    objects = json.loads(case('explain as JSON', ['explain', '--format', 'json'], 0,
                              stdout=r'^\[').stdout)
    lines = case('explain as NDJSON', ['explain', '--format=ndjson'], 0, stdout=r'^\{').stdout
    expect('explain: NDJSON and JSON agree', [json.loads(x) for x in lines.splitlines()] == objects)
    for row in objects:
        identity = row['id']
        expect(f'{identity}: listed', identity in listed.stdout.decode())
        expect(f'{identity}: complete',
               row['title'] and row['why'] and row['since'] and
               row['severity'] in ('info', 'notice', 'warning', 'error'), row)
    first, other = objects[0]['id'], objects[-1]['id']
    case('explain ID', ['explain', first], 0, stdout=re.escape(first) + r'\n[\s\S]*meaning')
    case('explain two', ['explain', first, other], 0,
         stdout=re.escape(first) + r'\n[\s\S]*\n\n' + re.escape(other))
    case('explain spells out', ['explain', 'mx.none'], 0, stdout=r'DOMAIN\. MX 10 mail\.DOMAIN\.')
    braces = run('explain', 'mx', 'ns', 'smtp', 'dnssec').stdout
    expect('explain: no braces', b'{' not in braces, braces)
    one = json.loads(run('explain', '--format', 'json', other).stdout)
    expect('explain ID as JSON', [x['id'] for x in one] == [other], one)
    check = first.split('.')[0]
    many = json.loads(run('explain', check, '--format', 'json').stdout)
    expect('explain CHECK', many == [x for x in objects if x['id'].startswith(check + '.')])


def streams():
    for name, arguments in (('--version', '--version'), ('--help', '--help'),
                            ('explain', 'explain'), ('lines', 'domain -')):
        feed = "printf 'a..b\\n' | " if name == 'lines' else ''
        shell(f'{name}, closed stdout', f'{feed}"$0" {arguments} >&-', 2, r'is closed\n$')
        shell(f'{name}, full disk', f'{feed}"$0" {arguments} >/dev/full', 2, r'No space left')
    shell('usage error, closed stderr', '"$0" domian 2>&-', 2, r'^$')
    shell('closed stdin', '"$0" domain - <&-', 2, r'cannot read standard input')
    shell('directory for stdin', '"$0" domain - </', 2, r'cannot read standard input')
    for arguments in (['--help'], ['explain'], ['domain', '-']):
        read_end, write_end = os.pipe()
        os.close(read_end)
        case(f'{arguments}: reader went away', arguments, 2, into=write_end, stdin=b'a..b\n' * 9)
        os.close(write_end)
    case('no colour words', ['domain', '--color', 'never', 'a..b'], 2, stderr=r'a\.\.b')
    for locale in ('C', 'C.UTF-8', 'nonsense'):
        case(f'locale {locale}', ['--version'], 0, stdout='mailcheck', env=environment(LC_ALL=locale))


def damaged_files():
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (('empty', b''), ('text', b'hello\n'), ('binary', os.urandom(4096)),
                              ('JSON', b'{}\n'), ('deep', b'[' * 100000),
                              ('cut', b'{"schema": "mailcheck-facts/1", "version": "0.1.0"}\n')):
            path = os.path.join(folder, name)
            with open(path, 'wb') as file:
                file.write(content)
            if name in ('empty', 'text', 'binary'):
                case(f'trust anchor: {name}', ['dns', '--trust-anchor', path, *NOBODY, 'a.example'],
                     2, stderr=r'.')
                case(f'root hints: {name}', ['dns', '--root-hints', path, '--resolver', 'recursive',
                                             'a.example'], 2, stderr=r'.')
            case(f'replay of a file: {name}', ['domain', '--replay', path], 2, stderr=r'--replay')
        case('replay of a directory', ['domain', '--replay', folder], 2, stderr=r'--replay')
        record = os.path.join(folder, 'record')
        case('record of nothing', ['domain', '--record', record, '-'], 0, stdin=b'# none\n')
        expect('record of nothing: a private file', os.stat(record).st_mode & 0o777 == 0o600)
        case('two replays', ['domain', '--replay', record, '--replay', record], 2,
             stderr=r'--replay.*one file')
        for arguments in (['--timeout', 'soon', 'a.example'], ['a..b'],
                          ['--check', 'no', 'a.example'], ['--record', record, 'a.example']):
            with open(record, 'rb') as file:
                before = file.read()
            inode = os.stat(record).st_ino
            case(f'record, misused: {arguments}', ['dns', '--record', record, *NOBODY, *arguments],
                 2, stderr=r'.')
            with open(record, 'rb') as file:
                after = file.read()
            expect(f'record, misused: {arguments}: the file stays',
                   (before, inode) == (after, os.stat(record).st_ino))
        expect('record, misused: nothing beside it',
               [name for name in os.listdir(folder) if name.startswith('record')] == ['record'],
               os.listdir(folder))
        case('replay of nothing', ['domain', '--replay', record, '-'], 0, stdin=b'')
        case('replay of no target', ['domain', '--replay', record], 2, stderr=r'holds no target')


LINES = [
    # a line, and its "input"; None: it is skipped
    (b'a..b', 'a..b'),
    (b'c..d\r', 'c..d'),
    (b'', None),
    (b'  \t', None),
    (b'# a comment', None),
    (b'  # another', None),
    (b' e..f\t', r' e..f\x09'),
    (b'#' + b'a' * 70000, None),
    (b'g' * 70000, 'g' * 4096),
    (b'h' * 4096, 'h' * 4096),
    (b'nul\0.example', r'nul\x00.example'),
    (b'esc\x1b[31m', r'esc\x1B[31m'),
    (b'b\\s', r'b\x5Cs'),
    (b'quote"', 'quote"'),
    (b'bad\xff..', r'bad\xFF..'),
    ('b\u00fccher..example'.encode(), 'b\u00fccher..example'),
    (b'last..', 'last..'),
]


def standard_input():
    text = b'\xef\xbb\xbf' + b'\n'.join(line for line, _ in LINES)
    wanted = [shown for _, shown in LINES if shown is not None]
    done = case('lines', ['domain', '-'], 0, stdout='', stdin=text)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    expect('lines: each has its own', [row['input'] for row in rows] == wanted,
           [row['input'][:40] for row in rows])
    for row in rows:
        expect(f'lines: {row["input"][:20]!r} says why',
               row['error']['code'] == 'bad-target' and row['error']['message'] and
               row['schema'] == 'mailcheck-report/1', row)
    rows = json.loads(run('domain', '--format', 'json', '-', stdin=text).stdout)
    expect('lines: an array', [row['input'] for row in rows] == wanted)
    expect('lines: an empty array',
           json.loads(run('domain', '-', '--format=json', stdin=b'').stdout) == [])
    case('lines: none', ['domain', '-'], 0, stdin=b'')
    case('lines: as text', ['smtp', '-', '--format', 'text'], 0, stderr=r"'a b'", stdin=b'a b\n')


def start(*arguments):
    return subprocess.Popen([MAILCHECK, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=environment())


def read_some(process):
    ready, _, _ = select.select([process.stdout], [], [], WAIT)
    return os.read(process.stdout.fileno(), 65536) if ready else b''


def interruption():
    process = start('domain', '-')
    process.stdin.write(b'a..b\n')
    process.stdin.flush()
    seen = read_some(process)
    expect('lines: answered before the next one comes', seen.endswith(b'}\n'), seen)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=WAIT)
    expect('SIGINT: status 130', process.returncode == 130, process.returncode)
    expect('SIGINT: says so', (out, err) == (b'', b'mailcheck: interrupted\n'), (out, err))
    process = start('domain', '--format', 'json', '-')
    process.stdin.write(b'a..b\n')
    process.stdin.flush()
    seen = more = read_some(process)
    while more and not seen.endswith(b'}'):
        more = read_some(process)
        seen += more
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=WAIT)
    expect('SIGTERM: status 130', process.returncode == 130, process.returncode)
    expect('SIGTERM: the array is closed', len(json.loads(seen + out)) == 1, seen + out)
    interrupted_replay()
    with tempfile.TemporaryDirectory() as folder:
        record = os.path.join(folder, 'record')
        with open(record, 'w') as file:
            file.write('of an earlier run')
        process = start('domain', '--record', record, '-')
        until = time.monotonic() + WAIT
        while len(os.listdir(folder)) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=WAIT)
        expect('SIGINT before anything was recorded: status 130', process.returncode == 130,
               process.returncode)
        with open(record) as file:
            left = (file.read(), os.listdir(folder))
        expect('SIGINT before anything was recorded: the old file', left ==
               ('of an earlier run', ['record']), left)
    for name, arguments, text in (('reply', ['reply'], b'550 5.1.1 user unknown\n'),
                                  ('record', ['record', 'spf'], b'v=spf1'),
                                  ('bounce', ['reply', '--message', '-'], b'From: x\n')):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = start(*arguments)
            process.stdin.write(text)
            process.stdin.flush()
            seen = read_some(process) if name == 'reply' else wait_for_input(process)
            process.send_signal(number)
            _, err = process.communicate(timeout=WAIT)
            expect(f'{name}, {number.name}: status 130', process.returncode == 130,
                   process.returncode)
            expect(f'{name}, {number.name}: says so', err == b'mailcheck: interrupted\n', err)
            expect(f'{name}, {number.name}: what was done', name != 'reply' or json.loads(seen))


def interrupted_replay():
    """While the record file is read."""
    with tempfile.TemporaryDirectory() as folder:
        path, end = os.path.join(folder, 'pipe'), None
        os.mkfifo(path)
        process = start('domain', '--replay', path)
        until = time.monotonic() + WAIT
        while end is None and time.monotonic() < until:
            try:
                end = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads yet
                time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=WAIT)
        expect('SIGINT, replay: says so', err == b'mailcheck: interrupted\n', err)
        expect('SIGINT, replay: status 130', process.returncode == 130, process.returncode)
        if end is not None:
            os.close(end)


def wait_for_input(process):
    """Until what was written to it has been read: then it waits for more."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        left = struct.unpack('i', fcntl.ioctl(process.stdin, termios.FIONREAD, b'\0' * 4))[0]
        if left == 0:
            return
        time.sleep(0.01)


SPANS = ['550 5.1.1 user unknown', '550 5.1.1 m\u00fc\u00df \U0001f600: user unknown'.encode(),
         b'550 5.1.1 \xff\xfe user unknown', b'550 5.1.1 a\\b \xff user unknown',
         b'550 5.1.1 \x1b user unknown \xff']


def spans():
    for text in SPANS:
        row = json.loads(run('reply', '--format', 'json', text).stdout)
        start, end = row['span']
        expect(f'span of {text}: counts what stands in reply',
               row['reply'][start:end] == 'user unknown', row)


def reply_lines():
    rows = run('reply', stdin=b'\xef\xbb\xbf550 5.1.1 user unknown\r\n\n\xef\xbb\xbf421 x').stdout
    replies = [json.loads(row)['reply'] for row in rows.splitlines()]
    expect('reply: a line for each line, but for a byte order mark',
           replies == ['550 5.1.1 user unknown', '', r'\xEF\xBB\xBF421 x'], replies)


def terminal():
    """Who waits for input at a terminal says so."""
    for arguments, told in ((['reply'], True), (['record', 'spf'], True), (['reply', '-q'], False),
                            (['reply', '--message', '-'], False)):
        leader, follower = os.openpty()
        process = subprocess.Popen([MAILCHECK, *arguments], stdin=follower, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        os.close(follower)
        os.write(leader, b'v=spf1 -all\n\x04')
        out, err = process.communicate(timeout=WAIT)
        os.close(leader)
        expect(f'{arguments} at a terminal', (b'from the terminal' in err) == told and out,
               (out, err))


def inputs():
    for name, arguments, status, wanted in (
            ('spf', ['spf', 'foo..bar', '--ip', '192.0.2.1'], 0, ['foo..bar']),
            ('two', ['spf', 'A..b', 'c..d', '--ip', '192.0.2.1'], 0, ['A..b', 'c..d']),
            ('smtp', ['smtp', '-4', '[::1]:25'], 3, ['[::1]:25'])):
        done = case(f'input of {name}', [*arguments, '--format', 'json'], status, stdout='')
        found = json.loads(done.stdout)
        found = [row['input'] for row in (found if isinstance(found, list) else [found])]
        expect(f'input of {name}: as it was given', found == wanted, found)
    rows = run('dnsbl', '-', stdin=b'192.0.2.0/30\n').stdout
    expect('a range as a line', 'argument, not a line' in json.loads(rows)['error']['message'],
           rows)


began = time.monotonic()
for part in (usage, targets, help_texts, messages, records, explain, streams, damaged_files,
             standard_input, spans, reply_lines, terminal, inputs, interruption):
    try:
        part()
    except (subprocess.TimeoutExpired, ValueError, KeyError, IndexError, OSError) as error:
        expect(f'{part.__name__}: {type(error).__name__}', False, str(error)[:300])
print(f'{len(failures)} failures, {time.monotonic() - began:.1f} s')
sys.exit(bool(failures))
