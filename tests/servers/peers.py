"""peers.py MAILCHECK PACKAGES > peers.md: what other tools say of the same domains.

swaks, posttls-finger, check_smtp and sslscan, as Debian packages them, look at each domain of
domains.expect that has a fault, beside mailcheck; the table is what they print, shortened.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # the source directory stays as it is
import internet
import world

HERE = pathlib.Path(__file__).parent
LONGEST = 25  # seconds; then a tool is stopped
WIDEST = 230  # characters of a cell


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
    root = report.get('root_cause')
    verdict = report['verdict'] + (f', root cause {root["id"]}' if root else '')
    return [verdict] + [text for text in found if not root or text.split()[1] != root['id']]


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


def commands(mailcheck, net, domain):
    host, tools = first_exchange(domain), net.tools
    options = ['--resolver', 'recursive', '--trust-anchor', str(net.tree.anchor), '--root-hints',
               str(net.tree.hints), '--ca-file', str(net.ca)]
    arguments = domain.runs[0].arguments
    if '--check' not in arguments:
        arguments = [*arguments, *world.CHECKS['domain']]
    return [
        (tell_mailcheck, [mailcheck, *arguments, '--timeout', '8', '--format', 'json', *options]),
        (tell_swaks, [tools.path('swaks'), '--to', f'postmaster@{domain.name}', '--ehlo',
                      'probe.hosting.test', '--tls', '--tls-verify', '--tls-ca-path',
                      str(net.ca), '--quit-after', 'EHLO',
                      '--timeout', '10']),
        (tell_posttls, [tools.path('posttls-finger'), '-c', '-t', '10', '-T', '10', '-l',
                        'secure', '-F', str(net.ca), domain.name]),
        (tell_check_smtp, [tools.path('check_smtp'), '-H', host, '-S', '-D', '14', '-F',
                           'probe.hosting.test', '-t', '10']),
        (tell_sslscan, [tools.path('sslscan'), '--starttls-smtp', '--timeout=5',
                        '--connect-timeout=5', '--no-colour', f'{host}:25']),
    ]


def cell(net, tell, words, environment):
    began = time.monotonic()
    try:
        done = net.run(words, LONGEST, environment)
    except subprocess.TimeoutExpired:
        return f'*stopped after {LONGEST} s*'
    seconds = time.monotonic() - began
    return f'{shorten(tell(done))} *(exit {done.returncode}, {seconds:.1f} s)*'


def row(mailcheck, net, domain, environment):
    cells = [cell(net, tell, words, os.environ if tell is tell_mailcheck else environment)
             for tell, words in commands(mailcheck, net, domain)]
    return f'| **{domain.name}**: {domain.why} | ' + ' | '.join(cells) + ' |'


HEAD = '''# What others say of the same servers

Made by `peers.py` from one run in the miniature Internet; the domains are those of
`domains.expect` that have a fault, and two that have none. Each tool was run once, as Debian 12
packages it:

- `mailcheck domain DOMAIN` (the checks and options of its line in `domains.expect`, waits of at
  most 8 s)
- `swaks --to postmaster@DOMAIN --tls --tls-verify --tls-ca-path CA --quit-after EHLO`: finds the
  MX itself, and takes the first
- `posttls-finger -l secure -F CA DOMAIN`: finds the MX hosts itself
- `check_smtp -S -D 14 -H HOST` and `sslscan --starttls-smtp HOST:25`: were given the first MX host

They ask a validating resolver (Unbound). A tool that took more than %d s was stopped. In brackets:
exit status and time.

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
    shown = [domain for domain in domains
             if domain.runs[0].arguments[0] == 'domain' and (
                 not domain.why.startswith('nothing') or
                 domain.name in ('healthy.test', 'postscreen.test'))]
    mailcheck = str(pathlib.Path(mailcheck).resolve())
    print(HEAD % LONGEST)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for line in pool.map(lambda domain: row(mailcheck, net, domain, environment), shown):
            print(line)


if __name__ == '__main__':
    main()
