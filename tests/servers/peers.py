"""peers.py MAILCHECK PACKAGES > peers.md: what other tools say of the same domains.

swaks, posttls-finger, check_smtp and sslscan, as Debian packages them, look at each fault of
domains.expect, beside mailcheck; the table is what they print, shortened.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # the source directory stays as it is
import internet
import world

HERE = pathlib.Path(__file__).parent
LONGEST = 25  # seconds; then a tool is stopped
WIDEST = 230  # characters of a cell
HEALTHY = ('healthy.test', 'postscreen.test')


def option(arguments, name):
    return arguments[arguments.index(name) + 1] if name in arguments else None


class Target:
    """What the tools that know no domain are given: host and port; the best MX host of a domain."""

    def __init__(self, domain, run):
        self.domain, self.arguments, self.checks = domain, run.arguments, run.checks
        self.direct = run.arguments[0] == 'smtp'
        if self.direct:
            self.host, _, port = run.arguments[1].partition(':')
            self.port = int(port or 25)
        else:
            self.host, self.port = first_exchange(domain), 25
        self.wrapped = self.port == 465
        self.recipient = option(run.arguments, '--to')


def first_exchange(domain):
    """The host that a tool which knows no MX is given: the best one, else the domain itself."""
    found = [record.split() for record in domain.records if ' MX ' in record]
    found = sorted((int(words[2]), world.absolute(words[3], domain.name)) for words in found
                   if words[0] == '@' and words[3] != '.')
    return found[0][1] if found else domain.name


def clean(text):
    text = re.sub(r'\x1b\[[0-9;]*m', '', text)
    return ''.join(c if c.isprintable() else ' ' for c in text).strip()


def shorten(lines):
    text = '; '.join(dict.fromkeys(filter(None, map(clean, lines))))
    text = text if len(text) <= WIDEST else text[:WIDEST] + ' ...'
    if not text:
        return '(says nothing)'
    return text.replace('\\', '\\\\').replace('|', '\\|').replace('<', '&lt;').replace('*', '\\*')


def tell_mailcheck(done):
    report = json.loads(done.stdout)
    found = [f'{finding["severity"]} {finding["id"]}' for check in report['checks']
             for finding in check['findings']]
    root = (report['root_cause'] or {}).get('id')
    verdict = report['verdict'] + (f', root cause {root}' if root else '')
    return [verdict] + [text for text in found if text.split()[1] != root]


def tell_swaks(done):
    lines = done.stdout.splitlines() + done.stderr.splitlines()
    said = [line for line in lines if re.match(r'\*\*\*|<\*\*|<~\*|ERROR', line)]
    said += [line.lstrip('= ') for line in lines
             if re.match(r'=== (TLS started|TLS peer cert|.*fail)', line)]
    return said or lines[-1:]


def tell_posttls(done):
    lines = [re.sub(r'^posttls-finger: ', '', line) for line in
             done.stderr.splitlines() + done.stdout.splitlines()]
    return [re.sub(r'(TLS connection established) to \S+: (\S+) with.*', r'\1: \2', line)
            for line in lines if not re.search(': matched peername|: subject_CN=', line)]


def tell_check_smtp(done):
    lines = [line.split('|')[0] for line in (done.stdout + done.stderr).splitlines()]
    return lines[:next((i for i, line in enumerate(lines) if line.startswith('Usage')), None)]


def tell_sslscan(done):
    lines = [clean(line) for line in (done.stdout + done.stderr).splitlines()]
    errors = [line for line in lines if 'ERROR' in line or 'Could not' in line]
    enabled = [line.split()[0] for line in lines if re.match(r'(SSL|TLS)v[\d.]+ +enabled', line)]
    certificate = [re.sub(' +', ' ', line) for line in lines
                   if re.match(r'(Subject|Not valid after|RSA Key Strength)', line)]
    return errors or ([f'enabled: {" ".join(enabled) or "none"}'] + certificate)


def ask_mailcheck(mailcheck, net, target):
    arguments = [*target.arguments, *target.checks]
    if '--timeout' not in arguments:
        arguments = [*arguments, '--timeout', '8']
    return [mailcheck, *arguments, '--format', 'json', '--resolver', 'recursive', '--trust-anchor',
            str(net.tree.anchor), '--root-hints', str(net.tree.hints), '--ca-file', str(net.ca)]


def ask_swaks(net, target):
    words = ['--to', target.recipient or f'postmaster@{target.domain.name}', '--ehlo',
             'probe.hosting.test', '--tls-on-connect' if target.wrapped else '--tls',
             '--tls-verify', '--tls-ca-path', str(net.ca), '--timeout', '10', '--quit-after',
             'RCPT' if target.recipient else 'EHLO']
    if target.recipient:
        words += ['--from', option(target.arguments, '--from') or '<>']
    if target.direct:
        words += ['--server', target.host, '--port', str(target.port)]
    if '--source' in target.arguments:
        words += ['--local-interface', option(target.arguments, '--source')]
    return [net.tools.path('swaks'), *words]


def ask_posttls(net, target):
    return [net.tools.path('posttls-finger'), '-c', '-t', '10', '-T', '10', '-l', 'secure', '-F',
            str(net.ca), *(['-w'] if target.wrapped else []),
            f'[{target.host}]:{target.port}' if target.direct else target.domain.name]


def ask_check_smtp(net, target):
    starttls = [] if target.wrapped else ['-S', '-D', '14']
    return [net.tools.path('check_smtp'), '-H', target.host, '-p', str(target.port), *starttls,
            '-F', 'probe.hosting.test', '-t', '10']


def ask_sslscan(net, target):
    return [net.tools.path('sslscan'), *([] if target.wrapped else ['--starttls-smtp']),
            '--timeout=5', '--connect-timeout=5', '--no-colour', f'{target.host}:{target.port}']


PEERS = [(tell_swaks, ask_swaks), (tell_posttls, ask_posttls),
         (tell_check_smtp, ask_check_smtp), (tell_sslscan, ask_sslscan)]


def cell(net, tell, words, environment):
    net.wait()  # s_server serves one connection, then starts anew
    began = time.monotonic()
    try:
        done = net.run(words, LONGEST, environment)
    except subprocess.TimeoutExpired:
        return f'*stopped after {LONGEST} s*'
    seconds = time.monotonic() - began
    return f'{shorten(tell(done))} *(exit {done.returncode}, {seconds:.1f} s)*'


def row(mailcheck, net, domain, run, environment):
    target = Target(domain, run)
    cells = [cell(net, tell_mailcheck, ask_mailcheck(mailcheck, net, target), os.environ)]
    cells += [cell(net, tell, ask(net, target), environment) for tell, ask in PEERS]
    asked = '' if run.arguments == ['domain', domain.name] else f' (`{shlex.join(run.arguments)}`)'
    return f'| **{domain.name}**: {domain.why}{asked} | ' + ' | '.join(cells) + ' |'


def has_fault(run):
    """A finding above info; or the servers could not be judged, which is no matter of records."""
    return any(finding[0] != 'info' for finding in run.findings) or (
        run.verdict == 'inconclusive' and run.arguments[0] != 'dns')


def chosen(domains):
    """(domain, run): all runs with a fault, and two without."""
    return [(domain, run) for domain in domains for run in domain.runs
            if has_fault(run) or (domain.name in HEALTHY and run is domain.runs[0])]


HEAD = '''# What others say of the same servers

Made by `peers.py` from one run in the miniature Internet: the runs of `domains.expect` that find
something above info, or cannot judge a server, and two that are well. Each tool was run once, as
Debian 12 packages it:

- `mailcheck domain DOMAIN`, or what stands in brackets (the checks and options of its line in
  `domains.expect`, waits of at most 8 s)
- `swaks --to postmaster@DOMAIN --tls --tls-verify --tls-ca-path CA --quit-after EHLO`: finds the
  MX itself, and takes the first; `--quit-after RCPT` where it is about a recipient
- `posttls-finger -l secure -F CA DOMAIN`: finds the MX hosts itself
- `check_smtp -S -D 14 -H HOST` and `sslscan --starttls-smtp HOST:25`: were given the first MX host

Where mailcheck was given a host and port, so were they. On port 465 TLS comes first: `swaks
--tls-on-connect`, `posttls-finger -w`, `sslscan HOST:465`; check_smtp cannot, and speaks in clear.
The server of `openssl.test` takes one connection at a time, too few for sslscan.
`--source` is swaks's `--local-interface`; the others have no such option.

mailcheck resolves from the root by itself (`--resolver recursive`), the others ask a validating
resolver (Unbound). A tool that took more than %d s was stopped. In brackets: exit status and time.

| domain | mailcheck | swaks | posttls-finger | check_smtp | sslscan |
| --- | --- | --- | --- | --- | --- |'''


def main():
    mailcheck, packages = sys.argv[1:]
    packages = os.environ.get('SERVERS_PACKAGES', packages)
    if not os.environ.get('INTERNET_INSIDE'):
        for group in ('servers', 'peers'):
            subprocess.run(['sh', str(HERE / 'fetch.sh'), packages, group], check=True)
    internet.enter()
    domains = world.read(HERE / 'domains.expect')
    net = internet.Internet(packages, domains)
    net.start()
    root = net.tools.root
    environment = {**net.tools.environment, 'MAIL_CONFIG': str(internet.WORLD / 'mail/postfix'),
                   'PERL5LIB': ':'.join(map(str, [root / 'usr/share/perl5',
                                                  *root.glob('usr/lib/*-linux-gnu*/perl5/5.*')]))}
    mailcheck = str(pathlib.Path(mailcheck).resolve())
    print(HEAD % LONGEST)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for line in pool.map(lambda one: row(mailcheck, net, *one, environment), chosen(domains)):
            print(line, flush=True)


if __name__ == '__main__':
    main()
