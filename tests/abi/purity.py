"""The pure rooms reach for no socket, file, clock, environment or random number."""
import re
import subprocess
import sys

PURE = ('base_', 'record_', 'reply_', 'dnsbl_', 'dialogue_', 'check_', 'report_', 'fact_')
FORBIDDEN = re.compile(
    r'^(socket|socketpair|connect|accept4?|bind|listen|send(to|msg)?|recv(from|msg)?|select|poll'
    r'|epoll_\w+|open(at|64)?|creat|fopen(64)?|read|write|pread|pwrite|unlink|rename|mkstemp'
    r'|clock_gettime|gettimeofday|time|localtime(_r)?|gmtime|sleep|usleep|nanosleep|alarm'
    r'|random|s?rand(_r|48)?|drand48|getrandom|getentropy|arc4random\w*|gnutls_rnd|getenv'
    r'|gethostbyname\w*|getaddrinfo|getnameinfo|res_\w+|event_\w+|evtimer_\w+|bufferevent_\w+'
    r'|ub_\w+|fork|exec\w+|system|popen|signal|sigaction|printf|puts|exit|abort)$')

listing = subprocess.run(['nm', '-A', '-u', sys.argv[1]], check=True, capture_output=True,
                         text=True).stdout
bad = []
seen = set()
for line in listing.splitlines():
    match = re.match(r'.*[:/]([^:/]+)\.c\.o:\s+[Uw] (\w+)', line)
    if not match or not match[1].startswith(PURE):
        continue
    seen.add(match[1])
    if FORBIDDEN.match(match[2].split('@')[0]):
        bad.append(f'{match[1]}.c uses {match[2]}')
print('\n'.join(bad) if bad else f'{len(seen)} pure files')
sys.exit(bool(bad) or len(seen) < 20)
