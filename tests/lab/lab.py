"""The command against labd: real sockets, real TLS, well-behaved and hostile servers.

lab.py MAILCHECK LABD SOURCE_ROOT [EXAMPLES...]: prints one line for each case that fails.
"""
import concurrent.futures
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

mailcheck, labd, root = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
examples = {'library' if '.so' in path else pathlib.Path(path).name: path
            for path in sys.argv[4:]}
sys.path.insert(0, str(root / 'tests/labd'))
import labstart  # noqa: E402

slow_build = 3 if os.environ.get('LAB_PRELOAD') else 1  # with sanitizers
failures = []
count = 0


def expect(good, what, got=''):
    global count
    count += 1
    if not good:
        failures.append(f'{what}: {got}' if got != '' else what)



class Lab:
    """One labd with its scenario file."""

    def __init__(self, directory, scenario):
        self.ca = f'{directory}/{scenario.stem}.pem'
        self.ports = f'{directory}/{scenario.stem}.ports'
        self.process, _ = labstart.start(lambda ports: [
            labd, '--with-parent', '--ca-out', self.ca, '--port-file', self.ports,
            *labstart.settings(ports), scenario])
        self.at = {}
        for entry in pathlib.Path(self.ports).read_text().splitlines():
            name, place = entry.split('=', 1)
            self.at.setdefault(name, place)

    def stop(self):
        self.process.terminate()
        expect(self.process.wait(10) == 0, 'labd ends with 0 on SIGTERM')


def run(*arguments, stdin=None, timeout=90):
    """Status, parsed JSON (None when there is none), text, messages, seconds."""
    began = time.monotonic()
    done = subprocess.run([mailcheck, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=timeout)
    try:
        parsed = json.loads(done.stdout)
    except ValueError:
        parsed = None
    return done.returncode, parsed, done.stdout, done.stderr, time.monotonic() - began


def findings(report):
    return {(f['id'], f['severity']) for check in report['checks'] for f in check['findings']}


def check_of(report, name):
    return next(check for check in report['checks'] if check['name'] == name)


# The 27 misbehaviours, and more: STARTTLS in one word, verdict, a finding that must be there (None: none of
# weight), seconds it may take.
HOSTILE = {
    'm00': ('works', 'ok', None, 3),
    'm01': ('works', 'ok', None, 3),
    'm02': ('works', 'ok', None, 6),
    'm03': ('works', 'warning', 'smtp.slow', 16),
    'm04': ('works', 'ok', None, 6),
    'm05': ('works', 'warning', 'smtp.bare-lf', 3),
    'm06': ('works', 'ok', None, 3),
    'm07': ('unknown', 'inconclusive', 'smtp.greeting-deferred', 3),
    'm08': ('unknown', 'error', 'smtp.greeting-rejected', 3),
    'm09': ('unknown', 'warning', 'smtp.ehlo-rejected', 3),
    'm10': ('unknown', 'error', 'smtp.mixed-codes', 3),
    'm11': ('works', 'error', 'smtp.garbage-line', 3),
    'm12': ('works', 'warning', 'smtp.long-line', 3),
    'm13': ('unknown', 'error', 'smtp.endless-reply', 6),
    'm14': ('failed', 'error', 'smtp.starttls-injected', 3),
    'm15': ('refused', 'warning', 'smtp.starttls-refused', 3),
    'm16': ('failed', 'error', 'smtp.starttls-failed', 3),
    'm17': ('failed', 'error', 'smtp.starttls-hang', 19),
    'm18': ('absent', 'error', 'smtp.starttls-stripped', 3),
    'm19': ('works', 'ok', None, 3),
    'm20': ('failed', 'inconclusive', 'smtp.starttls-ehlo', 3),
    'm21': ('works', 'ok', None, 3),
    'm22': ('works', 'warning', 'smtp.slow', 45),
    'm23': ('works', 'warning', 'smtp.reply-separator', 3),
    'm24': ('works', 'warning', 'smtp.control-characters', 3),
    'm25': ('failed', 'error', 'smtp.starttls-failed', 3),
    'm26': ('works', 'ok', None, 3),
    'reset': ('unknown', 'error', 'smtp.connection-reset', 3),
    'early': ('unknown', 'error', 'smtp.early-reply', 3),
    'spare': ('unknown', 'error', 'smtp.early-reply', 3),
    'code': ('unknown', 'error', 'smtp.unexpected-code', 3),
    'neither': ('unknown', 'error', 'smtp.unexpected-code', 3),
    'other-code': ('works', 'notice', 'smtp.unexpected-code', 3),
    'nul': ('unknown', 'inconclusive', 'smtp.control-characters', 3),
    'cr-cr-lf': ('works', 'warning', 'smtp.bare-cr', 3),
    'alert-first': ('failed', 'error', 'smtp.starttls-failed', 3),
    'flood': ('works', 'ok', None, 3),
    'words': ('failed', 'error', 'smtp.starttls-plaintext', 3),
    'late': ('works', 'ok', None, 3),
    'late-alert': ('failed', 'error', 'smtp.starttls-ehlo', 3),
    'old-tls': ('works', 'warning', 'tls.old-version', 3),
    'self-signed': ('works', 'notice', 'tls.self-signed', 3),
    'expired': ('works', 'notice', 'tls.expired', 3),
    'stranger': ('works', 'notice', 'tls.untrusted', 3),
    'chain-missing': ('works', 'notice', 'tls.untrusted', 3),
    'between': ('works', 'ok', None, 3),
}
STATUS = {'ok': 0, 'notice': 0, 'warning': 0, 'error': 1, 'inconclusive': 3}
CONTROL = set(range(32)) - {10} | {127}


def judge_hostile(lab, name):
    word, verdict, finding, limit = HOSTILE[name]
    status, report, _, messages, seconds = run(
        'smtp', lab.at[name], '--ca-file', lab.ca, '--format', 'json')
    if report is None:
        expect(False, f'{name}: no report', messages)
        return
    endpoint = check_of(report, 'smtp')['values']['endpoints'][0]
    expect(endpoint['starttls'] == word, f'{name}: starttls {word}', endpoint['starttls'])
    expect(report['verdict'] == verdict, f'{name}: verdict {verdict}',
           (report['verdict'], findings(report)))
    expect(status == STATUS[verdict], f'{name}: exit status {STATUS[verdict]}', status)
    weighty = {f for f, severity in findings(report) if severity != 'info'}
    expect(finding in weighty if finding else not weighty, f'{name}: finding {finding}',
           findings(report))
    expect(seconds < limit * slow_build, f'{name}: within {limit} s', f'{seconds:.1f} s')


def hostile(directory):
    lab = Lab(directory, root / 'tests/labd/hostile.lab')
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: judge_hostile(lab, name), HOSTILE))
    for flag in ([], ['-v']):
        text = subprocess.run([mailcheck, 'smtp', lab.at['m24'], *flag, '--color', 'never'],
                              capture_output=True).stdout
        expect(not CONTROL & set(text), 'no control octet of the network reaches the terminal')
        text.decode()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: judge_policy(lab, name), POLICIES))
    status, report, _, _, seconds = run('smtp', lab.at['m22'], '--timeout', '2',
                                        '--format', 'json')
    expect((status, report['verdict']) == (3, 'inconclusive'), 'a tarpit outlasts --timeout',
           (status, report['verdict']))
    expect(seconds < 5 * slow_build, 'a wait of 2 s ends after 2 s', seconds)
    status, report, _, _, seconds = run('smtp', lab.at['m17'], '--deadline', '2',
                                        '--format', 'json')
    expect(status == 3 and seconds < 5 * slow_build, 'the deadline ends a target',
           (status, seconds))
    endpoint = check_of(report, 'smtp')['values']['endpoints'][0]
    expect(endpoint['starttls'] == 'unknown' and 'STARTTLS' in endpoint['ehlo'] and
           any(line['text'] == 'STARTTLS' for line in endpoint['transcript']),
           'what was seen by then is told', endpoint)
    lab.stop()


# MTA-STS policies, served well and badly: verdict and finding (None: none).
POLICIES = {
    'good': ('ok', None),
    'chunked': ('ok', None),
    'bare-lf': ('ok', None),
    'trickle': ('ok', None),
    'redirect': ('warning', 'mta-sts.policy-redirect'),
    'not-found': ('warning', 'mta-sts.policy-status'),
    'error': ('warning', 'mta-sts.policy-status'),
    'huge': ('warning', 'mta-sts.policy-large'),
    'endless': ('warning', 'mta-sts.policy-large'),
    'bomb': ('warning', 'mta-sts.policy-large'),
    'slow': ('inconclusive', 'mta-sts.policy-unknown'),
    'hang': ('inconclusive', 'mta-sts.policy-unknown'),
    'html': ('warning', 'mta-sts.policy-type'),
    'short': ('warning', 'mta-sts.policy-http'),
    'unclean': ('warning', 'mta-sts.policy-http'),
    'reset': ('warning', 'mta-sts.policy-http'),
    'close': ('warning', 'mta-sts.policy-http'),
    'not-http': ('warning', 'mta-sts.policy-http'),
    'unlisted': ('error', 'mta-sts.mx-not-listed'),
    'expired': ('warning', 'mta-sts.policy-certificate'),
    'other-name': ('warning', 'mta-sts.policy-certificate'),
    'untrusted': ('warning', 'mta-sts.policy-certificate'),
    'plain': ('warning', 'mta-sts.policy-tls'),
    'alert': ('warning', 'mta-sts.policy-tls'),
    'tls-hang': ('inconclusive', 'mta-sts.policy-unknown'),
    'refused': ('warning', 'mta-sts.policy-unreachable'),
}


def judge_policy(lab, name):
    verdict, finding = POLICIES[name]
    status, report, _, messages, seconds = run(
        'dns', f'sts-{name}.hostile.example', '--check', 'mta-sts', '--resolver',
        lab.at['dns'].replace('127.0.0.1:', '127.0.0.1@'), '--allow-private', '--ca-file', lab.ca,
        '--connect-to', f':443::{lab.at["policy"].rsplit(":", 1)[1]}', '--timeout', '3',
        '--format', 'json')
    if report is None:
        expect(False, f'policy {name}: no report', messages)
        return
    found = {one for one, _ in findings(report)}
    expect(report['verdict'] == verdict and found == ({finding} if finding else set()),
           f'policy {name}: {verdict}, {finding}', (report['verdict'], found))
    expect(status == STATUS[verdict], f'policy {name}: exit status', status)
    expect(seconds < 6 * slow_build, f'policy {name}: within 6 s', f'{seconds:.1f} s')


def lab_options(lab):
    dns = lab.at['dns'].replace('127.0.0.1:', '127.0.0.1@')
    smtp_port = lab.at['mx1'].rsplit(':', 1)[1]
    return ['--resolver', dns, '--allow-private', '--ca-file', lab.ca,
            '--connect-to', f':53::{dns.split("@")[1]}',
            '--connect-to', f':443::{lab.at["policy"].rsplit(":", 1)[1]}',
            '--connect-to', f':25::{smtp_port}']


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(('::1', 0))
        return True
    except OSError:
        return False


def domains(directory, lab, options):
    status, report, _, messages, _ = run('domain', 'healthy.example', *options,
                                         '--format', 'json')
    expect(status == 0 and report['verdict'] == 'ok', 'the healthy domain is well',
           (status, messages))
    expect(not findings(report) or not has_ipv6(), 'the healthy domain has no findings',
           findings(report))
    endpoints = check_of(report, 'smtp')['values']['endpoints']
    working = {e['address'] for e in endpoints if e['starttls'] == 'works'}
    expect(len(endpoints) == 3 and working >= {'127.0.0.11', '127.0.0.12'},
           'each address on its own row', endpoints)
    expect('::1' in working or not has_ipv6(), 'IPv6 beside IPv4', working)
    status, report, _, _, _ = run('domain', 'broken.example', *options, '--format', 'json')
    expect(status == 1 and report['verdict'] == 'error', 'the broken domain is broken', status)
    expect(report['root_cause'] and report['root_cause']['fix'], 'with a cause and a fix')
    status, report, _, _, _ = run('dns', 'healthy.example', *options, '--format', 'json')
    names = {c['name'] for c in report['checks']}
    expect(status == 0 and {'ns', 'mx', 'ptr'} <= names and not {'smtp', 'tls'} & names,
           'dns looks at records only', names)
    status, reports, _, _, _ = run('domain', 'healthy.example', 'broken.example', *options,
                                   '--format', 'json')
    expect(status == 1 and [r['target']['name'] for r in reports] ==
           ['healthy.example', 'broken.example'], 'an array in order of arguments')


def recordings(directory, lab, options):
    for form in ('json', 'text'):
        record = f'{directory}/record.{form}'
        first = run('domain', 'broken.example', *options, '--format', form, '--record', record)
        again = run('domain', '--replay', record, '--format', form)
        expect(first[2] == again[2] and first[2], f'a replay gives the same {form}')
        expect(os.stat(record).st_mode & 0o777 == 0o600, 'a record file is private')
    whole = pathlib.Path(record).read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 2):
        pathlib.Path(record).write_bytes(whole[:size])
        status, _, _, messages, _ = run('domain', '--replay', record)
        expect(status == 2 and messages, f'a record file cut at {size} of {len(whole)}', status)


def many(lab, options):
    names = ['healthy.example', 'not a domain', 'broken.example', 'nowhere.invalid.', 'x' * 300]
    names += [f'd{i}.healthy.example' for i in range(200)]
    status, _, text, messages, _ = run('domain', '-', *options, stdin='\n'.join(names) + '\n')
    lines = [json.loads(line) for line in text.splitlines()]
    expect(status == 0, 'many targets end with 0', (status, messages))
    expect(sorted(line['input'] for line in lines) == sorted(names), 'a line for every input')


def interrupt(lab, options):
    process = subprocess.Popen([mailcheck, 'domain', '-', *options], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    process.stdin.write(b'healthy.example\nbroken.example\n')
    line = process.stdout.readline()
    expect(json.loads(line)['schema'] == 'mailcheck-report/1', 'a line is flushed at once')
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    expect(process.returncode == 130, 'interrupted: 130', process.returncode)
    expect(all(json.loads(one) for one in rest.splitlines()), 'whole lines only')


def resolvers(lab, options):
    rest = options[2:]
    status, report, _, _, seconds = run('domain', 'healthy.example', '--resolver',
                                        '127.0.0.1@9', *rest, '--format', 'json')
    expect(status == 3 and report['verdict'] == 'inconclusive', 'a dead resolver', status)
    expect(seconds < 8 * slow_build, 'a dead resolver takes no longer than a wait', seconds)
    status, report, _, _, _ = run('domain', 'healthy.example', '--resolver', '127.0.0.1@9',
                                  '--resolver', options[1], *rest, '--format', 'json')
    expect(status == 0, 'the second resolver answers for a dead first', report['verdict'])
    status, report, _, _, _ = run('dns', 'healthy.example', *options, '--ns',
                                  options[1], '--check', 'mx', '--format', 'json')
    expect(status == 0, 'a name server is asked directly', report['verdict'])


def run_examples(lab, options):
    settings = [f'resolver={options[1]}', 'allow-private=yes', f'ca-file={lab.ca}',
                f'connect-to={options[-1]}']
    library = examples.pop('library')
    for name, path in sorted(examples.items()):
        command = [path] if not path.endswith('.py') else [sys.executable, path]
        bulk = name.startswith('bulk')
        command += settings if bulk else ['healthy.example', *settings]
        environment = dict(os.environ, LIBMAILCHECK=library)
        if name.endswith('.py') and 'asan' in os.environ.get('LAB_PRELOAD', ''):
            environment['LD_PRELOAD'] = os.environ['LAB_PRELOAD']
            environment['ASAN_OPTIONS'] = 'detect_leaks=0'
        done = subprocess.run(command, input='healthy.example\nbroken.example\n' if bulk else None,
                              capture_output=True, text=True, timeout=120, env=environment)
        expect(done.returncode in (0, 1) and 'healthy.example' in done.stdout,
               f'example {name}', (done.returncode, done.stdout[-300:], done.stderr[-300:]))


def finish():
    for failure in failures:
        print('FAILED', failure)
    print(f'{count - len(failures)} passed, {len(failures)} failed')
    sys.exit(bool(failures) or count == 0)


with tempfile.TemporaryDirectory() as directory:
    hostile(directory)
    lab = Lab(directory, root / 'tests/labd/first-run.lab')
    options = lab_options(lab)
    domains(directory, lab, options)
    recordings(directory, lab, options)
    many(lab, options)
    interrupt(lab, options)
    resolvers(lab, options)
    if examples:
        run_examples(lab, options)
    lab.stop()
finish()
