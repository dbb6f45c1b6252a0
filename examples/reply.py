#!/usr/bin/env python3
"""What a reply or a bounce means, through ctypes: reply.py TEXT

LIBMAILCHECK names the library where the system does not find it (libmailcheck.so.0).
"""
import ctypes
import json
import os
import sys


class Reader:
    """Reads replies: a class, whose fault, what to do."""

    def __init__(self, path=None):
        self.lib = ctypes.CDLL(path or os.environ.get('LIBMAILCHECK') or 'libmailcheck.so.0')
        pointer, text, code = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32
        for name, result, arguments in (
                ('new', code, (pointer, ctypes.POINTER(pointer))),
                ('free', None, (pointer,)),
                ('read', code, (pointer, text, ctypes.c_size_t)),
                ('json', text, (pointer,))):
            function = getattr(self.lib, 'mailcheck_reply_' + name)
            function.restype, function.argtypes = result, arguments
        self.handle = pointer()
        if self.lib.mailcheck_reply_new(None, ctypes.byref(self.handle)) < 0:
            raise MemoryError

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lib.mailcheck_reply_free(self.handle)
        self.handle = None

    def read(self, reply):
        octets = reply.encode('utf-8', 'surrogateescape')
        if self.lib.mailcheck_reply_read(self.handle, octets, len(octets)) < 0:
            raise MemoryError
        line = self.lib.mailcheck_reply_json(self.handle)
        if line is None:
            raise MemoryError
        return json.loads(line)


def main():
    if len(sys.argv) != 2:
        sys.exit('usage: reply.py TEXT')
    with Reader() as reader:
        verdict = reader.read(sys.argv[1])
    print(f'{verdict["class"]}, fault of the {verdict["fault"]}: {verdict["action"]}')


main()
