"""run.py MAILCHECK PACKAGES [NAME...]: mailcheck against the miniature Internet.

PACKAGES: where fetch.sh has unpacked, or is to unpack, the servers (the environment's
SERVERS_PACKAGES comes first). NAME: these domains only.
Prints one line for each thing that is not as domains.expect says, then counts. Exit status 77:
cannot run here, and why.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the source directory stays as it is
import internet
import world

HERE = pathlib.Path(__file__).parent

failures = []
count = 0


def check(good, what, got=''):
    global count
    count += 1
    if not good:
        failures.append(f'{what}: {got}' if got != '' else what)


def findings_of(report):
    return sorted((finding['severity'], finding['id'], finding['subject'])
                  for check in report['checks'] for finding in check['findings'])


def root_of(report):
    root = report['root_cause']
    return root and (root['id'], root['subject'])


def differences(found, expected):
    found, expected = collections.Counter(found), collections.Counter(expected)
    return '; '.join([f'missing {" ".join(one)}' for one in (expected - found).elements()] +
                     [f'too many {" ".join(one)}' for one in (found - expected).elements()])


def value_of(report, path):
    name, *keys = path.split('.')
    check = next(check for check in report['checks'] if check['name'] == name)
    value = check['values'] if keys else check['verdict']
    for key in keys:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


class Runner:
    def __init__(self, mailcheck, net):
        self.mailcheck, self.net = mailcheck, net
        self.sessions = collections.Counter()  # (address, port): dialogues the reports speak of
        self.controls = collections.Counter()  # HOST:PORT: connections that --control made
        self.seconds = {}

    def options(self, arguments=()):
        """From the root, unless the arguments name a resolver."""
        options = ['--trust-anchor', str(self.net.tree.anchor), '--ca-file', str(self.net.ca)]
        if '--resolver' not in arguments:
            options += ['--resolver', 'recursive', '--root-hints', str(self.net.tree.hints)]
        return options

    def start(self, run):
        began = time.monotonic()
        if '--control' in run.arguments:
            self.controls[run.arguments[run.arguments.index('--control') + 1]] += 1
        done = self.net.run([self.mailcheck, *run.arguments, *run.checks,
                             *self.options(run.arguments), '--format', 'json'])
        self.seconds[' '.join(run.arguments)] = time.monotonic() - began
        return done

    def note_sessions(self, *reports):
        """The dialogues of one process; two domains of it that share a host share the dialogue."""
        seen = {(endpoint['host'], endpoint['address'], endpoint['port'])
                for report in reports for one in report['checks'] if one['name'] == 'smtp'
                for endpoint in one['values'].get('endpoints', []) if endpoint['stages']}
        self.sessions.update((address, port) for _, address, port in seen)

    def judge(self, where, run, done):
        check(done.stderr == '', f'{where}: nothing on standard error', done.stderr.strip())
        check(done.returncode == run.status, f'{where}: exit status {run.status}',
              done.returncode)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            check(False, f'{where}: a JSON report', done.stdout[:200])
            return
        self.note_sessions(report)
        found, expected = findings_of(report), sorted(run.findings)
        check(report['verdict'] == run.verdict, f'{where}: verdict {run.verdict}',
              report['verdict'])
        check(found == expected, f'{where}: these findings, as often as told',
              differences(found, expected))
        root = root_of(report)
        check(root == run.root(), f'{where}: the root cause is {run.root()}', root)
        for path, value in run.values:
            try:
                got = value_of(report, path)
            except (KeyError, IndexError, StopIteration):
                got = 'no such value'
            check(got == json.loads(value), f'{where}: {path} is {value}', got)

    def domain(self, domain):
        """One run after the other, so that a server sees one of them at a time."""
        for run in domain.runs:
            where = f'{domain.path}:{run.line}: {" ".join(run.arguments)}'
            try:
                self.judge(where, run, self.start(run))
            except subprocess.TimeoutExpired:
                check(False, f'{where}: ends', 'it did not')


def record_and_replay(runner):
    """The facts of the healthy domain, kept and judged again without a network."""
    with tempfile.TemporaryDirectory() as directory:
        path = f'{directory}/record'
        first = runner.start(world.Run(['domain', 'healthy.test', '--record', path], 0))
        runner.note_sessions(json.loads(first.stdout))
        done = subprocess.run(['unshare', '--net', runner.mailcheck, 'domain', 'healthy.test',
                               '--replay', path, '--format', 'json', *world.CHECKS['domain']],
                              capture_output=True, text=True, timeout=60, check=False)
        check(first.returncode == 0 and done.returncode == 0, 'record and replay: status 0',
              (first.returncode, done.returncode, done.stderr))
        check(done.stdout == first.stdout, 'record and replay: the same report, byte for byte')


def many(runner, domains):
    """All domains on standard input: as healthy, or not, as each alone."""
    names = [domain.name for domain in domains if domain.runs[0].arguments[1:] == [domain.name]]
    done = subprocess.run([*runner.net.outside(), runner.mailcheck, 'domain', '-',
                           *world.CHECKS['domain'], *runner.options()], input='\n'.join(names),
                          capture_output=True, text=True, timeout=200, check=False)
    reports = {}
    for line in done.stdout.splitlines():
        report = json.loads(line)
        reports[report['target']['name']] = report
    runner.note_sessions(*reports.values())
    check(sorted(reports) == sorted(names), 'many targets: one line each',
          set(names) ^ set(reports))
    for domain in domains:
        report = reports.get(domain.name)
        if report:
            check(findings_of(report) == sorted(domain.runs[0].findings),
                  f'many targets: {domain.name}: the findings of a run of its own',
                  findings_of(report))


def through_unbound(runner, domains):
    """A validating resolver in place of our own recursion gives the same findings."""
    for domain in domains:
        run = domain.runs[0]
        if run.arguments != ['domain', domain.name] or 'unbound' in domain.flags:
            continue
        done = runner.start(world.Run(['dns', domain.name, '--resolver', internet.dns.UNBOUND], 0))
        report = json.loads(done.stdout)
        expected = sorted(finding for finding in run.findings
                          if finding[1].split('.')[0] not in ('smtp', 'tls'))
        check(findings_of(report) == expected, f'through Unbound: {domain.name}: as from the root',
              findings_of(report))


def complaint_expected(host, text):
    return host is not None and re.search(host.option('log', '^$'), text) is not None


def postfix_sessions(lines, hosts):
    """Each connection of the log; complaints become failures. {(name, port): connections}."""
    seen = collections.Counter()
    for line in lines:
        found = re.match(r'\S+ \S+ \S+ (?:\S+ )?(?P<name>[^\s/]+):(?P<port>\d+)/(?P<program>\S+?)'
                         r'\[\d+\]: (?P<text>.*)', line)
        if not found:
            if 'warning' in line or 'fatal' in line or 'error' in line:
                check(False, 'the log of Postfix', line)
            continue
        key, text = (found['name'], int(found['port'])), found['text']
        ours = hosts.get(found['name'])
        if re.match(r'(warning|error|fatal|panic|lost connection|SSL_accept|timeout|improper|'
                    r'too many|PREGREET|HANGUP|COMMAND|NON-SMTP|BARE)', text):
            check(complaint_expected(ours, text), 'the log of Postfix', line)
        if found['program'] == 'smtpd' and text.startswith('connect from'):
            seen[key] += 1
        if text.startswith('disconnect from'):
            good = ' quit=1 ' in text or (ours and ours.option('quit') == 'none')
            check(good, 'the log of Postfix: each session ends with QUIT', line)
    return seen


def exim_sessions(lines, hosts):
    seen, ended = collections.Counter(), collections.Counter()
    names = {address: host for host in hosts.values() for address in host.addresses}
    for line in lines:
        found = re.search(r'I=\[([^]]+)\]:(\d+)', line)
        key = (found[1], int(found[2])) if found else None
        if 'SMTP connection from' in line and '(TCP/IP connection count' in line:
            seen[key] += 1
        elif 'closed by QUIT' in line:
            ended[key] += 1
        elif 'no MAIL in SMTP' not in line and 'daemon started' not in line:
            check(found and complaint_expected(names.get(found[1]), line), 'the log of Exim', line)
            ended[key] += 'rejected connection in "connect" ACL' in line  # Exim ends these
    check(seen == ended, 'the log of Exim: each session ends with QUIT', (seen - ended).keys())
    return seen


def judge_logs(runner, net, domains):
    hosts = {host.name: host for domain in domains for host in domain.hosts}
    postfix, exim = net.mail.sessions()
    by_postfix, by_exim = postfix_sessions(postfix, hosts), exim_sessions(exim, hosts)
    for host in hosts.values():
        for port in host.ports():
            expected = {address: runner.sessions[address, port] +
                        runner.controls[f'{host.name}:{port}'] for address in host.addresses}
            if host.kind in ('postfix', 'postscreen'):
                check(by_postfix[host.name, port] == sum(expected.values()),
                      f'{host.name}:{port}: a connection for each dialogue reported '
                      f'({sum(expected.values())})', by_postfix[host.name, port])
            elif host.kind == 'exim':
                for address, number in expected.items():
                    check(by_exim[address, port] == number,
                          f'[{address}]:{port}: a connection for each dialogue reported '
                          f'({number})', by_exim[address, port])
    return sum(by_postfix.values()) + sum(by_exim.values())


def keep_logs(net, packages):
    kept = pathlib.Path(packages) / 'last-run'
    subprocess.run(['rm', '-rf', str(kept)], check=False)
    kept.mkdir()
    for path in (net.mail.postfix_log, net.mail.exim_log, internet.WORLD / 'servers.out',
                 *(internet.WORLD / 'dns').glob('*.log')):
        if path.exists():
            (kept / path.name).write_bytes(path.read_bytes())


def main():
    mailcheck, packages, *names = sys.argv[1:]
    packages = os.environ.get('SERVERS_PACKAGES', packages)
    began = time.monotonic()
    if not os.environ.get('INTERNET_INSIDE'):
        done = subprocess.run(['sh', str(HERE / 'fetch.sh'), packages, 'servers'], check=False)
        if done.returncode != 0:
            internet.cannot('the servers could not be fetched (above)')
    internet.enter()
    domains = world.read(HERE / 'domains.expect', HERE / 'records.expect')
    net = internet.Internet(packages, domains)
    net.start()
    ready = time.monotonic()
    runner = Runner(str(pathlib.Path(mailcheck).resolve()), net)
    chosen = [domain for domain in domains if not names or domain.name in names]
    try:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            list(pool.map(runner.domain, chosen))
        if not names:
            record_and_replay(runner)
            through_unbound(runner, domains)
            many(runner, domains)
        sessions = judge_logs(runner, net, domains)
        check(not net.tools.ended(), 'all servers ran to the end', net.tools.ended())
    finally:
        keep_logs(net, packages)
    for failure in failures:
        print(f'FAILED {failure}')
    slowest = max(runner.seconds, key=runner.seconds.get)
    print(f'{len(chosen)} domains, {sum(len(d.runs) for d in chosen)} runs, {sessions} sessions '
          f'in the logs; {count - len(failures)} of {count} as expected; set up in '
          f'{ready - began:.1f} s, all in {time.monotonic() - began:.1f} s; longest: {slowest} '
          f'({runner.seconds[slowest]:.1f} s)')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
