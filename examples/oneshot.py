#!/usr/bin/env python3
"""What is wrong with the mail of one domain or host? The library through ctypes, nothing else.

    oneshot.py TARGET [NAME=VALUE...]
    oneshot.py example.com deadline=30 resolver=192.0.2.53

LIBMAILCHECK names the library where the system does not find it (libmailcheck.so.0).
"""
import ctypes
import json
import os
import sys


class MailcheckError(Exception):
    pass


class Mailcheck:
    """A context. Handles are opaque pointers, strings UTF-8, errors negative numbers."""

    def __init__(self, path=None):
        self.lib = ctypes.CDLL(path or os.environ.get('LIBMAILCHECK') or 'libmailcheck.so.0')
        pointer, text, code = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32
        for name, result, arguments in (
                ('new', code, (ctypes.POINTER(pointer),)),
                ('free', None, (pointer,)),
                ('set', code, (pointer, text, text)),
                ('error', text, (pointer,)),
                ('strerror', text, (code,)),
                ('run', code, (pointer, text, text, ctypes.POINTER(pointer))),
                ('report_json', text, (pointer,)),
                ('report_root_cause', text, (pointer,)),
                ('report_free', None, (pointer,))):
            function = getattr(self.lib, 'mailcheck_' + name)
            function.restype, function.argtypes = result, arguments
        self.handle = pointer()
        self.check(self.lib.mailcheck_new(ctypes.byref(self.handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lib.mailcheck_free(self.handle)
        self.handle = None

    def check(self, code):
        if code < 0:
            text = self.lib.mailcheck_error(self.handle) or self.lib.mailcheck_strerror(code)
            raise MailcheckError(text.decode())

    def set(self, name, value):
        self.check(self.lib.mailcheck_set(self.handle, name.encode(), value.encode()))

    def run(self, target, checks=None):
        """The report as a dict, and the id of the finding to begin with ('' when there is none)."""
        report = ctypes.c_void_p()
        self.check(self.lib.mailcheck_run(self.handle, target.encode(),
                                          checks.encode() if checks else None,
                                          ctypes.byref(report)))
        try:
            text = self.lib.mailcheck_report_json(report)
            if text is None:
                raise MemoryError
            return json.loads(text), self.lib.mailcheck_report_root_cause(report).decode()
        finally:
            self.lib.mailcheck_report_free(report)


def main():
    if len(sys.argv) < 2 or not all('=' in argument for argument in sys.argv[2:]):
        sys.exit('usage: oneshot.py TARGET [NAME=VALUE...]')
    try:
        with Mailcheck() as mailcheck:
            for argument in sys.argv[2:]:
                mailcheck.set(*argument.split('=', 1))
            report, cause = mailcheck.run(sys.argv[1])
    except (MailcheckError, OSError) as error:
        sys.exit(f'oneshot.py: {error}')
    print(f'{report["target"]["name"]}: {report["verdict"]}')
    if cause:
        print(f'begin with: {cause}')
    for check in report['checks']:
        reason = f', {check["reason"]}' if check['reason'] else ''
        print(f'  {check["name"]}: {check["verdict"]}{reason}')
        for finding in check['findings']:
            print(f'    {finding["severity"]}: {finding["subject"]}: {finding["title"]}')


if __name__ == '__main__':
    main()
