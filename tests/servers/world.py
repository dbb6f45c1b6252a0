"""world.py: reads domains.expect, the domains of the miniature Internet and what is wrong there.

    domain NAME [OPTION...]       a zone of its own, delegated from its parent
        why TEXT                  what is wrong, for the reader
        record NAME TYPE DATA     a record of the zone; {key}: SHA-256 of the certificates' key
        second NAME TYPE DATA     what the second name server has instead at that name and type
        host NAME ADDRESS... KIND [OPTION...]
                                  its A, AAAA and PTR records, and who answers there
        run ARGUMENT...           what mailcheck is asked (without it: domain NAME), about CHECKS
                                  where no --check is named
        default ARGUMENT...       the same, about what mailcheck looks at of its own accord
        expect VERDICT STATUS     of the run above; followed by all its findings, and no others,
                                  each as often as it is told:
        find SEVERITY ID SUBJECT  unless the verdict is ok, the first above info is the root cause;
                                  where there is none, the first
        value PATH JSON           a value of the report: check.key.index.key; or check, its verdict
"""
import ipaddress
import shlex

# What domains.expect speaks of; checks of other records have their tests elsewhere.
CHECKS = {'domain': ['--check', 'ns,dnssec,mx,ptr,smtp,tls'], 'dns': ['--check', 'ns,dnssec,mx,ptr']}


class Host:
    def __init__(self, domain, words, line):
        self.domain, self.line = domain, line
        self.name = absolute(words.pop(0), domain.name)
        self.addresses = []
        while words and is_address(words[0]):
            self.addresses.append(words.pop(0))
        self.kind = words.pop(0)
        self.options = dict(word.split('=', 1) for word in words)

    def option(self, name, default=None):
        return self.options.get(name, default)

    def ports(self):
        return [int(port) for port in self.option('ports', '25').split(',')]


class Run:
    def __init__(self, arguments, line, default=False):
        self.arguments, self.line = arguments, line
        self.checks = [] if default or '--check' in arguments else CHECKS.get(arguments[0], [])
        self.verdict = self.status = None
        self.findings, self.values = [], []

    def root(self):
        """(ID, subject) of the root cause."""
        grave = [finding for finding in self.findings if finding[0] != 'info']
        first, = (grave or self.findings)[:1] or [(None, None, None)]
        return None if self.verdict == 'ok' else first[1:]


class Domain:
    def __init__(self, words, line):
        self.name, self.line, self.path = words[0], line, ''
        self.flags = [word for word in words[1:] if '=' not in word]
        self.options = dict(word.split('=', 1) for word in words[1:] if '=' in word)
        self.why = ''
        self.records, self.second, self.hosts, self.runs = [], [], [], []


def is_address(word):
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def absolute(name, origin):
    if name == '@':
        return origin
    return name[:-1] if name.endswith('.') else f'{name}.{origin}'


def read_line(domains, words, text, line):
    keyword = words[0]
    if keyword == 'domain':
        domains.append(Domain(words[1:], line))
        return
    domain = domains[-1]
    if keyword == 'why':
        domain.why = (domain.why + ' ' + text.split(None, 1)[1]).strip()
    elif keyword == 'record':
        domain.records.append(text.split(None, 1)[1])
    elif keyword == 'second':
        domain.second.append(text.split(None, 1)[1])
    elif keyword == 'host':
        domain.hosts.append(Host(domain, words[1:], line))
    elif keyword in ('run', 'default'):
        domain.runs.append(Run(words[1:], line, keyword == 'default'))
    elif keyword == 'expect':
        if not domain.runs or domain.runs[-1].verdict:
            domain.runs.append(Run(['domain', domain.name], line))
        domain.runs[-1].verdict, domain.runs[-1].status = words[1], int(words[2])
    elif keyword == 'find':
        domain.runs[-1].findings.append((words[1], words[2], ' '.join(words[3:])))
    elif keyword == 'value':
        domain.runs[-1].values.append((words[1], text.split(None, 2)[2]))
    else:
        raise ValueError(f'unknown keyword {keyword}')


def read(*paths):
    """All domains of these files."""
    return [domain for path in paths for domain in read_file(path)]


def read_file(path):
    domains = []
    with open(path, encoding='ascii') as file:
        for line, text in enumerate(file, 1):
            text = text.strip()
            if not text or text.startswith('#'):
                continue
            words = text.split() if text.startswith('why') else shlex.split(text)
            try:
                read_line(domains, words, text, line)
            except (IndexError, ValueError) as error:
                raise SystemExit(f'{path}:{line}: {error}: {text}')
    for domain in domains:
        domain.path = path.name
    return domains
